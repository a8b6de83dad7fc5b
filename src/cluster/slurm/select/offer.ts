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
  private readonly needs = new Map<string, Need>();
  private readonly wishes = new Map<JobRequest, NodeWishes>();

  constructor(private readonly state: SlurmState) {}

  need(job: SlurmJob, partition: Partition): Need {
    const flags = job.qos?.config.flags ?? [];
    const beyond = flags.includes("PartitionMinNodes") || flags.includes("PartitionMaxNodes");
    const key = `${job.request.id} ${partition.index} ${beyond ? job.qos!.name : ""}`;
    let need = this.needs.get(key);
    if (need === undefined) {
      need = buildNeed(this.state, job, partition);
      this.needs.set(key, need);
    }
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
