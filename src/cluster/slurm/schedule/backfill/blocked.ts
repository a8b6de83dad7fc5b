import type { Qos } from "../../model/accounting.js";
import type { SlurmJob } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import type { SlurmState } from "../../model/state.js";

/** With assoc_limit_stop: until when a QOS at its group limit holds back its jobs. */
export class BlockedQos {
  readonly #until = new Map<Qos, number>();

  constructor(readonly state: SlurmState) {}

  clear(): void {
    this.#until.clear();
  }

  /** The first second at which the job may be looked at. */
  until(job: SlurmJob, partition: Partition): number {
    const until = (qos: Qos | undefined) => (qos === undefined ? 0 : (this.#until.get(qos) ?? 0));
    return Math.max(this.state.now, until(job.qos), until(partition.qos));
  }

  /** A job at a group limit waits for the next end (0: not known), and its QOS with it. Answers until when. */
  block(job: SlurmJob, later: number): number {
    const start = later !== 0 ? later : this.state.now + 500;
    if (job.qos !== undefined && job.reason.startsWith("QOSGrp"))
      this.#until.set(job.qos, Math.max(start, this.#until.get(job.qos) ?? 0));
    return start;
  }
}
