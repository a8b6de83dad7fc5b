import type { JobAllocation } from "../model/job.js";

/** Is there a core that both hold? */
export function shareCores(a: JobAllocation, b: JobAllocation): boolean {
  return a.node.some((node, i) => {
    const j = b.node.indexOf(node);
    if (j < 0) return false;
    const mine = a.cores?.[i];
    const theirs = b.cores?.[j];
    return mine === undefined || theirs === undefined || mine.overlaps(theirs);
  });
}
