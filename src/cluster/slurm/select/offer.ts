import { BitVector } from "../../../core/bit-vector.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { JobRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";
import { type Constraint, parseConstraint } from "./features.js";
import { buildNeed, type Need } from "./need.js";

/** What a request says about nodes by name and by feature. */
export interface NodeWishes {
  /** --nodelist; undefined without. */
  readonly required: BitVector | undefined;
  /** --exclude; undefined without. */
  readonly excluded: BitVector | undefined;
  /** Undefined when any node serves; `unknown` when it names a feature that no node has. */
  readonly constraint: Constraint | "unknown" | undefined;
}

/** Needs and wishes of requests, worked out once: workloads repeat few. */
export class Requests {
  /** By partition. */
  private readonly needs = new Map<JobRequest, (Need | undefined)[]>();
  /** Of jobs whose QOS lifts limits of the partition. */
  private readonly beyond = new Map<string, Need>();
  private readonly wishes = new Map<JobRequest, NodeWishes>();

  constructor(private readonly state: SlurmState) {}

  need(job: SlurmJob, partition: Partition): Need {
    const flags = job.qos?.config.flags;
    if (flags?.includes("PartitionMinNodes") || flags?.includes("PartitionMaxNodes"))
      return this.needBeyond(job, partition, `${job.request.id} ${partition.index} ${job.qos!.name}`);
    let known = this.needs.get(job.request);
    if (known === undefined) {
      known = [];
      this.needs.set(job.request, known);
    }
    let need = known[partition.index];
    if (need === undefined) {
      need = buildNeed(this.state, job, partition);
      known[partition.index] = need;
    }
    return need;
  }

  private needBeyond(job: SlurmJob, partition: Partition, key: string): Need {
    const need = this.beyond.get(key) ?? buildNeed(this.state, job, partition);
    this.beyond.set(key, need);
    return need;
  }

  wish({ request }: SlurmJob): NodeWishes {
    let wish = this.wishes.get(request);
    if (wish === undefined) {
      wish = this.readWish(request);
      this.wishes.set(request, wish);
    }
    return wish;
  }

  private readWish(request: JobRequest): NodeWishes {
    const { nodes } = this.state;
    const named = (names: readonly string[]) =>
      names.length === 0
        ? undefined
        : BitVector.of(
            nodes.count,
            names.map((name) => nodes.index(name)).filter((node) => node >= 0),
          );
    return {
      required: named(request.nodelist),
      excluded: named(request.exclude),
      constraint:
        request.constraint === "" ? undefined : (parseConstraint(request.constraint, nodes) ?? "unknown"),
    };
  }
}
