import { BitVector } from "../../../../core/bit-vector.js";
import type { SlurmJob } from "../../model/job.js";
import type { SchedulerContext } from "../context.js";
import { ReservationTest } from "../reservations.js";
import type { Starter } from "../start.js";
import type { ComponentPlan } from "./het-plan.js";

/**
 * Starts the components of a heterogeneous job one after the other, each on nodes of its own. When one cannot start after
 * all, those before it are taken back. Answers the number started.
 *
 * `_het_job_start_now` and `_het_job_kill_now` of src/plugins/sched/backfill/backfill.c, 22.05.
 */
export function startTogether(
  plans: readonly ComponentPlan[],
  starter: Starter,
  context: SchedulerContext,
): number {
  const { state, actions } = context;
  const used = new BitVector(state.nodes.count);
  const usable = new BitVector(state.nodes.count);
  const test = new ReservationTest(state);
  const started: SlurmJob[] = [];
  for (const { job, partition } of plans) {
    job.partition = partition;
    if (test.test(job, partition, state.now, true) === "usable") {
      usable.copyFrom(test.nodes);
      usable.and(partition.nodes);
      usable.and(state.nodes.up);
      usable.andNot(used);
      if (starter.try(job, partition, state.nodes.avail, usable, { by: "backfill" }) === "started") {
        used.or(job.allocation!.nodes);
        started.push(job);
        continue;
      }
    }
    for (const sibling of started) actions.revoke(sibling);
    return 0;
  }
  return started.length;
}
