import { createRandom } from "./build/core/random.js";
import { judge } from "./build/experiment/compare/verdict.js";
import { mser5 } from "./build/metrics/mser.js";
import { trendOf } from "./build/metrics/steady.js";

export const describe =
  "what judging costs beside what it judges: intervals of a comparison, the warm-up of a million waits";

const random = createRandom("bench");
const draw = random("values");
const values = (n) => Array.from({ length: n }, () => -Math.log(1 - draw()));

/** Median of five, ms. */
function time(work) {
  for (let i = 0; i < 10; i++) work();
  const times = Array.from({ length: 5 }, () => {
    const begin = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - begin) / 1e6;
  });
  return times.sort((a, b) => a - b)[2];
}

export function run() {
  const bounds = { confidence: 0.95, tolerance: 0.01 };
  for (const replications of [10, 20, 50]) {
    const samples = { before: values(replications), after: values(replications), paired: true };
    const by = (name) =>
      time(() => judge(samples, { name, direction: "lower" }, bounds, random("resamples")));
    console.log(
      `${String(replications).padEnd(3)} replications: a mean (Student) ${by("wait.mean").toFixed(3)} ms, a percentile (bootstrap-t, 2,000 resamples) ${by("wait.p95").toFixed(2)} ms`,
    );
  }
  const waits = Float64Array.from(values(1e6));
  const sorted = time(() => waits.slice().sort());
  for (const [name, work] of [
    ["MSER-5", () => mser5(waits)],
    ["trend test", () => trendOf(waits)],
  ])
    console.log(`${name}: ${time(work).toFixed(2)} ms (sorting a million waits: ${sorted.toFixed(0)} ms)`);
}
