import { type SlurmJob, SlurmJobState } from "../model/job.js";
import { preemptModeOf, wholeOf } from "../select/preemption.js";
import type { Controller } from "./controller.js";

/** Preempted jobs: what becomes of them, and when. */
export class Eviction {
  constructor(readonly controller: Controller) {}

  /** The victim goes now, or when its grace is over. Those that only stand still are the gang scheduler's business. */
  ask(victim: SlurmJob, _preemptor: SlurmJob): void {
    for (const one of wholeOf(victim))
      if (one.state === SlurmJobState.Running || one.state === SlurmJobState.Suspended) this.#warn(one);
  }

  #warn(victim: SlurmJob): void {
    const { state } = this.controller;
    if (victim.preemptTime >= 0 || preemptModeOf(state, victim) === "SUSPEND") return;
    victim.preemptTime = state.now;
    const grace = this.#grace(victim);
    if (grace === 0) this.carryOut(victim);
    else {
      victim.endTime = Math.min(victim.endTime, state.now + grace);
      this.controller.endMoved(victim);
    }
  }

  /** Ends or requeues the victim by its mode. */
  carryOut(victim: SlurmJob): void {
    const { host, state } = this.controller;
    if (preemptModeOf(state, victim) === "REQUEUE" && victim.requeue)
      this.controller.requeue(victim, this.controller.afterCredential());
    else host.kill(victim, "PREEMPTED");
  }

  #grace({ qos, partition }: SlurmJob): number {
    const { preempt } = this.controller.state.config;
    return preempt.type === "qos" ? (qos?.config.graceTime ?? 0) : partition.config.graceTime;
  }
}
