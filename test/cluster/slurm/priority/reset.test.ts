import { describe, expect, it } from "vitest";
import { sshareLong } from "../../../../src/cluster/slurm/priority/sshare.js";
import { bookedUse, recordedUse } from "../support/assoc-mgr.js";
import { Books } from "../support/books.js";
import { type GoldenCase, goldenCase, ownNames, type Snapshot } from "../support/case.js";
import { decayTicks } from "../support/decay-phase.js";
import { simulated } from "../support/simulated.js";

const DAY = 86_400;

/**
 * How often usage was forgotten between two snapshots, where every line of sshare and every counter of assoc_mgr comes out as
 * printed. The two commands run one after the other, up to a second after the recorder's time stamp.
 */
function resets(golden: GoldenCase): number {
  const books = new Books(golden, decayTicks(golden.name));
  let forgotten = 0;
  let before = 0;
  for (const snapshot of golden.observed.snapshots) {
    const used = Number(snapshot.sshare_l![1]!.split("|")[4]);
    if (used < before / 2) forgotten++;
    before = used;
    expect(differences(books, snapshot, golden), `at ${snapshot.t}`).toEqual([]);
  }
  return forgotten;
}

function differences(books: Books, snapshot: Snapshot, { observed }: GoldenCase): string[] {
  let shares: string[] = [];
  let limits: string[] = [];
  for (const [i, later] of [0.2, 0.4, 0.6, 0.8, 1].entries()) {
    books.advance(snapshot.t + later);
    if (i === 0 || shares.length > 0) {
      const ours = sshareLong(books.state, books.priorities.classic);
      shares = snapshot.sshare_l!.filter((line) => !ours.includes(line));
    }
    if (i === 0 || limits.length > 0) {
      const ours = bookedUse(books.state);
      limits = Object.entries(recordedUse(snapshot.limits!, observed.users)).flatMap(([name, counters]) =>
        Object.entries(counters)
          .filter(([counter, value]) => ours[name]?.[counter] !== value)
          .map(([counter, value]) => `${name} ${counter}=${value}, here ${ours[name]?.[counter]}`),
      );
    }
  }
  return [...shares, ...limits];
}

describe("usage is forgotten when Slurm forgot it, and counts as sshare and assoc_mgr printed it", () => {
  const cases = ownNames.filter((name) => /^y-usage-reset-(?!now)/.test(name));

  it("in five recordings", () => expect(cases).toHaveLength(5));

  it.each(cases)("%s", (name) => {
    expect(resets(goldenCase(name))).toBe(1);
  });

  it("y-usage-reset-now: after `scontrol reconfigure` as after a midnight at its time", () => {
    const golden = goldenCase("y-usage-reset-now");
    const { scenario, observed } = golden;
    const priority = { ...(scenario.cluster.priority as object), usage_reset: "DAILY" };
    const [reconfigure] = scenario.operations!;
    const midnight = {
      ...golden,
      scenario: { ...scenario, cluster: { ...scenario.cluster, priority } },
      observed: { ...observed, epoch: 20_000 * DAY - reconfigure!.t },
    };
    expect(resets(midnight)).toBe(1);
  });
});

describe("PriorityUsageResetPeriod=NOW", () => {
  const options = {
    PriorityType: "priority/multifactor",
    PriorityWeightFairshare: 10_000,
    PriorityDecayHalfLife: "1:00:00",
    PriorityCalcPeriod: 5,
    accounts: { lab: { Users: { ann: {}, bob: {} } } },
    usage: { lab: { Users: { ann: { RawUsage: 1e6 }, bob: { RawUsage: 4e6 } } } },
    operations: [{ at: "0s", every: "6m", cmd: "sshare -l" }],
  };

  async function used(more: Record<string, unknown>): Promise<number[]> {
    const prints: number[] = [];
    await simulated({ ...options, ...more }, ["long,0,1500,ann,-n1 -t 1:00:00"], {
      note: (_time, _command, lines) =>
        prints.push(Number(lines.find((line) => line.split("|")[1] === "bob")!.split("|")[4])),
    });
    return prints;
  }

  it("forgets at the first round what was used before the run", async () => {
    const [first, second] = await used({ PriorityUsageResetPeriod: "NOW" });
    expect([first, second]).toEqual([4e6, 0]);
    const [, kept] = await used({});
    expect(kept).toBeGreaterThan(3e6);
  });
});
