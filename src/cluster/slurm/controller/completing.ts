import type { BitVector } from "../../../core/bit-vector.js";
import type { JobEnd, SlurmJob } from "../model/job.js";
import { Due } from "./agenda.js";
import type { Controller } from "./controller.js";

/** How long nodes take to be free again, seconds. */
export interface Release {
  /** From a job's end until its nodes have run their epilog. */
  epilog: number;
  /** From the moment a job is killed until its processes are gone; KillWait bounds it on a real node. */
  kill: number;
}

export const atOnce: Release = { epilog: 0, kill: 0 };

/** Nodes of jobs that have ended and whose release takes its time: completing, and given to nobody. */
export class Completing {
  readonly #jobsOn: Uint16Array;
  readonly #leaving = new Map<number, BitVector>();
  #next = 0;

  constructor(
    readonly controller: Controller,
    readonly release: Release,
  ) {
    this.#jobsOn = new Uint16Array(controller.state.nodes.count);
  }

  /** The job leaves its nodes; `end` says how. */
  leave(job: SlurmJob, end: JobEnd): void {
    const killed = end !== "COMPLETED" && end !== "FAILED";
    const delay = this.release.epilog + (killed ? this.release.kill : 0);
    if (delay === 0 || job.allocation === undefined) return;
    const { nodes } = job.allocation;
    const { state, agenda } = this.controller;
    const number = this.#next++;
    this.#leaving.set(number, nodes);
    for (let node = nodes.next(0); node >= 0; node = nodes.next(node + 1)) {
      this.#jobsOn[node]!++;
      state.nodes.completing.add(node);
    }
    agenda.at(this.controller.time + delay, Due.Released, number);
  }

  /** The nodes of one leaving job are free. */
  released(number: number): void {
    const nodes = this.#leaving.get(number)!;
    this.#leaving.delete(number);
    for (let node = nodes.next(0); node >= 0; node = nodes.next(node + 1))
      if (--this.#jobsOn[node]! === 0) this.controller.state.nodes.completing.delete(node);
  }
}
