import type { GoldenCase } from "../case.js";
import type { Stage } from "./stage.js";

/** What backfill expects of a pending job: seconds, and nodes as a host list; `N/A` and `(null)` without. */
export interface Plan {
  job: string;
  start: string;
  nodes: string;
}

/** The plans that squeue showed at the moments of a recording. Rows of arrays all carry the array's name. */
export function recordedPlans({ observed }: GoldenCase): { t: number; plans: Plan[] }[] {
  return observed.snapshots
    .filter(({ plan }) => plan !== undefined)
    .map(({ t, plan }) => ({
      t,
      plans: plan!.map((row) => {
        const cells = row.split("|");
        return { job: cells[0]!, start: cells[4]!, nodes: cells[5]! };
      }),
    }));
}

/** The plan that our last pass left for a job. squeue shows no start that has passed. */
export function planOf(stage: Stage, label: string, t: number): Plan {
  const job = stage.find(label);
  const start = job === undefined || job.expectedStart < Math.floor(t) ? "N/A" : String(job.expectedStart);
  const nodes = job?.plannedNodes;
  if (nodes === undefined) return { job: label, start, nodes: "(null)" };
  return { job: label, start, nodes: hostList(nodes.list()) };
}

export function samePlan(a: Plan, b: Plan): boolean {
  return a.start === b.start && a.nodes === b.nodes;
}

/** Node indexes as the recordings name them: n1, n[1-3,5]. */
function hostList(nodes: readonly number[]): string {
  const ranges: string[] = [];
  for (let i = 0; i < nodes.length; ) {
    let end = i;
    while (nodes[end + 1] === nodes[end]! + 1) end++;
    ranges.push(end === i ? `${nodes[i]! + 1}` : `${nodes[i]! + 1}-${nodes[end]! + 1}`);
    i = end + 1;
  }
  return nodes.length === 1 ? `n${ranges[0]}` : `n[${ranges.join()}]`;
}
