import { type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import type { Selection, Selector } from "../../../../src/cluster/slurm/model/parts.js";
import type { JobRequest } from "../../../../src/cluster/slurm/model/request.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { createSelector } from "../../../../src/cluster/slurm/select/selector.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { record } from "./records.js";

/** A cluster on which jobs are put and from which they go, without any scheduler. */
export class TestFleet {
  readonly selector: Selector;
  readonly all: BitVector;

  constructor(readonly state: SlurmState) {
    this.selector = createSelector(state);
    this.all = new BitVector(state.nodes.count);
    this.all.fill();
  }

  ask(asked: JobRequest, mode: "run" | "will-run" = "run", given: Partial<SlurmJob> = {}): Selection {
    const job = record(this.state, asked, given);
    return this.selector.select(job, job.partition, this.all, mode);
  }

  /** Starts a job, for `minutes`, on the nodes that selection gives (within `names`); undefined when it does not fit. */
  start(
    asked: JobRequest,
    minutes = 60,
    given: Partial<SlurmJob> = {},
    names?: string,
  ): SlurmJob | undefined {
    const job = record(this.state, asked, given);
    const usable = names === undefined ? this.all : this.set(names);
    const found = this.selector.select(job, job.partition, usable, "run");
    if (found.kind !== "now") return undefined;
    job.allocation = found.allocation;
    job.state = SlurmJobState.Running;
    job.startTime = this.state.now;
    job.endTime = this.state.now + 60 * minutes;
    this.selector.allocate(job, found.allocation);
    return job;
  }

  end(job: SlurmJob): void {
    this.selector.release(job);
    job.state = SlurmJobState.Ended;
  }

  set(names: string): BitVector {
    return BitVector.of(
      this.state.nodes.count,
      names.split(",").map((name) => this.state.nodes.index(name)),
    );
  }

  names(nodes: BitVector): string {
    return nodes
      .list()
      .map((node) => this.state.nodes.names[node]!)
      .join();
  }

  /** Names of the nodes that an answer speaks of, or its kind. */
  where(answer: Selection): string {
    if (answer.kind === "now") return this.names(answer.allocation.nodes);
    return answer.kind === "later" || answer.kind === "preempt" ? this.names(answer.nodes) : answer.kind;
  }
}
