import { Node } from "../usage/tres.js";
import type { TresLimit } from "./compiled.js";

/** Each test answers the position of the first TRES whose limit is exceeded, or -1. */

/** A request alone against a limit on each job. */
export function exceeds(limits: TresLimit, asked: Float64Array): number {
  for (const { position, limit } of limits) if (asked[position]! > limit) return position;
  return -1;
}

/** A request by node: Slurm divides whole numbers. */
export function exceedsPerNode(limits: TresLimit, asked: Float64Array): number {
  const nodes = Math.max(asked[Node]!, 1);
  for (const { position, limit } of limits) if (Math.trunc(asked[position]! / nodes) > limit) return position;
  return -1;
}

/** The other way round: asked for too little. */
export function fallsShort(limits: TresLimit, asked: Float64Array): number {
  for (const { position, limit } of limits) if (asked[position]! < limit) return position;
  return -1;
}

/** A request on top of what is held. `nodes`: how many of its nodes are not held already. */
export function exceedsTogether(
  limits: TresLimit,
  asked: Float64Array,
  held: Float64Array,
  nodes: number,
): number {
  for (const { position, limit } of limits) {
    const more = position === Node ? nodes : asked[position]!;
    if (more > limit || (more > 0 && more + held[position]! > limit)) return position;
  }
  return -1;
}

/**
 * Minutes: a limit that is used up stops everything that would use more. `safe`: there must be room for all minutes
 * that the job and those running may still take. Used and running seconds are cut to whole minutes.
 */
export function exceedsMinutes(
  limits: TresLimit,
  asked: Float64Array,
  runSeconds: Float64Array,
  usedSeconds: Float64Array,
  safe: boolean,
  counts: boolean,
): number {
  for (const { position, limit } of limits) {
    const used = counts ? Math.trunc(usedSeconds[position]! / 60) : 0;
    const running = counts ? Math.trunc(runSeconds[position]! / 60) : 0;
    const more = asked[position]!;
    if (more > 0 && used >= limit) return position;
    if (safe && (more > limit || (more > 0 && more + running > limit - used))) return position;
  }
  return -1;
}

/** Minutes that running jobs may still take, and the job's on top. */
export function exceedsRunMinutes(
  limits: TresLimit,
  asked: Float64Array,
  runSeconds: Float64Array,
  counts: boolean,
): number {
  for (const { position, limit } of limits) {
    const running = counts ? Math.trunc(runSeconds[position]! / 60) : 0;
    const more = asked[position]!;
    if (more > limit || (more > 0 && more + running > limit)) return position;
  }
  return -1;
}
