import { BitVector } from "../../../core/bit-vector.js";
import type { Qos } from "../model/accounting.js";
import type { PartitionConfig, SlurmConfig } from "../model/config.js";
import type { Nodes } from "../model/nodes.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { buildAssociations, buildQos, buildTres } from "./accounts.js";
import { buildNodes } from "./nodes.js";
import { PendingJobs } from "./pending-jobs.js";

/** The controller as it is right after its start: nothing submitted, nothing used. */
export function buildState(config: SlurmConfig): SlurmState {
  const tres = buildTres(config.trackedTres);
  const nodes = buildNodes(config.nodes);
  const qos = buildQos(config.accounting, tres);
  return {
    config,
    now: 0,
    nodes,
    partitions: config.partitions.map((line, index) => buildPartition(line, index, nodes, qos)),
    tres,
    qos,
    associations: buildAssociations(config.accounting, tres),
    reservations: [],
    licenses: new Map(Object.entries(config.licenses).map(([name, total]) => [name, { total, used: 0 }])),
    jobs: new Set(),
    jobById: new Map(),
    pending: new PendingJobs(),
    running: new Set(),
  };
}

function buildPartition(
  config: PartitionConfig,
  index: number,
  nodes: Nodes,
  qos: ReadonlyMap<string, Qos>,
): Partition {
  const members = new BitVector(nodes.count);
  let totalCpus = 0;
  for (const name of config.nodes) {
    const node = nodes.index(name);
    if (node < 0 || members.has(node)) continue;
    members.add(node);
    totalCpus += nodes.cpus[node]!;
  }
  const alone: Partition[] = [];
  const partition: Partition = {
    index,
    name: config.name,
    config,
    state: config.state,
    nodes: members,
    totalNodes: members.count(),
    totalCpus,
    qos: qos.get(config.qos),
    alone,
  };
  alone.push(partition);
  return partition;
}
