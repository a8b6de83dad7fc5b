import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { WorkerPool } from "./build/experiment/executors/pool.js";
import { Tasks } from "./build/experiment/point/tasks.js";
import { runTasks } from "./build/experiment/run-tasks.js";

export const describe =
  "points per second of a sweep on so many cores, main process included; efficiency beside that of bare loops";

const SELF = fileURLToPath(import.meta.url);
const ROUNDS = 5;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const jobs = (count) => ({
  object: {
    fleet: { pools: [{ name: "n", nodes: 4, gpu: "A100-80GB", gpusPerNode: 1 }] },
    scheduler: { policy: "easy" },
    jobs: {
      generate: {
        count,
        arrivals: { process: "poisson", rate: "30/h" },
        run: { distribution: "exponential", mean: "6m" },
        shapes: [
          { gpus: 1, weight: 3 },
          { gpus: 3, weight: 1 },
        ],
      },
    },
  },
  name: "jobs",
});
const gang = fileURLToPath(new URL("../scenarios/gang-training.yaml", import.meta.url));

/** Points per second of the default pool on a stretch of seeds; the first points, which compile the simulator, do not count. */
async function rate(input, points) {
  const tasks = await Tasks.open(input);
  const pool = new WorkerPool();
  let seed = 0;
  async function* made(count) {
    for (let i = 0; i < count; i++) yield await tasks.task({ set: [], seed: String(++seed) });
  }
  await runTasks(made(points >> 1), pool);
  const begin = performance.now();
  await runTasks(made(points), pool);
  const spent = performance.now() - begin;
  await pool.close();
  return (1000 * points) / spent;
}

/** Turns of an empty loop per second, in as many processes as there are cores. */
async function loops() {
  const loop = "let n = 0; const end = Date.now() + 1000; while (Date.now() < end) n++; process.send(n)";
  const turns = Array.from(
    { length: availableParallelism() },
    () =>
      new Promise((resolve) => {
        spawn(process.execPath, ["-e", loop], { stdio: ["ignore", "ignore", "inherit", "ipc"] }).on(
          "message",
          resolve,
        );
      }),
  );
  return (await Promise.all(turns)).reduce((sum, n) => sum + n, 0);
}

const WORKLOADS = {
  "bare loops": () => loops(),
  "8 jobs a point": () => rate(jobs(8), 1000),
  "40 jobs a point": () => rate(jobs(40), 1000),
  "600 jobs a point": () => rate(gang, 300),
};

/** What this file prints when it is started by itself with the name of a workload. */
if (process.argv[1] === SELF) console.log(await WORKLOADS[process.argv[2]]());

/** A workload on the first so many cores alone: all that a sweep needs runs there. */
function onCores(cores, workload) {
  const done = spawnSync("taskset", ["-c", `0-${cores - 1}`, process.execPath, SELF, workload], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (done.status !== 0) throw new Error(`${workload} ended with ${done.status ?? done.error}`);
  return Number(done.stdout);
}

export function run() {
  const counts = [1, 2, 4, 8, 16].filter((count) => count <= availableParallelism());
  console.log("what                cores   per second   efficiency (lowest to highest)");
  for (const workload of Object.keys(WORKLOADS)) {
    // In turn, so that a machine that slows down slows all of them down.
    const rounds = Array.from({ length: ROUNDS }, () => counts.map((cores) => onCores(cores, workload)));
    for (const [i, cores] of counts.entries()) {
      const efficiency = rounds.map((row) => row[i] / (cores * row[0])).sort((a, b) => a - b);
      const [low, mid, high] = [efficiency[0], median(efficiency), efficiency.at(-1)].map((x) =>
        x.toFixed(2),
      );
      const typical = median(rounds.map((row) => row[i])).toFixed(0);
      console.log(
        `${workload.padEnd(20)}${String(cores).padEnd(8)}${typical.padEnd(13)}${mid} (${low} to ${high})`,
      );
    }
  }
}
