import type { SlurmJob } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import { type SchedulerContext, year } from "../context.js";
import { minutesLeft } from "../deadline.js";
import type { Reasons } from "../reasons.js";
import { minNodesOf } from "../runnable.js";

/** How many nodes a job must have in a partition, and for how long. */
export class Terms {
  /** Minutes that the job asked about last gets when it starts. */
  granted = 0;

  constructor(
    readonly context: SchedulerContext,
    readonly reasons: Reasons,
  ) {}

  /** Nodes that it must have; -1 when limits do not let it have that many. `get_node_cnts`, 22.05. */
  minNodes(job: SlurmJob, partition: Partition): number {
    const flags = job.qos?.config.flags;
    const { minNodes, maxNodes } = partition.config;
    const asked = minNodesOf(job);
    const least = flags?.includes("PartitionMinNodes") ? asked : Math.max(asked, minNodes);
    const most = flags?.includes("PartitionMaxNodes")
      ? job.request.maxNodes
      : Math.min(job.request.maxNodes, maxNodes);
    const limit = this.context.limits.maxNodes(job, partition);
    if (limit.nodes < least) {
      this.reasons.set(job, limit.reason);
      return -1;
    }
    return most < least ? -1 : least;
  }

  /** Minutes that it is taken to run. With --time-min, or a QOS that never reserves, less than its limit, which changes. */
  minutes(job: SlurmJob, partition: Partition): number {
    const { state } = this.context;
    const longest =
      partition.config.maxTime === Number.POSITIVE_INFINITY ? year / 60 : partition.config.maxTime;
    let minutes =
      job.timeLimit === undefined || job.timeLimit === Number.POSITIVE_INFINITY
        ? longest
        : Math.min(job.timeLimit, partition.config.maxTime);
    if (job.deadline === Number.POSITIVE_INFINITY && job.timeMin > 0 && job.timeMin < minutes) {
      minutes = job.timeMin;
      job.timeLimit = minutes;
    }
    this.granted =
      job.deadline === Number.POSITIVE_INFINITY ? minutes : Math.min(minutes, minutesLeft(job, state.now));
    if (neverReserves(job) && state.config.preempt.mode !== "OFF") {
      minutes = 1;
      job.timeLimit = 1;
    }
    return minutes;
  }
}

/** It starts now or is not planned. */
export function neverReserves(job: SlurmJob): boolean {
  return job.qos?.config.flags.includes("NoReserve") ?? false;
}
