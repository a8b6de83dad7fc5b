import type { TresTable } from "../model/accounting.js";
import type { JobAllocation, SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { GresRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";
import { fitTo } from "../request/fitted.js";
import { billing } from "./billing.js";

/** Positions of the built-in resources in every TRES table. */
export const Cpu = 0;
export const Mem = 1;
export const Energy = 2;
export const Node = 3;
export const Billing = 4;

/**
 * What a job asks for, by TRES: the least that its options say, or with the nodes and CPUs that a scheduling test found.
 * Memory in MiB; a job that names none asks for all memory of its nodes, as `sprio` shows.
 */
export function requestedTres(
  state: SlurmState,
  job: SlurmJob,
  partition: Partition,
  nodes = Math.max(job.request.minNodes, 1),
  testedCpus = 0,
): Float64Array {
  const { request } = job;
  const tres = new Float64Array(state.tres.names.length);
  const cpus = testedCpus || Math.max(request.minCpus, request.minCpusPerNode * nodes, 1);
  tres[Cpu] = cpus;
  tres[Node] = nodes;
  for (const gres of request.gres) {
    add(state.tres, tres, gres, requestedGres(gres, nodes, request.ntasks));
  }
  tres[Mem] = requestedMemory(state, job, partition, cpus, nodes);
  addLicenses(state.tres, tres, job);
  tres[Billing] = Math.trunc(billing(state, partition, tres));
  return tres;
}

/** What a job holds (or would, with this allocation), by TRES. */
export function allocatedTres(
  state: SlurmState,
  job: SlurmJob,
  partition: Partition,
  allocation: JobAllocation,
): Float64Array {
  const tres = new Float64Array(state.tres.names.length);
  const { node, cpus, gpus, memory } = allocation;
  tres[Node] = node.length;
  const gpu = state.tres.index("gres/gpu");
  for (let i = 0; i < node.length; i++) {
    tres[Cpu]! += cpus[i]!;
    if (state.config.select.memory) tres[Mem]! += memory[i]!;
    if (gpu >= 0) tres[gpu]! += bits(gpus[i]!);
  }
  addGpuTypes(state, tres, allocation);
  addLicenses(state.tres, tres, job);
  tres[Billing] = Math.trunc(billing(state, partition, tres));
  return tres;
}

function addGpuTypes(state: SlurmState, tres: Float64Array, { node, gpus }: JobAllocation): void {
  const { names } = state.tres;
  for (let position = Billing + 1; position < names.length; position++) {
    if (!names[position]!.startsWith("gres/gpu:")) continue;
    const type = names[position]!.slice("gres/gpu:".length);
    for (let i = 0; i < node.length; i++)
      for (const kind of state.nodes.gpuTypes[node[i]!]!)
        if (kind.type === type) tres[position]! += bits(gpus[i]! & kind.mask);
  }
}

function requestedGres(gres: GresRequest, nodes: number, ntasks: number): number {
  return gres.perJob || gres.perNode * nodes || gres.perTask * Math.max(ntasks, 1) || gres.perSocket * nodes;
}

function requestedMemory(
  state: SlurmState,
  { request }: SlurmJob,
  partition: Partition,
  cpus: number,
  count: number,
): number {
  const { memory, memoryPerCpu, memoryPerGpu, memoryByGpu } = fitTo(request, partition, state);
  if (memoryByGpu) {
    const gpus = request.gres.find((gres) => gres.name === "gpu")!;
    return memoryPerGpu * requestedGres(gpus, count, request.ntasks);
  }
  if (memory > 0) return memory * (memoryPerCpu ? cpus : count);
  const first = partition.nodes.next(0);
  return first < 0 ? 0 : state.nodes.memory[first]! * count;
}

function add(table: TresTable, tres: Float64Array, gres: GresRequest, count: number): void {
  const all = table.index(`gres/${gres.name}`);
  if (all >= 0) tres[all]! += count;
  const typed = gres.type === "" ? -1 : table.index(`gres/${gres.name}:${gres.type}`);
  if (typed >= 0) tres[typed]! += count;
}

function addLicenses(table: TresTable, tres: Float64Array, job: SlurmJob): void {
  for (const { name, count } of job.request.licenses) {
    const position = table.index(`license/${name}`);
    if (position >= 0) tres[position]! += count;
  }
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
