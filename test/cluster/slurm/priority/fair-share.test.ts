import { describe, expect, it } from "vitest";
import { printed } from "../../../../src/cluster/slurm/priority/printed.js";
import { nextReset } from "../../../../src/cluster/slurm/priority/reset.js";
import { type Sketch, SmallCluster } from "../support/cluster.js";

/** Usage of each user in billing seconds; fair-share is worked out from it at a tick. */
function shared(sketch: Sketch, usage: Record<string, number>): SmallCluster {
  const cluster = new SmallCluster(sketch);
  for (const [user, seconds] of Object.entries(usage))
    for (
      let one = cluster.state.associations.find((association) => association.user === user);
      one !== undefined;
      one = one.parent
    )
      one.usage.raw += seconds;
  cluster.pass(60);
  return cluster;
}

const factors = ({ state }: SmallCluster) =>
  Object.fromEntries(state.associations.filter(({ user }) => user).map((one) => [one.user, one.fairshare]));

describe("Fair Tree", () => {
  const users = [
    { user: "u1", account: "a" },
    { user: "u2", account: "a" },
    { user: "u3", account: "b" },
    { user: "u4", account: "b" },
  ];
  const accounts = [{ account: "a" }, { account: "b" }];

  it("ranks all users of the better account before any of the other", () => {
    const cluster = shared({ accounts, users }, { u1: 50, u2: 10, u3: 100, u4: 200 });
    expect(factors(cluster)).toEqual({ u2: 1, u1: 3 / 4, u3: 2 / 4, u4: 1 / 4 });
  });

  it("weighs usage by shares", () => {
    const cluster = shared(
      { accounts: [{ account: "a" }, { account: "b", fairshare: 9 }], users },
      { u1: 50, u2: 10, u3: 100, u4: 200 },
    );
    expect(factors(cluster)).toEqual({ u3: 1, u4: 3 / 4, u2: 2 / 4, u1: 1 / 4 });
  });

  it("users who are tied share a rank, and without any usage all have 1", () => {
    expect(factors(shared({ accounts, users }, {}))).toEqual({ u1: 1, u2: 1, u3: 1, u4: 1 });
    const tied = shared({ accounts, users }, { u1: 5, u2: 5, u3: 20, u4: 10 });
    expect(factors(tied)).toEqual({ u1: 1, u2: 1, u4: 2 / 4, u3: 1 / 4 });
  });

  it("does not merge tied accounts: only the first user below shares the rank before it", () => {
    const cluster = shared({ accounts, users }, { u1: 10, u2: 30, u3: 10, u4: 30 });
    // The newest account comes first.
    expect(factors(cluster)).toEqual({ u3: 1, u4: 3 / 4, u1: 3 / 4, u2: 1 / 4 });
  });

  it("fairshare=parent puts users first and lets an account's users compete above it", () => {
    const cluster = shared(
      {
        accounts: [{ account: "a" }, { account: "b", parent: "a", fairshare: "parent" }],
        users: [
          { user: "u1", account: "a", fairshare: "parent" },
          { user: "u2", account: "a", fairshare: 3 },
          { user: "u3", account: "b", fairshare: 1 },
        ],
      },
      { u1: 70, u2: 20, u3: 10 },
    );
    const u3 = cluster.state.associations.find(({ user }) => user === "u3")!;
    expect(u3.sharesNorm).toBe(1 / 4);
    expect(u3.usageEffective).toBe(10 / 100);
    expect(factors(cluster).u1).toBe(1);
  });

  it("no shares at all rank last", () => {
    const cluster = shared(
      { accounts, users: users.map((one) => (one.user === "u2" ? { ...one, fairshare: 0 } : one)) },
      { u1: 10, u2: 0, u3: 10, u4: 10 },
    );
    expect(factors(cluster).u2).toBeLessThan(factors(cluster).u1!);
  });
});

describe("classic fair-share", () => {
  const sketch = (flags: Sketch["flags"] = {}, dampeningFactor = 1): Sketch => ({
    flags: { noFairTree: true, ...flags },
    priority: { type: "multifactor", weightFairshare: 1e6, dampeningFactor },
    accounts: [
      { account: "a", fairshare: 3 },
      { account: "b", fairshare: 1 },
    ],
    users: [
      { user: "u1", account: "a", fairshare: 1 },
      { user: "u2", account: "a", fairshare: 2 },
      { user: "u3", account: "b", fairshare: 1 },
    ],
  });

  it("is 2^(-effective usage / shares), where accounts lag a tick behind", () => {
    const cluster = shared(sketch(), { u1: 30, u2: 30, u3: 40 });
    // root: a 3, b 1 and root's own user none. Accounts have 0.6 and 0.4 of the usage.
    const expected = 0.3 + (0.6 - 0.3) / 3;
    const job = cluster.job({ user: "u1" });
    expect(job.association!.sharesNorm).toBeCloseTo((3 / 4) * (1 / 3), 12);
    expect(job.association!.usageEffective).toBeCloseTo(expected, 12);
    expect(job.priority).toBe(Math.trunc(1e6 * 2 ** -(expected / 0.25)));
  });

  it("FairShareDampeningFactor divides the exponent", () => {
    const cluster = shared(sketch({}, 5), { u1: 30, u2: 30, u3: 40 });
    expect(cluster.job({ user: "u3" }).priority).toBe(Math.trunc(1e6 * 2 ** -(0.4 / 0.25 / 5)));
  });

  it("a user's usage is what the job list has added when a pending job first needs it", () => {
    const cluster = new SmallCluster(sketch());
    const early = cluster.job({ user: "u3" });
    cluster.run({ user: "u1" });
    const late = cluster.job({ user: "u2" });
    cluster.pass(60);
    // `early` stands before the running job in the list: nobody has used anything yet.
    expect(early.association!.usageNorm).toBe(0);
    expect(late.association!.usageNorm).toBe(0);
    expect(late.association!.usageEffective).toBe(0);
    cluster.pass(60);
    expect(late.association!.usageEffective).toBeCloseTo((1 * 2) / 3, 12);
  });

  it("DEPTH_OBLIVIOUS damps a member's balance that would hide the account's imbalance", () => {
    const cluster = shared(sketch({ depthOblivious: true }), { u1: 5, u2: 25, u3: 70 });
    const association = cluster.job({ user: "u1" }).association!;
    const hidden = cluster.job({ user: "u2" }).association!;
    // Siblings count with what was last worked out for them.
    cluster.pass(0);
    const parentRatio = 0.3 / 0.75;
    const ownRatio = 0.05 / 0.25 / (0.3 / 0.75);
    // Both below 1: nothing is hidden, and the product is the plain ratio of usage and shares.
    expect(association.usageEffective).toBeCloseTo(parentRatio * ownRatio * 0.25, 12);
    const ratio = 0.25 / 0.5 / (0.3 / 0.75);
    const damped = 1 / (1 + (5 * Math.log(parentRatio)) ** 2);
    expect(hidden.usageEffective).toBeCloseTo(parentRatio * ratio ** damped * 0.5, 12);
  });
});

describe("PriorityUsageResetPeriod", () => {
  const at = (text: string) => Date.parse(`${text}Z`) / 1000;

  it.each([
    ["DAILY", "2026-11-28T00:00:00"],
    ["WEEKLY", "2026-11-29T00:00:00"],
    ["MONTHLY", "2026-12-01T00:00:00"],
    ["QUARTERLY", "2027-01-01T00:00:00"],
    ["YEARLY", "2027-01-01T00:00:00"],
  ] as const)("%s after a Friday in November", (period, next) => {
    expect(nextReset(period, at("2026-11-27T15:30:00"))).toBe(at(next));
  });

  it("a week after a Sunday's reset, never for NONE", () => {
    expect(nextReset("WEEKLY", at("2026-11-29T00:00:00"))).toBe(at("2026-12-06T00:00:00"));
    expect(nextReset("NONE", 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("numbers as C prints them", () => {
  it("round ties to even", () => {
    expect([0.5, 1.5, 2.5, 62.5, 37.5].map((value) => printed(value, 0))).toEqual([
      "0",
      "2",
      "2",
      "62",
      "38",
    ]);
    expect(printed(0.625, 2)).toBe("0.62");
    expect(printed(0.375, 2)).toBe("0.38");
    expect(printed(0.33203125, 7)).toBe("0.3320312");
    expect(printed(1.005, 2)).toBe("1.00");
    expect(printed(Number.POSITIVE_INFINITY, 6)).toBe("inf");
  });
});
