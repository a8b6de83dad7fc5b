import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveSlurm } from "../../../../src/cluster/slurm/config/resolve-slurm.js";
import { sprioNumbers, sprioRows } from "../../../../src/cluster/slurm/priority/sprio.js";
import { sshareLong } from "../../../../src/cluster/slurm/priority/sshare.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { InputError } from "../../../../src/core/errors.js";
import { Books } from "../support/books.js";
import { goldenCase, type Snapshot } from "../support/case.js";
import { decayTicks } from "../support/decay-phase.js";
import { simulated } from "../support/simulated.js";

const folder = mkdtempSync(join(tmpdir(), "whowaits-usage-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LAB = {
  lab: { Fairshare: 2, Users: { ann: {}, bob: { Fairshare: 3 } } },
  sub: { Parent: "lab", Users: { eve: {} } },
};

const resolve = (options: Record<string, unknown>) =>
  resolveSlurm({ NodeName: { "n[1-2]": { CPUs: 16 } }, ...options }, folder);

const usageOf = (options: Record<string, unknown>) => {
  const { config, warnings } = resolve(options);
  const { associations } = buildState(config);
  const used = Object.fromEntries(
    associations.map(({ account, user, usage }) => [user || account, usage.raw]),
  );
  return { used, warnings, associations };
};

describe("usage before the run", () => {
  it("is read from what sshare prints, and written inline", () => {
    writeFileSync(
      join(folder, "sshare.txt"),
      [
        "Account|User|RawShares|NormShares|RawUsage|NormUsage|EffectvUsage|FairShare|LevelFS|GrpTRESMins|TRESRunMins",
        "root|||0.000000|1000||1.000000||||cpu=0",
        " lab||2|1.000000|900|0.9|0.9||1|cpu=500|cpu=0",
        "  lab|ann|1|0.250000|600|0.6|0.6|0.5|1||cpu=0",
        "  lab|bob|3|0.750000|0|0|0|1|inf||cpu=0",
        "  sub||1|1.000000|250|0.25|0.25||1||cpu=0",
        "   sub|eve|1|1.000000|250|0.25|0.25|0.5|1||cpu=0",
        " gone||1|1.000000|100|0.1|0.1||1||cpu=0",
        "  gone|old|1|1.000000|100|0.1|0.1||1||cpu=0",
      ].join("\n"),
    );
    const { used, warnings } = usageOf({ accounts: LAB, usage: "sshare.txt" });
    expect(used).toEqual({ root: 1000, lab: 900, ann: 600, bob: 0, sub: 250, eve: 250 });
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "slurm/usage-of-others usage of 2 that are not among the accounts and QOS is left out: gone, old in gone",
    ]);
    // Later ones are laid over earlier ones; who is said nothing of has used what its members have.
    const laid = usageOf({
      accounts: LAB,
      usage: ["sshare.txt", { lab: { Users: { bob: { RawUsage: 7.5 } } } }],
    });
    expect(laid.used).toMatchObject({ bob: 7.5, lab: 900 });
    const inline = usageOf({
      accounts: { ...LAB, sub: { Parent: "lab", Users: { eve: { RawUsage: 40 } } } },
      usage: { lab: { Users: { ann: { RawUsage: 2, GrpTRESRaw: "cpu=3,mem=5" } } } },
    });
    expect(inline.used).toEqual({ root: 42, lab: 42, ann: 2, bob: 0, sub: 40, eve: 40 });
    expect([...inline.associations[0]!.usage.tresRaw.slice(0, 2)]).toEqual([180, 300]);
    expect(usageOf({ accounts: LAB }).used).toEqual({ root: 0, lab: 0, ann: 0, bob: 0, sub: 0, eve: 0 });
  });

  it.each([
    ["Account|User|RawUsage\n lab||-5\n", "sshare.bad:2:7 RawUsage is a number of billing seconds from 0 on"],
    ["Account|User|RawUsage\n lab|ann|many\n", 'sshare.bad:2:10 RawUsage must be a number, not "many"'],
    ["Account|User|RawUsage\n lab|ann\n", "sshare.bad:2:1 this row has 2 columns, and the header 3"],
    [
      "Account|User|RawShares\n lab||5\n",
      "sshare.bad:2:2 nothing here says what was used: there is no RawUsage",
    ],
    ["Account|User|RawUsage|GrpTRESRaw\n lab||5|cup=3\n", 'sshare.bad:2:9 "cup" is not a TRES'],
    ["lab 5 7\n", "sshare.bad:1:1 sshare.bad is neither a dump nor a table of sacctmgr"],
  ])("that cannot be read is an error at its place: %j", (text, problem) => {
    writeFileSync(join(folder, "sshare.bad"), text);
    try {
      resolve({ accounts: LAB, usage: "sshare.bad" });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      const told = (error as InputError).problems.map(
        ({ message, at }) => `${at?.file.split("/").at(-1)}:${at?.line}:${at?.column} ${message}`,
      );
      expect(told).toContain(problem);
    }
  });

  it("without accounts, or in another form, is an error in the scenario", () => {
    const problemsOf = (options: Record<string, unknown>) => {
      try {
        resolve(options);
      } catch (error) {
        return (error as InputError).problems.map(({ message, path }) => `${path?.join(".")} ${message}`);
      }
      return [];
    };
    expect(problemsOf({ usage: { lab: { RawUsage: 1 } } })).toEqual([
      "scheduler.usage usage is that of accounts, users and QOS, and there are none",
    ]);
    expect(problemsOf({ accounts: LAB, usage: 5 })).toContain(
      'scheduler.usage "usage" must be a file that scontrol show assoc_mgr or sshare wrote, or a mapping of names to settings',
    );
    expect(problemsOf({ accounts: LAB, usage: { lab: { RawUsage: "x" } } })).toEqual([
      'scheduler.usage.lab.RawUsage RawUsage must be a number, not "x"',
    ]);
  });
});

describe("a run that starts with it", () => {
  const options = {
    PriorityType: "priority/multifactor",
    PriorityWeightFairshare: 10_000,
    PriorityDecayHalfLife: "1:00:00",
    PriorityCalcPeriod: 5,
    accounts: LAB,
    usage: { lab: { Users: { ann: { RawUsage: 1e6 }, bob: { RawUsage: 4e6 } } } },
  };

  it("prefers whoever had used less, from the first job on", async () => {
    const jobs = [
      "first,0,60,eve,-N2 --exclusive",
      "b,1,10,bob,-N2 --exclusive",
      "a,2,10,ann,-N2 --exclusive",
    ];
    // Bob has three times the shares of ann, and has used four times as much.
    const used = await simulated(options, jobs);
    expect(used.a!.starts[0]).toBeLessThan(used.b!.starts[0]!);
    const { usage: _, ...without } = options;
    const fresh = await simulated(without, jobs);
    expect(fresh.b!.starts[0]).toBeLessThan(fresh.a!.starts[0]!);
  });

  it("lets it decay by Slurm's rule: what sshare prints is exact to the last digit", async () => {
    const prints: [number, string[]][] = [];
    const sshare = { every: "10m", cmd: "sshare -l" };
    await simulated(
      { ...options, operations: [{ at: "0s", ...sshare }] },
      ["long,0,4000,eve,-n1 -t 2:00:00"],
      { note: (time, _command, lines) => prints.push([time / 1e6, [...lines]]) },
    );
    const used = (lines: readonly string[], user: string) =>
      Number(lines.find((line) => line.split("|")[1] === user)!.split("|")[4]);
    // Slurm's ln 2 has three digits.
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: as the real one
    const perSecond = 1 - 0.693 / 3600;
    const [first] = prints.find(([, lines]) => used(lines, "bob") < 4e6)!;
    expect(first).toBe(600);
    for (const [time, lines] of prints) {
      // The thread runs every five minutes; its phase is the controller's.
      const ticked = [...Array(301).keys()].map((phase) => Math.max(0, time - phase));
      const at = ticked.find((tick) => used(lines, "bob") === Math.trunc(4e6 * perSecond ** tick));
      expect(at, `${used(lines, "bob")} at ${time}`).toBeDefined();
      expect(used(lines, "ann")).toBe(Math.trunc(1e6 * perSecond ** at!));
    }
    expect(prints.length).toBeGreaterThan(5);
  });
});

/** The digits of a recorded run that go on from what one of its snapshots printed. */
describe.each(["e-fairtree", "e-fairshare-classic", "v-mixed-end-to-end", "w-depth-oblivious"])(
  "%s",
  (name) => {
    const golden = goldenCase(name);
    const snapshots = golden.observed.snapshots.filter(({ sshare_l }) => sshare_l !== undefined);

    it("taken up at a snapshot of sshare goes on with the usage, factors and priorities that were printed", () => {
      let rows = 0;
      let digits = 0;
      for (const [i, start] of snapshots.slice(1, -2).entries()) {
        const books = new Books(golden, decayTicks(name));
        books.advance(start.t + 0.2);
        takeUp(books, start);
        for (const next of snapshots.slice(i + 2, i + 4)) {
          books.advance(next.t + 0.2);
          const ours = sshareLong(books.state, books.priorities.classic);
          for (const line of next.sshare_l!.slice(1)) {
            const cells = line.split("|");
            const own = ours
              .map((one) => one.split("|"))
              .find((one) => one[0] === cells[0] && one[1] === cells[1])!;
            // sshare prints whole seconds: what was cut off is less than one, and decays.
            expect(Math.abs(Number(own[4]) - Number(cells[4])), `${line} at ${next.t}`).toBeLessThanOrEqual(
              1,
            );
            rows++;
            // Ranks of Fair Tree do not depend on so little.
            if (books.priorities.classic === undefined) {
              expect(own[7], `${line} at ${next.t}`).toBe(cells[7]);
              digits++;
            }
          }
          digits += comparePriorities(books, next);
        }
      }
      expect(rows).toBeGreaterThan(40);
      expect(digits).toBeGreaterThan(0);
    });
  },
);

/** Lays what a snapshot printed over the books, read as a user's file is. */
function takeUp({ state }: Books, { sshare_l: printed }: Snapshot): void {
  const accounts = Object.fromEntries(
    state.config.accounting!.accounts.map(({ account, parent }) => [
      account,
      {
        ...(parent === "" ? {} : { Parent: parent }),
        Users: Object.fromEntries(
          state.config
            .accounting!.users.filter((one) => one.account === account)
            .map(({ user }) => [user, {}]),
        ),
      },
    ]),
  );
  writeFileSync(join(folder, "snapshot.txt"), `${printed!.join("\n")}\n`);
  const { config, warnings } = resolve({ accounts, usage: "snapshot.txt" });
  expect(warnings).toEqual([]);
  const read = buildState(config).associations;
  for (const { account, user, usage } of state.associations)
    usage.raw = read.find((one) => one.account === account && one.user === user)!.usage.raw;
}

/** Every priority that sprio printed, to the digit for Fair Tree; what the cut-off parts may move for the classic one. */
function comparePriorities(books: Books, { sprio_weighted: printed, t }: Snapshot): number {
  if (printed === undefined) return 0;
  const rows = sprioRows(books.state, books.priorities);
  let compared = 0;
  for (const line of printed) {
    const [id, priority] = line.split("|").map(Number) as [number, number];
    const row = rows.find(({ job }) => job.id === id);
    if (row === undefined) continue;
    const own = Number(sprioNumbers(row)[0]);
    if (books.priorities.classic === undefined) expect(own, `${line} at ${t}`).toBe(priority);
    else expect(Math.abs(own - priority) / priority, `${line} at ${t}`).toBeLessThan(0.001);
    compared++;
  }
  return compared;
}
