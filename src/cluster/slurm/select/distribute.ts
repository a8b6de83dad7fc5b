import { BitVector } from "../../../core/bit-vector.js";
import type { JobAllocation } from "../model/job.js";
import { type Capacity, gpuMask, isFree } from "./capacity.js";
import { gresCpus, type Need } from "./need.js";
import type { Resources } from "./resources.js";

/** What the job gets on the nodes that were chosen, ascending: CPUs, cores, GPUs and memory. `dist_tasks.c`, 22.05. */
export function distribute(
  need: Need,
  capacity: Capacity,
  node: Int32Array,
  resources: Resources,
  busy: Int32Array,
): JobAllocation {
  const { hardware } = capacity;
  const cpus = need.whole ? wholeCpus(capacity, node) : tasksOverNodes(need, capacity, node);
  const cores = need.whole
    ? undefined
    : Array.from(node, (at, i) => coresOf(need, capacity, at, cpus[i]!, busy));
  if (cores !== undefined && hardware.select.consumes !== "cpu")
    for (let i = 0; i < node.length; i++) cpus[i] = cores[i]!.count() * hardware.cpusPerCore[node[i]!]!;
  const gpus = resources.hasGpus
    ? gpusOf(need, capacity, node, resources, cores)
    : hardware.noGpus.subarray(0, node.length);
  const memory = hardware.select.memory
    ? memoryOf(need, capacity, node, cpus, gpus)
    : hardware.noMemory.subarray(0, node.length);
  return new Allocation(
    hardware.nodes.count,
    node,
    cpus,
    cores,
    gpus,
    memory,
    otherGres(need, node, resources),
    need.whole,
  );
}

/** Knows its nodes by number; the set of them is made when somebody asks for it. */
class Allocation implements JobAllocation {
  row = 0;
  #nodes: BitVector | undefined;

  constructor(
    private readonly capacity: number,
    readonly node: Int32Array,
    readonly cpus: Int32Array,
    readonly cores: readonly BitVector[] | undefined,
    readonly gpus: Int32Array,
    readonly memory: Float64Array,
    readonly otherGres: JobAllocation["otherGres"],
    readonly wholeNode: boolean,
  ) {}

  get nodes(): BitVector {
    this.#nodes ??= BitVector.of(this.capacity, this.node);
    return this.#nodes;
  }
}

/** CPUs that the job would hold in all, whole cores counted: what accounting and priorities go by. */
export function totalCpus(need: Need, capacity: Capacity, chosen: BitVector): number {
  const { hardware } = capacity;
  const node = chosen.column();
  if (need.whole) return total(wholeCpus(capacity, node));
  const cpus = tasksOverNodes(need, capacity, node);
  for (let i = 0; i < node.length; i++) {
    const perCore = hardware.select.consumes === "cpu" ? 1 : hardware.cpusPerCore[node[i]!]!;
    cpus[i] = Math.ceil(cpus[i]! / perCore) * perCore;
  }
  return total(cpus);
}

export function total(counts: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}

function wholeCpus({ hardware }: Capacity, node: Int32Array): Int32Array {
  const cpus = new Int32Array(node.length);
  for (let i = 0; i < node.length; i++) cpus[i] = hardware.wholeCpus[node[i]!]!;
  return cpus;
}

/** One task to each node, then one more to each that has room, until all are placed. `_compute_c_b_task_dist`. */
function tasksOverNodes(need: Need, { cpus: most, hardware }: Capacity, node: Int32Array): Int32Array {
  const cpus = new Int32Array(node.length);
  const total = Math.max(
    node.length * Math.max(need.ntasksPerNode, 1),
    need.minCpus,
    node.length * need.minCpusPerNode,
    gresCpus(need, node.length),
  );
  let tasks = total;
  if (need.cpusPerTask > 1)
    tasks = need.ntasksPerNode > 0 ? need.ntasksPerNode * node.length : Math.floor(total / need.cpusPerTask);
  const placedOn = new Int32Array(node.length).fill(1);
  for (let i = 0; i < node.length && tasks > 0; i++) {
    cpus[i] = Math.min(need.cpusPerTask, most[node[i]!]!);
    tasks--;
  }
  while (tasks > 0) {
    let placed = false;
    for (let i = 0; i < node.length && tasks > 0; i++) {
      const room = most[node[i]!]! - cpus[i]!;
      // Tasks that share a core come together.
      let together = Math.max(1, Math.floor(hardware.cpusPerCore[node[i]!]! / need.cpusPerTask));
      // A node that has its tasks takes its turn even when it is full.
      const sated = need.ntasksPerNode > 0 && placedOn[i]! >= need.ntasksPerNode;
      if (sated && room < need.cpusPerTask) tasks--;
      for (let left = room; together > 0 && left >= need.cpusPerTask && tasks > 0; together--) {
        cpus[i]! += need.cpusPerTask;
        left -= need.cpusPerTask;
        placedOn[i]!++;
        tasks--;
        placed = true;
      }
    }
    if (placed) continue;
    // No node has room for a whole task: what is left of the nodes is given out.
    for (let i = 0; i < node.length && tasks > 0; i++) {
      if (cpus[i]! >= most[node[i]!]!) continue;
      cpus[i] = Math.min(most[node[i]!]!, cpus[i]! + need.cpusPerTask);
      tasks--;
      placed = true;
    }
    if (!placed) break;
  }
  return cpus;
}

/**
 * Free cores of the node, lowest first, one from each socket in turn; a task of several CPUs stays in one socket where
 * it can. `_cyclic_sync_core_bitmap`; with CR_CPU socket after socket.
 */
function coresOf(
  need: Need,
  { hardware }: Capacity,
  node: number,
  cpus: number,
  busy: Int32Array,
): BitVector {
  const perCore = need.ntasksPerCore === 1 ? 1 : hardware.cpusPerCore[node]!;
  const sockets = hardware.nodes.sockets[node]!;
  const perSocket = hardware.nodes.coresPerSocket[node]!;
  const cores = new BitVector(hardware.cores[node]!);
  const next = Int32Array.from({ length: sockets }, (_, socket) => socket * perSocket);
  /** The next free core of a socket, or -1. */
  const take = (socket: number): boolean => {
    const end = (socket + 1) * perSocket;
    while (next[socket]! < end && !isFree(hardware, node, next[socket]!, busy)) next[socket]!++;
    if (next[socket]! >= end) return false;
    cores.add(next[socket]!++);
    return true;
  };
  let left = cpus;
  if (hardware.select.consumes === "cpu") {
    for (let socket = 0; socket < sockets && left > 0; socket++)
      while (left > 0 && take(socket)) left -= perCore;
    return cores;
  }
  const avoid = need.ntasksPerSocket > 0 ? avoidedSockets(need, hardware, node, cpus, busy) : undefined;
  if (need.ntasksPerSocket === 0 && need.cpusPerTask > 1)
    for (let socket = 0; socket < sockets && left > 0; socket++) {
      let whole = freeOfSocket(hardware, node, socket, busy) * perCore;
      whole -= whole % need.cpusPerTask;
      while (whole > 0 && left > 0 && take(socket)) {
        whole -= perCore;
        left -= perCore;
      }
    }
  while (left > 0) {
    let taken = false;
    for (let socket = 0; socket < sockets && left > 0; socket++)
      if (avoid?.[socket] !== true && take(socket)) {
        left -= perCore;
        taken = true;
      }
    if (!taken) break;
  }
  if (hardware.select.consumes === "socket")
    for (let socket = 0; socket < sockets; socket++)
      if (next[socket]! > socket * perSocket) while (take(socket)) {}
  return cores;
}

function freeOfSocket(
  hardware: Capacity["hardware"],
  node: number,
  socket: number,
  busy: Int32Array,
): number {
  const perSocket = hardware.nodes.coresPerSocket[node]!;
  let free = 0;
  for (let core = socket * perSocket; core < (socket + 1) * perSocket; core++)
    if (isFree(hardware, node, core, busy)) free++;
  return free;
}

/** Sockets that a job with tasks per socket leaves alone, since the others suffice. */
function avoidedSockets(
  need: Need,
  hardware: Capacity["hardware"],
  node: number,
  cpus: number,
  busy: Int32Array,
): boolean[] {
  const most = need.ntasksPerSocket * need.cpusPerTask;
  const sockets = Array.from(
    { length: hardware.nodes.sockets[node]! },
    (_, socket) => freeOfSocket(hardware, node, socket, busy) * hardware.cpusPerCore[node]!,
  );
  let total = sockets.reduce((sum, n) => sum + n, 0);
  for (let s = 0; s < sockets.length && total > cpus; s++)
    if (sockets[s]! > most) {
      total -= sockets[s]! - most;
      sockets[s] = most;
    }
  return sockets.map((here) => {
    if (total <= cpus || here > most || total - here < cpus) return false;
    total -= here;
    return true;
  });
}

/** Lowest free indexes; those at the sockets of the job's cores first where GPUs are bound to cores. */
function gpusOf(
  need: Need,
  { hardware, gres: free }: Capacity,
  node: Int32Array,
  resources: Resources,
  cores: readonly BitVector[] | undefined,
): Int32Array {
  const gpus = new Int32Array(node.length);
  if (need.whole) {
    for (let i = 0; i < node.length; i++) gpus[i] = hardware.gpus[node[i]!]! & ~resources.gpus[node[i]!]!;
    return gpus;
  }
  for (const [index, asked] of need.gres.entries()) {
    if (asked.name !== "gpu") continue;
    let left = asked.perJob;
    for (let i = 0; i < node.length; i++) {
      const at = node[i]!;
      const open = gpuMask(hardware.nodes.gpuTypes[at]!, asked.type) & ~resources.gpus[at]! & ~gpus[i]!;
      let count = asked.perNode;
      if (asked.perTask > 0) count = asked.perTask * tasksOn(need, cores?.[i], hardware.cpusPerCore[at]!);
      else if (asked.perJob > 0) count = Math.min(free[index]![at]!, left - (node.length - 1 - i));
      else if (asked.perSocket > 0) count = asked.perSocket * socketsOf(hardware, at, cores?.[i]).size;
      left -= count;
      const near = hardware.gpuSockets[at];
      gpus[i]! |=
        near === undefined
          ? lowest(open, count)
          : nearest(open, count, near, socketsOf(hardware, at, cores?.[i]));
    }
  }
  return gpus;
}

function tasksOn(need: Need, cores: BitVector | undefined, perCore: number): number {
  if (need.ntasksPerNode > 0) return need.ntasksPerNode;
  return Math.max(1, Math.floor(((cores?.count() ?? 1) * perCore) / need.cpusPerTask));
}

function socketsOf(hardware: Capacity["hardware"], node: number, cores: BitVector | undefined): Set<number> {
  const perSocket = hardware.nodes.coresPerSocket[node]!;
  return new Set((cores?.list() ?? []).map((core) => Math.floor(core / perSocket)));
}

function lowest(open: number, count: number): number {
  let mask = 0;
  for (let rest = open; count > 0 && rest !== 0; count--) {
    const bit = rest & -rest;
    mask |= bit;
    rest &= ~bit;
  }
  return mask;
}

function nearest(open: number, count: number, socketOf: readonly number[], sockets: Set<number>): number {
  let near = 0;
  for (let gpu = 0; gpu < socketOf.length; gpu++) if (sockets.has(socketOf[gpu]!)) near |= 1 << gpu;
  const first = lowest(open & near, count);
  let taken = 0;
  for (let rest = first; rest !== 0; rest &= rest - 1) taken++;
  return first | lowest(open & ~first, count - taken);
}

function memoryOf(
  need: Need,
  { hardware }: Capacity,
  node: Int32Array,
  cpus: Int32Array,
  gpus: Int32Array,
): Float64Array {
  const memory = new Float64Array(node.length);
  for (let i = 0; i < node.length; i++) {
    if (need.memoryByGpu) {
      for (let rest = gpus[i]!; rest !== 0; rest &= rest - 1) memory[i]! += need.memoryPerGpu;
      continue;
    }
    if (need.memory === 0) memory[i] = hardware.nodes.memory[node[i]!]!;
    else memory[i] = need.memoryPerCpu ? need.memory * cpus[i]! : need.memory;
  }
  return memory;
}

function otherGres(need: Need, node: Int32Array, resources: Resources): JobAllocation["otherGres"] {
  const list = need.gres.filter((asked) => asked.name !== "gpu");
  if (list.length === 0) return undefined;
  return list.map((asked) => {
    let left = asked.perJob;
    return {
      name: asked.name,
      counts: node.map((at, i) => {
        if (asked.perJob === 0) return asked.perNode || asked.perTask * Math.max(need.ntasksPerNode, 1);
        const total = resources.hardware.otherGres.get(asked.name)![at]!;
        const free = total - resources.otherGres.get(asked.name)![at]!;
        const count = Math.min(free, left - (node.length - 1 - i));
        left -= count;
        return count;
      }),
    };
  });
}
