import type { PreemptMode } from "../model/config.js";
import type { SlurmJob } from "../model/job.js";
import type { Controller } from "./controller.js";

/** Preempted jobs: what becomes of them, and when. */
export class Eviction {
  constructor(readonly controller: Controller) {}

  /** The victim goes now, or when its grace is over. */
  ask(victim: SlurmJob, _preemptor: SlurmJob): void {
    if (victim.preemptTime >= 0) return;
    const { state } = this.controller;
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
    const { host } = this.controller;
    const mode = this.#mode(victim);
    if (mode === "REQUEUE" && victim.requeue)
      this.controller.requeue(victim, this.controller.afterCredential());
    else host.kill(victim, "PREEMPTED");
  }

  #mode({ qos, partition }: SlurmJob): PreemptMode {
    const { preempt } = this.controller.state.config;
    const own = preempt.type === "qos" ? qos?.config.preemptMode : partition.config.preemptMode;
    return own ?? preempt.mode;
  }

  #grace({ qos, partition }: SlurmJob): number {
    const { preempt } = this.controller.state.config;
    return preempt.type === "qos" ? (qos?.config.graceTime ?? 0) : partition.config.graceTime;
  }
}
