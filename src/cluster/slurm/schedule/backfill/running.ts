import type { SlurmJob } from "../../model/job.js";
import { SlurmJobState } from "../../model/job.js";
import type { SlurmState } from "../../model/state.js";
import { preemptModeOf } from "../../select/preemption.js";
import type { LicenseCounts } from "./license-counts.js";
import type { PlanMap } from "./plan-map.js";

/**
 * Puts a running job into the map, when it has whole nodes that nobody may evict it from, or holds licences. Others are
 * left to the will-run test.
 *
 * `_bf_reserve_running` of src/plugins/sched/backfill/backfill.c, 22.05.
 */
export function reserveRunning(
  job: SlurmJob,
  map: PlanMap,
  licenses: LicenseCounts,
  state: SlurmState,
): void {
  if (job.state !== SlurmJobState.Running || job.allocation === undefined) return;
  const held = licenses.of(job.request);
  const whole = job.allocation.wholeNode && preemptModeOf(state, job) === "OFF";
  if (!whole && held.length === 0) return;
  if (map.records >= state.config.scheduler.parameters.bf_node_space_size) return;
  map.take(0, map.floor(job.endTime), whole ? job.allocation.nodes : undefined, held);
}
