import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const describe = "whole commands beside a bare `node -e 0`: wall and CPU time, peak memory; medians";

const RUNS = 7;
const BIN = fileURLToPath(new URL("../bin/whowaits.js", import.meta.url));
const PEAK = fileURLToPath(new URL("peak.cjs", import.meta.url));
const data = process.env.WHOWAITS_DATA ?? fileURLToPath(new URL("../../shared", import.meta.url));

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function once(args) {
  const begin = performance.now();
  const done = spawnSync(process.execPath, ["-r", PEAK, ...args], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  if (done.status !== 0) throw new Error(`node ${args.join(" ")} ended with ${done.status}`);
  return { wall: performance.now() - begin, ...JSON.parse(done.output[3].toString()) };
}

/** EASY on a log, one core a node; without a trace ten short jobs, so that what is left is the empty run. */
function scenario(folder, name, cores, trace) {
  const file = trace ?? join(folder, "ten.csv");
  if (trace === undefined) {
    const rows = Array.from({ length: 10 }, (_, i) => `${i},${i},10,10,1`);
    writeFileSync(file, `id,submit,run,estimate,tasks\n${rows.join("\n")}\n`);
  }
  const path = join(folder, `${name}.yaml`);
  const pools = `fleet: { pools: [ { name: cores, nodes: ${cores}, cpus: 1 } ] }`;
  writeFileSync(path, `${pools}\nscheduler: { policy: easy }\njobs: { trace: ${JSON.stringify(file)} }\n`);
  return path;
}

export function run() {
  const folder = mkdtempSync(join(tmpdir(), "whowaits-bench-"));
  const log = (file) => (existsSync(`${data}/traces/swf/${file}`) ? `${data}/traces/swf/${file}` : undefined);
  const commands = [
    { name: "node -e 0", args: ["-e", "0"], jobs: 0 },
    { name: "--help", args: [BIN, "--help"], jobs: 0 },
    { name: "run, ten jobs", args: [BIN, "run", scenario(folder, "ten", 24_515)], jobs: 0 },
  ];
  for (const { name, file, cores, jobs } of [
    { name: "KTH-SP2", file: "KTH-SP2-1996-2.swf.gz", cores: 100, jobs: 28_489 },
    { name: "LCG", file: "LCG-2005-1.swf.gz", cores: 24_515, jobs: 188_041 },
  ]) {
    const trace = log(file);
    if (trace === undefined) console.log(`${name}: no ${file}; WHOWAITS_DATA names the folder of traces`);
    else
      commands.push({
        name: `run, ${name} EASY`,
        args: [BIN, "run", scenario(folder, name, cores, trace)],
        jobs,
      });
  }
  const runs = commands.map(() => []);
  // In turn, so that a machine that slows down slows all of them down.
  for (let i = 0; i < RUNS; i++) for (const [at, { args }] of commands.entries()) runs[at].push(once(args));
  rmSync(folder, { recursive: true });

  const typical = runs.map((of) => ({
    wall: median(of.map((x) => x.wall)),
    cpu: median(of.map((x) => x.cpu)),
    rss: median(of.map((x) => x.rss)),
  }));
  console.log("command              wall ms   x bare node   CPU ms   peak MiB   bytes/job above ten jobs");
  for (const [at, { name, jobs }] of commands.entries()) {
    const { wall, cpu, rss } = typical[at];
    const perJob = jobs === 0 ? "" : ((rss - typical[2].rss) / jobs).toFixed(0);
    console.log(
      `${name.padEnd(21)}${wall.toFixed(0).padEnd(10)}${(wall / typical[0].wall).toFixed(2).padEnd(14)}` +
        `${cpu.toFixed(0).padEnd(9)}${(rss / 2 ** 20).toFixed(0).padEnd(11)}${perJob}`,
    );
  }
}
