import { describe, expect, it } from "vitest";
import { type Sketch, SmallCluster } from "../support/cluster.js";

const sketch = (limits: boolean): Sketch => ({
  enforce: { limits },
  priority: { decayHalfLife: 3600 },
  accounts: [{ account: "a" }, { account: "b" }],
  users: [
    { user: "u1", account: "a" },
    { user: "u2", account: "a" },
    { user: "u3", account: "b" },
  ],
  qos: [{ name: "normal" }, { name: "half", usageFactor: 0.5 }, { name: "kept", flags: ["NoDecay"] }],
});

describe("usage of running jobs", () => {
  it("is the same to the last bit whether limits are enforced, so that more is kept, or not", () => {
    const used = [true, false].map((limits) => {
      const cluster = new SmallCluster(sketch(limits));
      const running = [];
      const raws: number[] = [];
      for (let round = 0; round < 12; round++) {
        for (let i = 0; i < 7; i++) {
          const user = `u${1 + ((round + i) % 3)}`;
          const qos = ["normal", "half", "kept"][(round * i) % 3]!;
          running.push(cluster.run({ user, qos, cpus: 1 + (i % 5) }));
          cluster.state.now += 11;
        }
        cluster.pass(60);
        // Most of them, so that few of many are left.
        const ending = running.filter((_, i) => i % 4 !== round % 4);
        for (const job of ending) cluster.end(job);
        running.splice(0, running.length, ...running.filter((job) => !ending.includes(job)));
        const { associations, qos } = cluster.state;
        for (const { usage } of [...associations, ...qos.values()]) raws.push(usage.raw);
      }
      return raws;
    });
    expect(used[1]).toEqual(used[0]);
    expect(new Set(used[0]).size).toBeGreaterThan(60);
  });

  it("counts from when the nodes are up", () => {
    for (const limits of [true, false]) {
      const cluster = new SmallCluster({ enforce: { limits } });
      const job = cluster.run({ cpus: 2 });
      cluster.pass(60);
      cluster.state.now += 30;
      job.startTime = cluster.state.now;
      cluster.limits.launched(job);
      cluster.pass(10);
      expect(cluster.state.associations[0]!.usage.raw).toBe(2 * 60 + 2 * 10);
    }
  });
});
