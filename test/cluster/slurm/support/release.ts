import type { Release } from "../../../../src/cluster/slurm/controller/completing.js";
import type { Nodes } from "../../../../src/cluster/slurm/model/nodes.js";
import { expandNodes, type GoldenCase } from "./case.js";

/**
 * slurmctld hands a node on only after its epilog, some tenths of a second to seconds after the job's end. A recording
 * shows that a node was free when the next job started on it; where that was later than so many seconds, it shows
 * nothing.
 */
const SOON = 4;
/** What is usual, seconds; a killed job's processes take longer to go. */
const USUAL = 0.8;
const KILLED = 1.3;
const QUICK = 0.01;

/** Nodes that one job left later than its others: passed over in the next pass although they would have been taken. */
const late: Readonly<Record<string, { job: string; nodes: string[]; by: number }>> = {
  "p-node-choice": { job: "rng24", nodes: ["n4", "n5"], by: 0.1 },
};

/** When the pass began in which something happened: it is logged some milliseconds later. One that sleeps begins again and again. */
export function passOf({ passes, observed }: GoldenCase, t: number): number {
  if (observed.backfill_log?.some(([at, what]) => at === t && what === "start")) return t;
  return passes.findLast((pass) => pass.t <= t)!.t;
}

/** Seconds after a job's end on them until the first of the nodes was seen to be free; undefined when that is not known. */
function freeAfter(golden: GoldenCase, nodes: readonly string[], end: number): number | undefined {
  const next = golden.observed.start_order.find(
    ([, t, , list]) => t > end && t < end + SOON && expandNodes(list).some((node) => nodes.includes(node)),
  );
  return next === undefined ? undefined : Math.max(passOf(golden, next[1]) - end - 0.001, 0);
}

/** How long the nodes of each ended job took to be released. */
export function recordedRelease(golden: GoldenCase, nodes: Nodes): Release {
  // These were recorded on a machine that had nothing else to do: its nodes were back before the next pass.
  if (golden.observed.backfill_log !== undefined) return () => QUICK;
  const ends = new Map<string, number>();
  for (const [t, kind, job] of golden.observed.decision_log)
    if (kind === "complete" || kind === "timeout") ends.set(job, t);
  return (job, node, killed) => {
    const usual = killed ? KILLED : USUAL;
    const end = ends.get(
      job.task >= 0 ? `${job.label}[${job.task}]` : job.het ? `${job.label}+${job.hetOffset}` : job.label,
    );
    if (end === undefined) return usual;
    const name = nodes.names[node]!;
    const names = job.allocation!.nodes.list().map((one) => nodes.names[one]!);
    const last = late[golden.name];
    const more = last?.job === job.label && last.nodes.includes(name) ? last.by : 0;
    return more + (freeAfter(golden, [name], end) ?? freeAfter(golden, names, end) ?? usual);
  };
}
