import { describe, expect, it } from "vitest";
import type { CommonLimits, QosConfig } from "../../../../src/cluster/slurm/model/config.js";
import { SmallCluster } from "../support/cluster.js";

const qos = (limits: Partial<QosConfig>) => new SmallCluster({ qos: [{ name: "q", ...limits }] });
const account = (limits: CommonLimits) => new SmallCluster({ accounts: [{ account: "a", ...limits }] });

describe("limits of a QOS on the jobs that run in it", () => {
  it("GrpJobs counts all users", () => {
    const cluster = qos({ grpJobs: 2 });
    cluster.run({ qos: "q", user: "u1" });
    expect(cluster.reason(cluster.job({ qos: "q" }))).toBeUndefined();
    const second = cluster.run({ qos: "q", user: "u2" });
    const waiting = cluster.job({ qos: "q" });
    expect(cluster.reason(waiting)).toBe("QOSGrpJobsLimit");
    cluster.end(second);
    expect(cluster.reason(waiting)).toBeUndefined();
  });

  it("MaxJobsPerUser counts one user's, MaxJobsPerAccount the account's", () => {
    const user = qos({ maxJobsPerUser: 1 });
    user.run({ qos: "q", user: "u1" });
    expect(user.reason(user.job({ qos: "q", user: "u1" }))).toBe("QOSMaxJobsPerUserLimit");
    expect(user.reason(user.job({ qos: "q", user: "u2" }))).toBeUndefined();
    const whole = qos({ maxJobsPerAccount: 1 });
    whole.run({ qos: "q", user: "u1" });
    expect(whole.reason(whole.job({ qos: "q", user: "u2" }))).toBe("MaxJobsPerAccount");
  });

  it("GrpTRES adds what is asked to what is held; a node counts once", () => {
    const cluster = qos({ grpTres: { node: 2, cpu: 10 } });
    cluster.run({ qos: "q", cpus: 4 }, [0]);
    cluster.run({ qos: "q", cpus: 4 }, [1]);
    const job = cluster.job({ qos: "q", cpus: 2 });
    expect(cluster.reason(job, [1])).toBeUndefined();
    expect(cluster.reason(job, [2])).toBe("QOSGrpNodeLimit");
    expect(cluster.limits.postSelect(job, cluster.partition, 1)).toBe("QOSGrpNodeLimit");
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 3 }), [1])).toBe("QOSGrpCpuLimit");
  });

  it("MaxTRES per job, node, user and account name the resource", () => {
    const held = (limits: Partial<QosConfig>, gpus: number) => {
      const cluster = qos(limits);
      cluster.run({ qos: "q", gpus: 2 });
      return cluster.reason(cluster.job({ qos: "q", gpus, cpus: gpus }));
    };
    expect(held({ maxTresPerJob: { "gres/gpu": 2 } }, 3)).toBe("QOSMaxGRESPerJob");
    expect(held({ maxTresPerJob: { cpu: 2 } }, 3)).toBe("QOSMaxCpuPerJobLimit");
    expect(held({ maxTresPerNode: { cpu: 2 } }, 3)).toBe("QOSMaxCpuPerNode");
    expect(held({ maxTresPerUser: { "gres/gpu": 4 } }, 2)).toBeUndefined();
    expect(held({ maxTresPerUser: { "gres/gpu": 4 } }, 3)).toBe("QOSMaxGRESPerUser");
    expect(held({ maxTresPerAccount: { "gres/gpu": 4 } }, 3)).toBe("MaxGRESPerAccount");
    expect(held({ minTresPerJob: { "gres/gpu": 2 } }, 1)).toBe("QOSMinGRES");
    expect(held({ minTresPerJob: { cpu: 2 } }, 1)).toBe("QOSMinCpuNotSatisfied");
  });

  it("MaxTRESPerNode divides by the nodes and drops the rest", () => {
    const cluster = qos({ maxTresPerNode: { cpu: 3 } });
    const job = cluster.job({ qos: "q", nodes: 2, cpus: 4 });
    job.totalCpus = 7;
    expect(cluster.reason(job, [0, 1])).toBeUndefined();
    job.totalCpus = 8;
    expect(cluster.reason(job, [0, 1])).toBe("QOSMaxCpuPerNode");
  });

  it("MaxWall holds a longer job; GrpWall everyone when it is used up", () => {
    const wall = qos({ maxWall: 9 });
    expect(wall.reason(wall.job({ qos: "q", limit: 9 }))).toBeUndefined();
    expect(wall.reason(wall.job({ qos: "q", limit: 10 }))).toBe("QOSMaxWallDurationPerJobLimit");
    const group = qos({ grpWall: 3 });
    group.run({ qos: "q" });
    group.pass(179);
    expect(group.reason(group.job({ qos: "q" }))).toBeUndefined();
    group.pass(1);
    expect(group.reason(group.job({ qos: "q" }))).toBe("QOSGrpWallLimit");
  });

  it("MaxTRESMinsPerJob and GrpTRESRunMins count the time limit", () => {
    const single = qos({ maxTresMinsPerJob: { cpu: 40 } });
    expect(single.reason(single.job({ qos: "q", cpus: 4, limit: 10 }))).toBeUndefined();
    expect(single.reason(single.job({ qos: "q", cpus: 4, limit: 11 }))).toBe("QOSMaxCpuMinutesPerJobLimit");
    const running = qos({ grpTresRunMins: { cpu: 60 } });
    running.run({ qos: "q", cpus: 4, limit: 10 });
    const next = running.job({ qos: "q", cpus: 3, limit: 10 });
    expect(running.reason(next)).toBe("QOSGrpCPURunMinutesLimit");
    running.pass(150);
    expect(running.reason(next)).toBeUndefined();
  });
});

describe("used minutes", () => {
  it("without `safe` only what is used counts, and then everybody goes", () => {
    const cluster = qos({ grpTresMins: { cpu: 8 } });
    const first = cluster.run({ qos: "q", cpus: 4, limit: 60 });
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 16, limit: 600 }))).toBeUndefined();
    cluster.pass(119);
    expect([...cluster.limits.exhausted()]).toEqual([]);
    const second = cluster.run({ qos: "q", user: "u2" }, [1]);
    cluster.pass(1);
    expect(cluster.reason(cluster.job({ qos: "q" }))).toBe("QOSGrpCPUMinutesLimit");
    const gone = [];
    for (const job of cluster.limits.exhausted()) {
      gone.push(job);
      cluster.end(job);
    }
    expect(gone).toEqual([first, second]);
  });

  it("with `safe` there must be room for all minutes to come, and nobody goes", () => {
    const cluster = new SmallCluster({
      qos: [{ name: "q", grpTresMins: { cpu: 60 } }],
      enforce: { safe: true },
    });
    cluster.run({ qos: "q", cpus: 4, limit: 10 });
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 2, limit: 10 }))).toBeUndefined();
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 2, limit: 11 }))).toBe("QOSGrpCPUMinutesLimit");
    cluster.pass(6000);
    expect([...cluster.limits.exhausted()]).toEqual([]);
  });

  it("UsageFactor multiplies what is charged; the request only with UsageFactorSafe", () => {
    const limits = { grpTresMins: { cpu: 40 }, usageFactor: 2 };
    const plain = new SmallCluster({ qos: [{ name: "q", ...limits }], enforce: { safe: true } });
    const safe = new SmallCluster({
      qos: [{ name: "q", ...limits, flags: ["UsageFactorSafe"] }],
      enforce: { safe: true },
    });
    for (const cluster of [plain, safe]) {
      const job = cluster.job({ qos: "q", cpus: 3, limit: 10 });
      expect(cluster.reason(job)).toBe(cluster === safe ? "QOSGrpCPUMinutesLimit" : undefined);
      cluster.run({ qos: "q", cpus: 1, limit: 10 });
      const { usage } = cluster.state.qos.get("q")!;
      expect(usage.runSeconds[0]).toBe(1200);
      cluster.pass(60);
      expect(usage.tresRaw[0]).toBe(120);
      expect(usage.runSeconds[0]).toBe(1080);
    }
  });

  it("a NoDecay QOS keeps what others forget", () => {
    const cluster = new SmallCluster({
      priority: { decayHalfLife: 600 },
      qos: [{ name: "q", flags: ["NoDecay"] }],
    });
    cluster.end(cluster.run({ qos: "q" }));
    const job = cluster.run({ qos: "q", cpus: 2 });
    cluster.pass(60);
    cluster.end(job);
    cluster.pass(600);
    expect(cluster.state.qos.get("q")!.usage.raw).toBe(120);
    const decay = 1 - 693 / 600_000;
    expect(cluster.state.associations[0]!.usage.raw).toBeCloseTo(120 * decay ** 660, 9);
  });
});

describe("which limit counts", () => {
  const limits = { grpJobs: 1 };

  it("a limit of the QOS hides the association's", () => {
    const cluster = new SmallCluster({
      qos: [{ name: "q", grpJobs: 3 }],
      accounts: [{ account: "a", ...limits }],
    });
    cluster.run({ qos: "q" });
    expect(cluster.reason(cluster.job({ qos: "q" }))).toBeUndefined();
    expect(cluster.reason(cluster.job())).toBe("AssocGrpJobsLimit");
  });

  it("the partition's QOS goes before the job's, unless that has OverPartQOS", () => {
    const cluster = new SmallCluster({
      partitions: [{ name: "main", qos: "part" }],
      qos: [
        { name: "part", maxTresPerJob: { cpu: 2 } },
        { name: "q", maxTresPerJob: { cpu: 4 } },
        { name: "over", maxTresPerJob: { cpu: 4 }, flags: ["OverPartQOS"] },
      ],
    });
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 3 }))).toBe("QOSMaxCpuPerJobLimit");
    expect(cluster.reason(cluster.job({ qos: "over", cpus: 3 }))).toBeUndefined();
    expect(cluster.reason(cluster.job({ qos: "over", cpus: 5 }))).toBe("QOSMaxCpuPerJobLimit");
  });

  it("limits by TRES hide each other one by one", () => {
    const cluster = new SmallCluster({
      partitions: [{ name: "main", qos: "part" }],
      qos: [
        { name: "part", maxTresPerJob: { cpu: 8 } },
        { name: "q", maxTresPerJob: { cpu: 2, "gres/gpu": 1 } },
      ],
    });
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 4 }))).toBeUndefined();
    expect(cluster.reason(cluster.job({ qos: "q", cpus: 4, gpus: 2 }))).toBe("QOSMaxGRESPerJob");
  });

  it("associations inherit Max limits, and every Grp limit above counts", () => {
    const cluster = new SmallCluster({
      accounts: [
        { account: "top", maxJobs: 1, grpTres: { cpu: 6 } },
        { account: "a", parent: "top" },
      ],
    });
    cluster.run({ user: "u1", cpus: 4 });
    expect(cluster.reason(cluster.job({ user: "u1" }))).toBe("AssocMaxJobsLimit");
    expect(cluster.reason(cluster.job({ user: "u2", cpus: 2 }))).toBeUndefined();
    expect(cluster.reason(cluster.job({ user: "u2", cpus: 3 }))).toBe("AssocGrpCpuLimit");
  });

  it("every limit of an association has its name", () => {
    const held = (given: CommonLimits, cpus = 4) => {
      const cluster = account(given);
      cluster.run({ cpus: 2 });
      cluster.pass(120);
      return cluster.reason(cluster.job({ cpus, limit: 10 }), [1]);
    };
    expect(held({ grpTres: { node: 1 } })).toBe("AssocGrpNodeLimit");
    expect(held({ grpTresMins: { cpu: 4 } })).toBe("AssocGrpCPUMinutesLimit");
    expect(held({ grpTresRunMins: { cpu: 50 } })).toBe("AssocGrpCPURunMinutesLimit");
    expect(held({ grpWall: 2 })).toBe("AssocGrpWallLimit");
    expect(held({ maxWall: 9 })).toBe("AssocMaxWallDurationPerJobLimit");
    expect(held({ maxTresPerJob: { cpu: 3 } })).toBe("AssocMaxCpuPerJobLimit");
    expect(held({ maxTresPerNode: { cpu: 3 } })).toBe("AssocMaxCpuPerNode");
    expect(held({ maxTresMinsPerJob: { cpu: 39 } })).toBe("AssocMaxCpuMinutesPerJobLimit");
  });

  it("a job without an association stays out where associations are enforced", () => {
    const cluster = new SmallCluster();
    expect(cluster.reason(cluster.job({ user: "stranger" }))).toBe("InvalidAccount");
  });

  it("nothing holds a job back where limits are not enforced", () => {
    const cluster = new SmallCluster({ accounts: [{ account: "a", ...limits }], enforce: { limits: false } });
    cluster.run();
    expect(cluster.reason(cluster.job())).toBeUndefined();
  });
});

describe("UsageThreshold", () => {
  const held = (weightFairshare: number, usageThreshold: number, flags: QosConfig["flags"]) => {
    const cluster = new SmallCluster({
      priority: { type: "multifactor", weightFairshare },
      qos: [{ name: "q", usageThreshold, flags }],
      users: [
        { user: "u1", account: "a" },
        { user: "u2", account: "a" },
      ],
    });
    cluster.run({ user: "u1" });
    cluster.pass(300);
    return cluster.reason(cluster.job({ user: "u1", qos: "q" }));
  };

  it("is compared with the weighted fair-share term", () => {
    // u1 comes second of two: half of the weight.
    expect(held(10_000, 5100, ["EnforceUsageThreshold"])).toBe("QOSUsageThreshold");
    expect(held(10_000, 4900, ["EnforceUsageThreshold"])).toBeUndefined();
    expect(held(10_000, 5100, [])).toBeUndefined();
  });

  it("without a weight, with 2^(-usage / shares)", () => {
    expect(held(0, 0.26, ["EnforceUsageThreshold"])).toBe("QOSUsageThreshold");
    expect(held(0, 0.24, ["EnforceUsageThreshold"])).toBeUndefined();
  });
});

describe("MinPrioThreshold", () => {
  const cluster = new SmallCluster({
    qos: [{ name: "thr", minPrioThreshold: 400 }, { name: "part", minPrioThreshold: 700 }, { name: "none" }],
    partitions: [{ name: "main" }, { name: "own", qos: "part" }],
    accounts: [
      { account: "a", minPrioThreshold: 800 },
      { account: "b", parent: "a" },
    ],
    users: [
      { user: "u1", account: "b" },
      { user: "u2", account: "b", minPrioThreshold: 300 },
    ],
  });
  const threshold = (qos: string, user = "u1", partition = "main") => {
    const job = cluster.job({ qos, user, partitions: [partition] });
    return cluster.limits.priorityThreshold(job, job.partition);
  };

  it("is that of the partition's QOS, else the job's, else of the nearest association that has one", () => {
    expect(threshold("thr")).toBe(400);
    expect(threshold("thr", "u1", "own")).toBe(700);
    expect(threshold("none")).toBe(800);
    expect(threshold("none", "u2")).toBe(300);
  });
});

describe("at submission", () => {
  it("MaxSubmit and GrpSubmit refuse, tasks of an array counted one by one", () => {
    const user = qos({ maxSubmitPerUser: 3 });
    user.job({ qos: "q", tasks: [0, 1] });
    expect(user.limits.submit(user.job({ qos: "q" }, true))).toEqual({});
    const pair = user.job({ qos: "q", tasks: [0, 1] }, true);
    expect(user.limits.submit(pair).reject).toBe("QOSMaxSubmitJobPerUserLimit");
    const all = account({ grpSubmitJobs: 1 });
    const running = all.run();
    expect(all.limits.submit(all.job({}, true)).reject).toBe("AssocGrpSubmitJobsLimit");
    all.end(running);
    expect(all.limits.submit(all.job({}, true)).reject).toBeUndefined();
    const withdrawn = all.job();
    all.limits.withdrawn(withdrawn);
    expect(all.limits.submit(all.job({}, true)).reject).toBeUndefined();
  });

  it("other limits refuse only with DenyOnLimit", () => {
    const limits = { maxTresPerJob: { cpu: 2 }, maxTresMinsPerJob: { cpu: 100 } };
    const plain = qos(limits);
    expect(plain.limits.submit(plain.job({ qos: "q", cpus: 4 }, true))).toEqual({});
    const strict = qos({ ...limits, flags: ["DenyOnLimit"] });
    const reject = (cpus: number, limit: number) =>
      strict.limits.submit(strict.job({ qos: "q", cpus, limit }, true)).reject;
    expect(reject(4, 10)).toBe("QOSMaxCpuPerJobLimit");
    expect(reject(2, 51)).toBe("QOSMaxCpuMinutesPerJobLimit");
    expect(reject(2, 50)).toBeUndefined();
  });

  it("a job without a time limit gets MaxWall's", () => {
    const cluster = qos({ maxWall: 30 });
    expect(cluster.limits.submit(cluster.job({ qos: "q", limit: undefined }, true))).toEqual({
      timeLimit: 30,
    });
    expect(cluster.limits.submit(cluster.job({ qos: "q", limit: 5 }, true))).toEqual({});
  });
});

describe("whose age counts", () => {
  const accrue = (cluster: SmallCluster, jobs: ReturnType<SmallCluster["job"]>[]) => {
    for (const job of jobs)
      cluster.limits.accrue(job, () => {
        throw new Error("nothing to split");
      });
    return jobs.map(({ accrueTime }) => accrueTime);
  };

  it("everybody's from the time of being eligible", () => {
    const cluster = new SmallCluster();
    cluster.state.now = 100;
    const job = cluster.job();
    cluster.state.now = 130;
    expect(accrue(cluster, [job])).toEqual([100]);
  });

  it("under MaxJobsAccrue so many at a time, the next from its turn on", () => {
    const cluster = qos({ maxJobsAccrue: 1 });
    const first = cluster.job({ qos: "q" });
    const second = cluster.job({ qos: "q" });
    const stranger = cluster.job({ qos: "q", user: "u2" });
    cluster.state.now = 50;
    expect(accrue(cluster, [first, second, stranger])).toEqual([50, -1, 50]);
    cluster.start(first);
    cluster.state.now = 80;
    expect(accrue(cluster, [second, stranger])).toEqual([80, 50]);
    expect(cluster.state.qos.get("q")!.usage.accruing).toBe(2);
    cluster.limits.unaccrue(second);
    expect(second.accrueTime).toBe(-1);
    expect(cluster.state.qos.get("q")!.usage.accruing).toBe(1);
  });

  it("ACCRUE_ALWAYS counts from the submission and knows no limits", () => {
    const cluster = new SmallCluster({
      flags: { accrueAlways: true },
      qos: [{ name: "q", maxJobsAccrue: 1 }],
    });
    cluster.state.now = 10;
    const jobs = [cluster.job({ qos: "q" }), cluster.job({ qos: "q" })];
    cluster.state.now = 90;
    expect(accrue(cluster, jobs)).toEqual([10, 10]);
  });
});
