import type { BitVector } from "../../../../core/bit-vector.js";
import type { SlurmJob } from "../../model/job.js";
import type { PlanMap } from "./plan-map.js";

/**
 * Minutes that a job with --time-min gets, up to `limit`: as long as its nodes are not planned for another. `now`: seconds.
 *
 * `_reset_job_time_limit` of src/plugins/sched/backfill/backfill.c, 22.05.
 */
export function stretched(job: SlurmJob, limit: number, nodes: BitVector, map: PlanMap, now: number): number {
  let minutes = limit;
  let segment = 0;
  do {
    const begin = map.begin[segment]!;
    if (begin !== now && begin < now + 60 * limit && !map.holds(segment, nodes))
      minutes = Math.min(minutes, Math.trunc((begin - now) / 60));
    segment = map.next[segment]!;
  } while (segment !== 0);
  return Math.max(job.timeMin, minutes);
}
