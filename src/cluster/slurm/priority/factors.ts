import type { Association } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { unlimitedMinutes } from "../usage/limit-seconds.js";
import { requestedTres } from "../usage/tres.js";

/**
 * The factors of a job that do not depend on usage (`set_priority_factors` of `priority_multifactor.c`), each 0 to 1
 * unless a NO_NORMAL flag asks for the raw value.
 */
export class Factors {
  /** By TRES, for those that have a weight: position and weight. */
  readonly tresWeights: readonly { position: number; name: string; weight: number }[];
  private readonly greatestPartition: number;
  private readonly greatestQos: number;
  private readonly greatestAssociation: number;
  private readonly partitionTres = new Map<Partition, Float64Array>();

  constructor(private readonly state: SlurmState) {
    const { config, tres } = state;
    this.greatestPartition = Math.max(1, ...config.partitions.map((one) => one.priorityJobFactor));
    this.greatestQos = Math.max(0, ...[...state.qos.values()].map((one) => one.config.priority));
    this.greatestAssociation = Math.max(0, ...state.associations.map((one) => one.config.priority));
    this.tresWeights = Object.entries(config.priority.weightTres)
      .map(([name, weight]) => ({
        position: tres.index(name.toLowerCase()),
        name: name.toLowerCase(),
        weight,
      }))
      .filter((one) => one.position >= 0)
      .sort((a, b) => a.position - b.position);
  }

  /** `waited`: seconds for which its age counts, -1 when it does not. */
  age(waited: number): number {
    const { maxAge } = this.state.config.priority;
    if (waited < 0) return 0;
    return waited < maxAge ? waited / maxAge : 1;
  }

  /** `cpus`: those of the last scheduling test; before the first, 0, the least that was asked for counts. */
  size(job: SlurmJob, cpus: number): number {
    const { nodes, config } = this.state;
    const { favorSmall, flags } = config.priority;
    const wantedNodes = job.request.minNodes;
    const wantedCpus = cpus || job.request.minCpus;
    let size: number;
    if (flags.smallRelativeToTime) {
      size = Math.max((wantedNodes * nodes.totalCpus) / nodes.count, wantedCpus);
      size /= Math.min(job.timeLimit ?? job.partition.config.maxTime, unlimitedMinutes);
      size /= nodes.totalCpus;
      if (favorSmall) size = 1 - size;
    } else if (favorSmall) {
      size = Math.max(nodes.count - wantedNodes, 0) / nodes.count;
      if (wantedCpus > 0) size = (size + (nodes.totalCpus - wantedCpus) / nodes.totalCpus) / 2;
    } else {
      size = wantedNodes / nodes.count;
      if (wantedCpus > 0) size = (size + wantedCpus / nodes.totalCpus) / 2;
    }
    return Math.min(Math.max(size, 0), 1);
  }

  partition(partition: Partition): number {
    const factor = partition.config.priorityJobFactor;
    const { flags } = this.state.config.priority;
    return flags.noNormalPart || flags.noNormalAll ? factor : factor / this.greatestPartition;
  }

  qos(job: SlurmJob): number {
    const priority = job.qos?.config.priority ?? 0;
    const { flags } = this.state.config.priority;
    if (priority === 0 || flags.noNormalQos || flags.noNormalAll) return priority;
    return priority / this.greatestQos;
  }

  association(job: SlurmJob): number {
    const priority = inheritedPriority(job.association);
    const { flags } = this.state.config.priority;
    if (priority === 0 || flags.noNormalAssoc || flags.noNormalAll) return priority;
    return priority / this.greatestAssociation;
  }

  /** `held`: what the job holds, of a running job. */
  tres(position: number, job: SlurmJob, partition: Partition, held: Float64Array | undefined): number {
    const value = (held ?? requestedTres(this.state, job, partition))[position]!;
    const { flags } = this.state.config.priority;
    if (value === 0 || flags.noNormalTres || flags.noNormalAll) return value;
    const total = this.totals(partition)[position]!;
    return total === 0 ? 0 : value / total;
  }

  private totals(partition: Partition): Float64Array {
    let totals = this.partitionTres.get(partition);
    if (totals === undefined) {
      const { nodes, tres, licenses } = this.state;
      totals = new Float64Array(tres.names.length);
      totals[tres.index("cpu")] = partition.totalCpus;
      totals[tres.index("node")] = partition.totalNodes;
      const memory = tres.index("mem");
      const gpu = tres.index("gres/gpu");
      for (const node of partition.nodes.list()) {
        totals[memory]! += nodes.memory[node]!;
        if (gpu >= 0) totals[gpu]! += nodes.gpus[node]!;
        for (const { type, mask } of nodes.gpuTypes[node]!) {
          const typed = tres.index(`gres/gpu:${type}`);
          if (typed >= 0) totals[typed]! += mask.toString(2).replaceAll("0", "").length;
        }
      }
      for (const [name, { total }] of licenses) {
        const license = tres.index(`license/${name}`);
        if (license >= 0) totals[license] = total;
      }
      this.partitionTres.set(partition, totals);
    }
    return totals;
  }
}

/** An association without a priority of its own has that of the nearest ancestor with one. */
function inheritedPriority(association: Association | undefined): number {
  for (let one = association; one !== undefined; one = one.parent)
    if (one.config.priority !== 0) return one.config.priority;
  return 0;
}
