import type { SelectConfig } from "../model/config.js";
import type { Nodes } from "../model/nodes.js";

/**
 * Where the cores of each node lie in one long row of words, and what is fixed about them. A core set of the whole
 * cluster is an Int32Array of `words`; the cores of a node start at a word of their own.
 */
export interface Hardware {
  readonly nodes: Nodes;
  readonly select: SelectConfig;
  readonly words: number;
  /** First word of each node. */
  readonly offset: Int32Array;
  readonly cores: Int32Array;
  /** CPUs that one core gives. */
  readonly cpusPerCore: Int32Array;
  /** CPUs of all cores that are not set aside for the system. */
  readonly wholeCpus: Int32Array;
  /** Cores set aside for the system, and the others. */
  readonly reserved: Int32Array;
  readonly usable: Int32Array;
  /** Scheduling weight without GPUs: `weight << 8 | 0xff`. */
  readonly weight: Float64Array;
  /** Indexes of all GPUs, a bit each. */
  readonly gpus: Int32Array;
  /** Zeros, for what is held of the GPUs or the memory where none is counted. */
  readonly noGpus: Int32Array;
  readonly noMemory: Float64Array;
  /** Names of GRES other than GPUs, and their counts by node. */
  readonly otherGres: ReadonlyMap<string, Int32Array>;
  /** Socket of each GPU where gres.conf binds GPUs to cores. */
  readonly gpuSockets: readonly (readonly number[] | undefined)[];
}

export function describeHardware(nodes: Nodes, select: SelectConfig): Hardware {
  const { count } = nodes;
  const offset = new Int32Array(count + 1);
  const cores = new Int32Array(count);
  const cpusPerCore = new Int32Array(count);
  const wholeCpus = new Int32Array(count);
  const gpus = new Int32Array(count);
  const weight = new Float64Array(count);
  const otherGres = new Map<string, Int32Array>();
  const gpuSockets: (readonly number[] | undefined)[] = [];
  for (let node = 0; node < count; node++) {
    const line = nodes.lines[node]!;
    cores[node] = nodes.sockets[node]! * nodes.coresPerSocket[node]!;
    cpusPerCore[node] = Math.max(1, Math.floor(nodes.cpus[node]! / cores[node]!));
    wholeCpus[node] = (cores[node]! - line.coreSpecCount) * cpusPerCore[node]!;
    for (const { mask } of nodes.gpuTypes[node]!) gpus[node]! |= mask;
    offset[node + 1] = offset[node]! + ((cores[node]! + 31) >>> 5);
    weight[node] = nodes.weight[node]! * 256 + 255;
    const sockets: number[] = [];
    for (const gres of line.gres) {
      if (gres.name === "gpu") {
        for (let i = 0; gres.sockets !== undefined && i < gres.count; i++)
          sockets.push(gres.sockets[i % gres.sockets.length]!);
        continue;
      }
      const counts = otherGres.get(gres.name) ?? new Int32Array(count);
      counts[node]! += gres.count;
      otherGres.set(gres.name, counts);
    }
    gpuSockets.push(sockets.length > 0 && sockets.length === nodes.gpus[node] ? sockets : undefined);
  }
  const words = offset[count]!;
  const reserved = new Int32Array(words);
  const usable = new Int32Array(words);
  for (let node = 0; node < count; node++) {
    // The system's cores are the last ones.
    const first = Math.max(0, cores[node]! - nodes.lines[node]!.coreSpecCount);
    for (let core = 0; core < cores[node]!; core++)
      (core < first ? usable : reserved)[offset[node]! + (core >>> 5)]! |= 1 << (core & 31);
  }
  return {
    nodes,
    select,
    words,
    offset,
    cores,
    cpusPerCore,
    wholeCpus,
    gpus,
    noGpus: new Int32Array(count),
    noMemory: new Float64Array(count),
    reserved,
    usable,
    weight,
    otherGres,
    gpuSockets,
  };
}
