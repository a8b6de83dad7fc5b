import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";

const Cpu = 0;
const BillingPosition = 4;

/**
 * What a second of these resources counts in a partition: the number of CPUs, or with TRESBillingWeights the weighted
 * sum. PriorityFlags=MAX_TRES takes the greatest of what lies on nodes (CPUs, memory, nodes, GRES) and adds the rest,
 * such as licences.
 */
export function billing(state: SlurmState, partition: Partition, tres: Float64Array): number {
  const weights = partition.config.tresBillingWeights;
  if (weights === undefined) return tres[Cpu]!;
  const { names } = state.tres;
  const { maxTres } = state.config.priority.flags;
  let greatest = 0;
  let sum = 0;
  for (let i = 0; i < names.length; i++) {
    const weight = weights[names[i]!];
    if (weight === undefined || i === BillingPosition) continue;
    const value = tres[i]! * weight;
    if (maxTres && onNodes(names[i]!)) greatest = Math.max(greatest, value);
    else sum += value;
  }
  return greatest + sum;
}

function onNodes(name: string): boolean {
  return name === "cpu" || name === "mem" || name === "node" || name.startsWith("gres/");
}
