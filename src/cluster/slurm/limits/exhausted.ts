import type { Usage } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import { ranSeconds } from "../usage/ran-seconds.js";
import { Node } from "../usage/tres.js";
import type { Applicable } from "./applicable.js";
import type { CompiledLimits, TresLimit } from "./compiled.js";

/**
 * Has a running job used up a limit of minutes (`acct_policy_job_time_out`)? Never where limits are safe. The root's
 * limits do not count here.
 */
export function timedOut(
  state: SlurmState,
  applicable: Applicable,
  job: SlurmJob,
  tres: Float64Array,
): boolean {
  const minutes = Math.trunc(ranSeconds(job, state.now) / 60);
  for (const { qos, limits } of applicable.qos)
    if (usedUp(limits, qos.usage, tres) || longEnough(limits.maxTresMinsPerJob, tres, minutes, true))
      return true;
  for (const { association, limits } of applicable.associations) {
    if (association.parent === undefined) break;
    if (usedUp(limits, association.usage, tres)) return true;
    if (longEnough(limits.maxTresMinsPerJob, tres, minutes, false)) return true;
  }
  return false;
}

function usedUp(limits: CompiledLimits, usage: Usage, tres: Float64Array): boolean {
  if (limits.grpTresMins.some(({ position, limit }) => tres[position]! > 0 && used(usage, position) >= limit))
    return true;
  return Math.trunc(usage.wall / 60) >= limits.grpWall;
}

function used(usage: Usage, position: number): number {
  return Math.trunc(usage.tresRaw[position]! / 60);
}

function longEnough(limits: TresLimit, tres: Float64Array, minutes: number, nodes: boolean): boolean {
  return limits.some(
    ({ position, limit }) =>
      (nodes || position !== Node) && tres[position]! > 0 && minutes * tres[position]! + 1 > limit,
  );
}
