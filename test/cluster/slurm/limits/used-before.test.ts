import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveSlurm } from "../../../../src/cluster/slurm/config/resolve-slurm.js";
import type { Usage } from "../../../../src/cluster/slurm/model/accounting.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { InputError } from "../../../../src/core/errors.js";
import { recordedUse } from "../support/assoc-mgr.js";
import { Books } from "../support/books.js";
import { type GoldenCase, goldenCase } from "../support/case.js";
import { decayTicks } from "../support/decay-phase.js";
import { simulated } from "../support/simulated.js";

const folder = mkdtempSync(join(tmpdir(), "whowaits-used-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** What was printed, with the recording's labels for users. */
function labelled({ observed }: GoldenCase, text: string): string {
  const labels = new Map(Object.entries(observed.users).map(([label, user]) => [user, label]));
  return text.replace(/UserName=(\w+)\(/g, (_, user) => `UserName=${labels.get(user) ?? user}(`);
}

const resolve = (options: Record<string, unknown>) =>
  resolveSlurm({ NodeName: { "n[1-2]": { CPUs: 16 } }, ...options }, folder);

const LAB = { lab: { GrpWall: 60, Users: { ann: {}, bob: {} } }, sub: { Parent: "lab", Users: { eve: {} } } };
const QOS = { high: { GrpTRESMins: "cpu=100" }, low: {} };

const record = (head: string, used: string, end: string) => `${head}\n    ${used}\n    ${end}\n`;
const association = (account: string, user: string, used: string) =>
  record(
    `ClusterName=c Account=${account} UserName=${user} Partition= Priority=0 ID=1`,
    used,
    "MinPrioThresh=",
  );
const qos = (name: string, used: string) => record(`QOS=${name}(1)`, used, "User Limits");

function used(state: SlurmState): Record<string, string> {
  const show = ({ raw, wall, tresRaw }: Usage) => `${raw} ${wall} ${tresRaw[0]} ${tresRaw[3]}`;
  return {
    ...Object.fromEntries(
      state.associations.map(({ account, user, usage }) => [user || account, show(usage)]),
    ),
    ...Object.fromEntries([...state.qos.values()].map(({ name, usage }) => [`qos ${name}`, show(usage)])),
  };
}

describe("usage of QOS and GrpWall before the run", () => {
  it("is read from what scontrol show assoc_mgr prints; who is not there is named", () => {
    const text =
      association(
        "root",
        "",
        "UsageRaw/Norm/Efctv=900.00/1.0/1.0 GrpWall=N(9.50) GrpTRESMins=cpu=N(15),node=N(9)",
      ) +
      association(
        "lab",
        "",
        "UsageRaw/Norm/Efctv=600.00/0.6/0.6 GrpWall=60(6.25) GrpTRESMins=cpu=N(10),node=N(6)",
      ) +
      association(
        "lab",
        "ann(5)",
        "UsageRaw/Norm/Efctv=600.00/0.6/1 GrpWall=N(6.25) GrpTRESMins=cpu=N(9),node=N(6)",
      ) +
      association(
        "gone",
        "",
        "UsageRaw/Norm/Efctv=300.00/0.3/0.3 GrpWall=N(3.25) GrpTRESMins=cpu=N(5),node=N(3)",
      ) +
      association(
        "gone",
        "old(7)",
        "UsageRaw/Norm/Efctv=0.00/0/0 GrpWall=N(0.00) GrpTRESMins=cpu=N(0),node=N(0)",
      ) +
      qos("high", "UsageRaw=90.600000 GrpWall=N(1.50) GrpTRESMins=cpu=100(1),node=N(1)") +
      qos("lost", "UsageRaw=1.000000 GrpWall=N(0.02) GrpTRESMins=cpu=N(0),node=N(0)");
    const usage = fileOf("assoc.txt", text);
    const { config, warnings } = resolve({ accounts: LAB, qos: QOS, usage });
    const state = buildState(config);
    expect(used(state)).toMatchObject({
      root: "900 570 900 540",
      lab: "600 375 600 360",
      // Nine minutes of CPUs are not those of UsageRaw.
      ann: "600 375 540 360",
      bob: "0 0 0 0",
      "qos high": "90.6 90 90.6 60",
      "qos low": "0 0 0 0",
    });
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "slurm/usage-of-others usage of 2 that are not among the accounts and QOS is left out: gone, QOS lost",
    ]);
    // The same beside another source, which lies over it.
    const both = resolve({ accounts: LAB, qos: QOS, usage: [usage, { qos: { high: { GrpWallRaw: 3 } } }] });
    expect(used(buildState(both.config))).toMatchObject({ "qos high": "90.6 180 90.6 60" });
  });

  it("is written inline, of QOS under qos, and of accounts summed from their members where nothing is said", () => {
    const usage = {
      lab: { Users: { ann: { RawUsage: 60, GrpWallRaw: 1.5 }, bob: { GrpWallRaw: 2 } } },
      sub: { GrpWallRaw: 4 },
      qos: { High: { RawUsage: 30, GrpTRESRaw: "cpu=90.5,node=3", GrpWallRaw: 7 } },
    };
    const { config, warnings } = resolve({ accounts: LAB, qos: QOS, usage });
    expect(warnings).toEqual([]);
    expect(used(buildState(config))).toEqual({
      root: "60 450 0 0",
      lab: "60 450 0 0",
      ann: "60 90 0 0",
      bob: "0 120 0 0",
      sub: "0 240 0 0",
      eve: "0 0 0 0",
      "qos normal": "0 0 0 0",
      "qos high": "30 420 5430 180",
      "qos low": "0 0 0 0",
    });
    // QOS need no accounts.
    const alone = resolve({ qos: QOS, usage: { qos: { low: { GrpWallRaw: 1 } } } });
    expect(used(buildState(alone.config))).toMatchObject({ "qos low": "0 60 0 0" });
  });

  it.each([
    [
      { qos: { high: { GrpWallRaw: -1 } } },
      "usage.qos.high.GrpWallRaw GrpWallRaw is a number of minutes from 0 on",
    ],
    [
      { qos: { high: { GrpWallRaw: "1h" } } },
      'usage.qos.high.GrpWallRaw GrpWallRaw must be a number, not "1h"',
    ],
    [{ qos: { high: { GrpTRESRaw: "cup=1" } } }, 'usage.qos.high.GrpTRESRaw "cup" is not a TRES'],
    [{ qos: { high: { GrpWall: 1 } } }, 'usage.qos.high.GrpWall usage has no "GrpWall"'],
    [{ lab: { Users: { ann: { RawUsge: 1 } } } }, 'usage.lab.Users.ann.RawUsge usage has no "RawUsge"'],
    [{ qos: "high" }, 'usage.qos "qos" must be a mapping of QOS to what was used'],
  ])("that cannot be is an error in the scenario: %j", (usage, problem) => {
    try {
      resolve({ accounts: LAB, qos: QOS, usage });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      const told = (error as InputError).problems.map(
        ({ message, path }) => `${path?.slice(1).join(".")} ${message}`,
      );
      expect(told).toContain(problem);
    }
  });
});

/** Lays what a snapshot printed over the books, read as a user's file is. */
function takeUp(golden: GoldenCase, { state }: Books, lines: readonly string[]): void {
  const { accounts, users, qos } = state.config.accounting!;
  const membersOf = (account: string) => users.filter((one) => one.account === account);
  const usage = fileOf("snapshot.txt", `${labelled(golden, lines.join("\n"))}\n`);
  const { config, warnings } = resolve({
    accounts: Object.fromEntries(
      accounts.map(({ account, parent }) => [
        account,
        {
          ...(parent === "" ? {} : { Parent: parent }),
          Users: Object.fromEntries(membersOf(account).map(({ user }) => [user, {}])),
        },
      ]),
    ),
    qos: Object.fromEntries(qos.map(({ name }) => [name, {}])),
    AccountingStorageTRES: state.config.trackedTres.join(","),
    ...(state.config.trackedTres.length > 0 ? { GresTypes: "gpu" } : {}),
    usage,
  });
  expect(warnings).toEqual([]);
  const read = buildState(config);
  const lay = (from: Usage, to: Usage) =>
    Object.assign(to, { raw: from.raw, wall: from.wall, tresRaw: from.tresRaw.slice() });
  for (const { account, user, usage } of state.associations)
    lay(read.associations.find((one) => one.account === account && one.user === user)!.usage, usage);
  for (const { name, usage } of state.qos.values()) lay(read.qos.get(name)!.usage, usage);
}

/** Runs that go on from what one of their snapshots printed. */
describe.each(["t-tres-limits", "t-tres-limits-safe", "w-association-limits", "z-usage-before"])(
  "%s",
  (name) => {
    it("taken up at a snapshot goes on with the usage that was printed later", () => {
      const golden = goldenCase(name);
      const snapshots = golden.observed.snapshots.filter(({ limits }) => limits !== undefined);
      let compared = 0;
      for (const [i, start] of snapshots.slice(0, -1).entries()) {
        const books = new Books(golden, decayTicks(name));
        books.advance(start.t + 0.2);
        for (const { usage } of [...books.state.associations, ...books.state.qos.values()])
          Object.assign(usage, { raw: -1, wall: -1, tresRaw: usage.tresRaw.map(() => -1) });
        takeUp(golden, books, start.limits!);
        for (const next of snapshots.slice(i + 1)) {
          books.advance(next.t + 0.2);
          const recorded = recordedUse(next.limits!, golden.observed.users);
          const check = (owner: string, { raw, wall, tresRaw }: Usage) => {
            const { UsageRaw, Wall, TRESMins } = recorded[owner]!;
            const at = `${owner} at ${next.t} from ${start.t}`;
            expect(Math.abs(raw - Number(UsageRaw)), at).toBeLessThan(0.02);
            expect(Math.abs(wall / 60 - Number(Wall)), at).toBeLessThan(0.02);
            // Less than a minute was cut off.
            for (const [tres, minutes] of TRESMins!
              .split(",")
              .map((one, j) => [j, Number(one.split("=")[1])] as const)) {
              const own = tresRaw[tres]! / 60;
              expect(own, at).toBeGreaterThan(minutes - 1.01);
              expect(own, at).toBeLessThan(minutes + 1.01);
            }
            compared++;
          };
          for (const { account, user, usage } of books.state.associations) check(`${account}/${user}`, usage);
          for (const { name: qos, usage } of books.state.qos.values()) check(qos, usage);
        }
      }
      expect(compared).toBeGreaterThan(40);
    });
  },
);

/** Ticks of the decay thread, by which jobs come under their limits, lie up to a minute elsewhere. */
const TICK = 62;

describe("the second part of a recorded run, from what scontrol show assoc_mgr printed at its beginning", () => {
  const golden = goldenCase("z-usage-before");
  const { observed, scenario } = golden;
  const [beginning] = observed.snapshots;
  const from = beginning!.asked_t;
  const second = scenario.workload.filter(({ submit_s }) => submit_s >= from);
  const options = {
    PriorityType: "priority/multifactor",
    PriorityWeightFairshare: 10_000,
    PriorityDecayHalfLife: "0:10:00",
    PriorityCalcPeriod: 1,
    SchedulerParameters:
      "bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_resolution=1",
    AccountingStorageType: "accounting_storage/slurmdbd",
    AccountingStorageEnforce: "associations,limits,qos",
    qos: {
      mins: { GrpTRESMins: "cpu=15" },
      wall: { GrpWall: 6 },
      keep: { GrpTRESMins: "cpu=10", Flags: "NoDecay" },
    },
    accounts: {
      root: { QOS: "normal,mins,wall,keep" },
      acct: { QOS: "normal,mins,wall,keep", Users: ["u1"] },
      org: {},
      labw: { Parent: "org", GrpWall: 6, QOS: "normal", Users: ["u2"] },
      labm: { Parent: "org", GrpTRESMins: "cpu=15", QOS: "normal", Users: ["u3"] },
    },
    operations: [{ at: `${950 - from}s`, cmd: "scancel 3" }],
  };
  const jobs = second.map(
    ({ id, submit_s, run_s, user, account, qos, cpus }) =>
      `${id},${submit_s - from},${run_s},${user},-N1 --ntasks-per-node=1 -c${cpus} -t10${account ? ` -A ${account}` : ""}${qos ? ` -q ${qos}` : ""}`,
  );

  it.each(["assoc_mgr", "assoc_mgr_o"] as const)("starts and refuses as it did (%s)", async (form) => {
    const usage = join(folder, fileOf(`${form}.txt`, labelled(golden, beginning![form]!)));
    const lives = await simulated({ ...options, usage }, jobs);
    for (const { id } of second) {
      const { start, state } = observed.jobs.find((one) => one.id === id)!;
      const own = lives[id]!;
      if (state === "CANCELLED") expect(own.starts, id).toEqual([]);
      else
        expect(
          Math.abs(own.starts[0]! + from - start!),
          `${id} at ${start}, here ${own.starts[0]! + from}`,
        ).toBeLessThan(TICK);
      const waits = start! - observed.jobs.find((one) => one.id === id)!.submit > TICK;
      const reasons = observed.timeline.filter(([, job, , reason]) => job === id && /Limit$/.test(reason));
      if (waits) for (const [, , , reason] of reasons) expect(own.reasons, id).toContain(reason);
    }
  });

  it("would start all of its jobs at once without", async () => {
    const lives = await simulated(options, jobs);
    for (const { id, submit_s } of second.slice(0, 6))
      expect(lives[id]!.starts[0]! + from - submit_s, id).toBeLessThan(2);
  });
});
