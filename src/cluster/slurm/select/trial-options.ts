import type { BitVector } from "../../../core/bit-vector.js";
import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import type { Hardware } from "./hardware.js";
import type { TestOptions } from "./job-test.js";
import type { Need } from "./need.js";

/** What a test of a job goes by beside its need: cores kept from it, and how long it has waited for few switches. */
export class TrialOptions {
  /** Since when jobs wait for few switches. */
  readonly #switchWait = new WeakMap<SlurmJob, number>();

  constructor(
    readonly state: SlurmState,
    readonly hardware: Hardware,
  ) {}

  /** `reserved`: cores by node that reservations keep from it. */
  of(job: SlurmJob, need: Need, reserved: ReadonlyMap<number, BitVector> | undefined): TestOptions {
    const { now, config } = this.state;
    const reservedCores = this.#coresOf(reserved);
    if (need.switches === 0) return { reservedCores };
    const since = this.#switchWait.get(job) ?? now;
    this.#switchWait.set(job, since);
    const wait = Math.min(job.request.switches.wait, config.scheduler.parameters.max_switch_wait);
    return { reservedCores, anySwitches: now - since >= wait };
  }

  #coresOf(reserved: ReadonlyMap<number, BitVector> | undefined): Int32Array | undefined {
    if (reserved === undefined || reserved.size === 0) return undefined;
    const { words, offset } = this.hardware;
    const cores = new Int32Array(words);
    for (const [node, set] of reserved) cores.set(set.words, offset[node]!);
    return cores;
  }
}
