import type { JobEnd, SlurmJob } from "../model/job.js";
import { Due } from "./agenda.js";
import type { Controller } from "./controller.js";

/** Seconds from a job's end until one of its nodes has run its epilog; until a killed job's processes are gone, too. */
export type Release = (job: SlurmJob, node: number, killed: boolean) => number;

export const atOnce: Release = () => 0;

/** Nodes whose jobs have ended and whose release takes its time: completing, and given to nobody. */
export class Completing {
  readonly #jobsOn: Uint16Array;

  constructor(
    readonly controller: Controller,
    readonly release: Release,
  ) {
    this.#jobsOn = new Uint16Array(controller.state.nodes.count);
  }

  /** The job leaves its nodes; `end` says how. */
  leave(job: SlurmJob, end: JobEnd): void {
    if (this.release === atOnce) return;
    const { state, agenda, time } = this.controller;
    const killed = end !== "COMPLETED" && end !== "FAILED";
    for (const node of job.allocation!.node) {
      const delay = this.release(job, node, killed);
      if (delay <= 0) continue;
      this.#jobsOn[node]!++;
      state.nodes.completing.add(node);
      agenda.at(time + delay, Due.Released, node);
    }
  }

  /** One job fewer is leaving the node. True when it was the last. */
  released(node: number): boolean {
    if (--this.#jobsOn[node]! > 0) return false;
    this.controller.state.nodes.completing.delete(node);
    return true;
  }
}
