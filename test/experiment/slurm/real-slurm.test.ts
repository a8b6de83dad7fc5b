import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { BIN, type Ended, keptResults } from "../../support/command-line.js";
import { SlurmCluster, whyNoSlurm } from "../../support/slurm-cluster.js";
import { small } from "../support/small.js";

/** Everything here goes through a real slurmctld and real slurmds, which this file starts and ends. */
const why = whyNoSlurm();
if (why !== undefined) console.log(`skipped: ${why}`);

describe.skipIf(why !== undefined)("a real Slurm", () => {
  let cluster: SlurmCluster;
  let folder: string;
  let tests = 0;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    // An array of this cluster has at most six tasks.
    cluster = await SlurmCluster.start({ nodes: 2, more: ["MaxArraySize=6"] });
  });
  afterAll(async () => {
    await cluster?.stop();
    expect(cluster?.processes()).toEqual([]);
  });
  afterEach(async () => {
    for (const child of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
    cluster.run("scancel", "--user=root", "--quiet");
    await cluster.until(() => cluster.run("squeue", "-h") === "");
  });

  /** A folder with a scenario, on the file system that all nodes of the cluster share. */
  function scenario(more: Record<string, unknown> = {}): void {
    folder = join(cluster.folder, `test-${++tests}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "s.yaml"), stringify(small(more).object));
  }

  /** Starts a sweep; `slow` makes each point last about a second, so that something can happen meanwhile. */
  function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended>; err(): string } {
    const all = [BIN, "sweep", "s.yaml", "--store", "st", "--out", "points.csv", ...args];
    const child = spawn(process.execPath, all, { cwd: folder, env: cluster.env });
    started.push(child);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const ended = new Promise<Ended>((resolve) =>
      child.on("close", (status) => resolve({ status, out, err })),
    );
    return { child, ended, err: () => err };
  }

  const points = () => readFileSync(join(folder, "points.csv"), "utf8");
  const arrays = () => readdirSync(join(folder, "st/slurm"));
  const states = () => cluster.run("squeue", "-h", "-r", "-o", "%T").trim().split("\n");
  const running = () => states().filter((state) => state === "RUNNING").length;
  const SLURM = ["--executor", "slurm"];

  /** A policy that waits in real time before each run: `pace` seconds, read anew each time from a file. */
  function slow(seconds: number): Record<string, unknown> {
    const file = join(cluster.folder, `pace-${tests + 1}`);
    const policy = join(cluster.folder, `slow-${tests + 1}.mjs`);
    writeFileSync(file, String(seconds));
    writeFileSync(
      policy,
      `import { readFileSync } from "node:fs";
export default {
  create() {
    const end = performance.now() + 1000 * Number(readFileSync(${JSON.stringify(file)}, "utf8"));
    while (performance.now() < end);
    return { pass(view, act) { for (let job = view.queue.first; job >= 0; job = view.queue.first) if (!act.start(job)) return act.hold(job, "Resources"); } };
  },
};
`,
    );
    return { scheduler: { policy } };
  }
  const hurry = () => writeFileSync(join(cluster.folder, `pace-${tests}`), "0");

  /** What the local pool gives for the same sweep. */
  async function local(...args: string[]): Promise<string> {
    const { status, err } = await start(...args, "--store", "elsewhere", "--out", "local.csv", "-q").ended;
    expect([status, err]).toEqual([0, ""]);
    return readFileSync(join(folder, "local.csv"), "utf8");
  }

  it("gives the same bytes as the pool of this machine, in arrays no larger than MaxArraySize allows", async () => {
    scenario();
    const args = ["--vary", "fleet.pools.0.nodes=4..8", "--vary", "scheduler.policy=fifo,easy"];
    const seeds = ["--replications", "2", "--seed", "7"];
    const { status, err } = await start(...args, ...seeds, ...SLURM, "-q").ended;
    expect([status, err]).toEqual([0, ""]);
    expect(points()).toBe(await local(...args, ...seeds));
    expect(arrays()).toEqual([]);

    // With chunks of 3, 20 points are 7 tasks: two arrays.
    const again = await start(...args, ...seeds, ...SLURM, "--chunk", "3", "--store", "st2").ended;
    expect([
      again.status,
      again.err.match(/array \d+ submitted: \d tasks? of 3 points each/g)?.length,
    ]).toEqual([0, 2]);
    expect(points()).toBe(readFileSync(join(folder, "local.csv"), "utf8"));
  });

  it("passes options to sbatch, and says what sbatch says when it refuses", async () => {
    scenario();
    const args = [
      "--vary",
      "fleet.pools.0.nodes=4,5",
      ...SLURM,
      "--partition",
      "side",
      "--time",
      "5",
      "--throttle",
      "1",
    ];
    const run = start(...args, "--sbatch", "--comment=for a friend", "--sbatch", "--hold");
    await cluster.until(() => cluster.run("squeue", "-h", "-o", "%P|%l|%k|%T|%r").includes("PENDING"));
    expect(cluster.run("squeue", "-h", "-o", "%P|%l|%k|%C|%K")).toBe("side|5:00|for a friend|1|0-1%1\n");
    await cluster.until(() => run.err().includes("JobHeldUser"));
    expect(run.err()).toMatch(/_0 waits for JobHeldUser, which does not pass by itself/);
    cluster.run("scontrol", "release", run.err().match(/array (\d+)/)![1]!);
    expect((await run.ended).status).toBe(0);

    const refused = await start("--vary", "fleet.pools.0.nodes=6,7", ...SLURM, "--partition", "nowhere")
      .ended;
    expect(refused.status).toBe(2);
    expect(refused.err).toContain(
      "error[slurm/refused]: sbatch refused the job array: invalid partition specified: nowhere",
    );
    expect(arrays()).toEqual([]);
  });

  it("submits again what a task that was killed had not done", async () => {
    scenario(slow(0.4));
    const run = start("--vary", "fleet.pools.0.nodes=4..11", ...SLURM, "--chunk", "4");
    const folders = () => arrays().map((name) => join(folder, "st/slurm", name));
    await cluster.until(() => keptResults(join(folder, "st")) >= 2);
    // The process of the batch script itself: what a full memory would end.
    const [chunk] = cluster.processes().filter((pid) => commandOf(pid).includes("chunk.js"));
    process.kill(chunk!, "SIGKILL");
    hurry();
    const { status, err } = await run.ended;
    expect([status, folders().length]).toEqual([0, 1]);
    expect(err).toMatch(
      /submitted: 2 tasks of 4 points each\narray \d+ submitted: \d tasks? of a point each\n$/,
    );
    expect(points()).toBe(await local("--vary", "fleet.pools.0.nodes=4..11"));
  });

  it("goes on with a task whose node failed", async () => {
    scenario(slow(2));
    const args = ["--vary", "fleet.pools.0.nodes=4..9", ...SLURM, "--chunk", "3"];
    // Slurm would start it again by itself, two minutes later.
    const run = start(...args, "--sbatch", "--no-requeue");
    await cluster.until(() => running() === 2 && keptResults(join(folder, "st")) >= 1);
    cluster.run("scontrol", "update", "nodename=n2", "state=down", "reason=test");
    const submissions = (err: string) => err.match(/array \d+ submitted/g)?.length;
    await cluster.until(() => submissions(run.err()) === 2);
    hurry();
    const { status, err } = await run.ended;
    expect([status, submissions(err)]).toEqual([0, 2]);
    await cluster.until(
      () => cluster.run("sinfo", "-h", "-n", "n2", "-p", "main", "-o", "%T") === "idle\n",
      10,
    );
    expect(points()).toBe(await local("--vary", "fleet.pools.0.nodes=4..9"));
  });

  it("finds the array again when its submitter was killed, and submits nothing twice", async () => {
    scenario(slow(2));
    const args = ["--vary", "fleet.pools.0.nodes=4..13", ...SLURM, "--chunk", "5"];
    const first = start(...args);
    await cluster.until(() => keptResults(join(folder, "st")) >= 2);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = start(...args);
    await cluster.until(() => second.err() !== "");
    hurry();
    const { status, err } = await second.ended;
    expect([status, err]).toEqual([
      0,
      expect.stringMatching(/^array \d+ was submitted before and goes on: its points are waited for\n$/),
    ]);
    expect(arrays()).toEqual([]);
    expect(points()).toBe(await local("--vary", "fleet.pools.0.nodes=4..13"));
  });

  it("on Ctrl-C cancels what waits, keeps the points in flight, and ends with 130", async () => {
    scenario(slow(0.5));
    const args = ["--vary", "fleet.pools.0.nodes=4..33", ...SLURM, "--chunk", "5"];
    const run = start(...args);
    await cluster.until(() => running() === 2 && keptResults(join(folder, "st")) >= 2);
    const before = keptResults(join(folder, "st"));
    run.child.kill("SIGINT");
    const { status, err } = await run.ended;
    expect(status).toBe(130);
    const kept = keptResults(join(folder, "st"));
    expect(kept).toBeGreaterThan(before);
    expect(kept).toBeLessThanOrEqual(before + 4);
    expect(err).toContain(
      `interrupted: ${kept} of 30 points are kept in st; the same command goes on from there`,
    );
    expect(states()).toEqual([""]);
    expect(existsSync(join(folder, "points.csv"))).toBe(false);
    hurry();
    expect((await start(...args).ended).status).toBe(0);
    expect(points()).toBe(await local("--vary", "fleet.pools.0.nodes=4..33"));
  });

  it("on a second Ctrl-C ends at once, and the array winds itself up", async () => {
    scenario(slow(4));
    const run = start("--vary", "fleet.pools.0.nodes=4..11", ...SLURM, "--chunk", "4");
    await cluster.until(() => running() === 2);
    run.child.kill("SIGINT");
    await cluster.until(() => run.err().includes("again to stop at once"));
    run.child.kill("SIGINT");
    expect((await run.ended).status).toBe(130);
    await cluster.until(() => states()[0] === "");
    expect(keptResults(join(folder, "st"))).toBeLessThanOrEqual(4);
  });

  it("says that somebody else cancelled the array, and goes on from there", async () => {
    scenario(slow(0.3));
    const args = ["--vary", "fleet.pools.0.nodes=4..11", ...SLURM, "--chunk", "4"];
    const run = start(...args);
    await cluster.until(() => keptResults(join(folder, "st")) >= 1);
    cluster.run("scancel", run.err().match(/array (\d+)/)![1]!);
    const { status, err } = await run.ended;
    expect(status).toBe(2);
    expect(err).toMatch(/error\[slurm\/cancelled\]: \d+_\d was cancelled, and not by this command/);
    hurry();
    expect((await start(...args).ended).status).toBe(0);
    expect(points()).toBe(await local("--vary", "fleet.pools.0.nodes=4..11"));
  });

  it("gives a point up that ends its task each time, keeps the others, and says why", async () => {
    scenario();
    const policy = join(folder, "deadly.mjs");
    writeFileSync(
      policy,
      `export default { create() { process.kill(process.ppid, "SIGKILL"); while (true); } };`,
    );
    const args = ["--vary", `scheduler.policy=fifo,easy,gang,${policy}`, ...SLURM, "--chunk", "4"];
    const { status, err, out } = await start(...args).ended;
    expect(status).toBe(2);
    expect(err).toMatch(
      /1 points? gave no result: its array task ended 3 times without a result \(last \d+_0: FAILED/,
    );
    expect(points().trimEnd().split("\n")).toHaveLength(1 + 4);
    expect(keptResults(join(folder, "st"))).toBe(3);
    expect(out).not.toContain("    at ");
  });

  it("compares, checks and plans through arrays too", async () => {
    scenario({
      thresholds: ["wait.p95 < 20h"],
      variants: { more: { fleet: { pools: { n: { nodes: 6 } } } } },
    });
    for (const args of [
      ["compare", "s.yaml", "-n", "2", "--json", "--no-decisions"],
      ["check", "s.yaml", "-n", "2", "--json"],
      ["plan", "s.yaml", "-n", "2", "--json", "--no-headroom", "--find", "fleet.pools.0.nodes=4..6"],
    ]) {
      const [there, here] = await Promise.all(
        [
          [...SLURM, "--store", "st"],
          ["--store", "here"],
        ].map((where) => {
          const child = spawn(process.execPath, [BIN, ...args, ...where], { cwd: folder, env: cluster.env });
          let out = "";
          child.stdout.on("data", (chunk) => {
            out += chunk;
          });
          return new Promise((resolve) => child.on("close", (status) => resolve({ status, out })));
        }),
      );
      expect(there).toEqual(here);
      expect(there).toMatchObject({ status: 0 });
    }
  });
});

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8");
}
