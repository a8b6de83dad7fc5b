import { countBits } from "../../../core/bit-vector.js";
import type { GresRequest } from "../model/request.js";
import type { Hardware } from "./hardware.js";
import type { Need } from "./need.js";
import type { Resources } from "./resources.js";

/** What each node can give to one job, as of one test: by node index, valid where the test looked. */
export class Capacity {
  /** CPUs that the job would use there; choosing trims it to what it takes. 0: not usable. */
  readonly cpus: Int32Array;
  /** CPUs free there, whatever its tasks. */
  readonly free: Int32Array;
  /** GRES free there, by the position in the need's list. */
  readonly gres: Int32Array[] = [];
  /** CPUs and GPUs together: what the retries of a failed choice drop first. */
  readonly resources: Int32Array;
  /** Lower is preferred. */
  readonly weight: Float64Array;

  /** `byTasks`: no more CPUs of a node count than its tasks take, as in 24.11 [run: w-topology-block-cores, w-run-minutes]. */
  constructor(
    readonly hardware: Hardware,
    private readonly byTasks = false,
  ) {
    const { count } = hardware.nodes;
    this.cpus = new Int32Array(count);
    this.free = new Int32Array(count);
    this.resources = new Int32Array(count);
    this.weight = new Float64Array(count);
  }

  /**
   * What the node gives. `busy`: cores out of reach. `empty`: as if no job held memory or GRES.
   *
   * `_can_job_run_on_node` and `_allocate_sc` of select/cons_tres, 22.05.
   */
  look(need: Need, node: number, resources: Resources, busy: Int32Array, empty: boolean): number {
    const { hardware } = this;
    this.cpus[node] = 0;
    this.weight[node] = hardware.weight[node]!;
    let mostTasks = Number.MAX_SAFE_INTEGER;
    let nearGpus = 0;
    let gpus = 0;
    for (let i = 0; i < need.gres.length; i++) {
      const asked = need.gres[i]!;
      if (this.gres.length === i) this.gres.push(new Int32Array(hardware.nodes.count));
      let free = freeGres(asked, node, resources, empty);
      if (need.cpusPerGpu > 0 && asked.name === "gpu")
        free = Math.min(free, Math.floor(freeCpus(hardware, node, busy) / need.cpusPerGpu));
      if (need.memoryPerGpu > 0 && asked.name === "gpu" && hardware.select.memory)
        free = Math.min(free, Math.floor(freeMemory(hardware, node, resources, empty) / need.memoryPerGpu));
      const least = Math.max(
        1,
        asked.perNode,
        asked.perSocket * Math.max(1, need.ntasksPerSocket > 0 ? hardware.nodes.sockets[node]! : 1),
        asked.perTask * Math.max(need.ntasksPerNode, 1),
      );
      if (free < least) return 0;
      if (asked.perTask > 0) mostTasks = Math.min(mostTasks, Math.floor(free / asked.perTask));
      this.gres[i]![node] = free;
      if (asked.name === "gpu") {
        gpus += free;
        const cap = need.whole ? free : asked.perNode || asked.perJob || free;
        nearGpus = Math.min(255, nearGpus + Math.min(free, cap));
      }
    }
    let cpus =
      need.cpusPerGpu > 0
        ? this.cpusWithGpus(need, node, busy, mostTasks)
        : this.tasksAndCpus(need, node, busy, mostTasks);
    if (cpus === 0) return 0;
    if (hardware.select.memory)
      cpus = this.fitMemory(need, node, cpus, freeMemory(hardware, node, resources, empty));
    if (cpus === 0) return 0;
    // Among nodes of one weight those with more of the wanted GPUs come first.
    if (need.gres.length > 0) this.weight[node] = this.weight[node]! - nearGpus;
    this.cpus[node] = cpus;
    this.resources[node] = cpus + gpus;
    return cpus;
  }

  private tasksAndCpus(need: Need, node: number, busy: Int32Array, mostTasks: number): number {
    const { hardware } = this;
    const { cpusPerTask } = need;
    const perCore = hardware.cpusPerCore[node]!;
    const threads = need.ntasksPerCore === 1 ? 1 : perCore;
    let cpus = 0;
    let tasks = 0;
    const sockets = hardware.nodes.sockets[node]!;
    if (sockets === 1 || (need.ntasksPerSocket === 0 && hardware.select.consumes !== "socket")) {
      cpus = freeCores(hardware, node, busy) * threads;
      tasks = need.ntasksPerSocket > 0 ? Math.min(cpus, need.ntasksPerSocket) : cpus;
    } else
      for (let socket = 0; socket < sockets; socket++) {
        let free = freeCoresOfSocket(hardware, node, socket, busy);
        if (hardware.select.consumes === "socket" && free < hardware.nodes.coresPerSocket[node]!) free = 0;
        cpus += free * threads;
        tasks += need.ntasksPerSocket > 0 ? Math.min(free * threads, need.ntasksPerSocket) : free * threads;
      }
    if (need.partitionCpusPerNode < cpus) {
      cpus = need.partitionCpusPerNode;
      tasks = Math.min(tasks, cpus);
    }
    this.free[node] = cpus;
    // Recordings of 22.05 fit jobs without GRES by all CPUs that are free, whatever --ntasks-per-node says.
    if (need.ntasksPerNode > 0 && !need.whole && (need.gres.length > 0 || this.byTasks))
      tasks = Math.min(tasks, need.ntasksPerNode);
    if (cpusPerTask < 2) cpus = tasks;
    else {
      tasks = Math.min(tasks, Math.floor(cpus / cpusPerTask));
      if (need.ntasksPerNode > 0 || this.byTasks) cpus = tasks * cpusPerTask;
    }
    if (need.ntasksPerNode > 0 && tasks < need.ntasksPerNode) return 0;
    if (cpus < need.minCpusPerNode || cpus < need.minGresCpus) return 0;
    const least = leastTasks(need, sockets);
    if (Math.floor(cpus / cpusPerTask) < least || mostTasks < least) return 0;
    return mostTasks < tasks && !need.whole ? mostTasks * cpusPerTask : cpus;
  }

  /**
   * CPUs of tasks and GPUs, whichever are more; all that are free where the number of tasks is open.
   *
   * `_select_cores` and `gres_select_filter_sock_core`, 22.05.
   */
  private cpusWithGpus(need: Need, node: number, busy: Int32Array, mostTasks: number): number {
    const { hardware } = this;
    const free = Math.min(freeCpus(hardware, node, busy), need.partitionCpusPerNode);
    this.free[node] = free;
    const { cpusPerTask, ntasks } = need;
    const sockets = hardware.nodes.sockets[node]!;
    const least = leastTasks(need, sockets);
    const open = ntasks !== 1 && (ntasks !== need.minNodes || ntasks !== need.maxNodes);
    const most = need.ntasksPerNode || (need.maxNodes === 1 ? ntasks : open ? 0 : 1);
    const tasks = Math.min(Math.floor(free / cpusPerTask), most || Number.MAX_SAFE_INTEGER, mostTasks);
    if (tasks < least || free < need.minCpusPerNode) return 0;
    let gpus = 0;
    for (const [i, { name, perNode, perTask, perSocket, perJob }] of need.gres.entries())
      if (name === "gpu")
        gpus += perNode || perSocket * sockets || perTask * tasks || Math.min(this.gres[i]![node]!, perJob);
    const wanted = Math.max(tasks * cpusPerTask, gpus * need.cpusPerGpu);
    if (wanted > free) return 0;
    return most > 0 || mostTasks < Number.MAX_SAFE_INTEGER ? wanted : free;
  }

  private fitMemory(need: Need, node: number, cpus: number, memory: number): number {
    if (need.memoryByGpu) return cpus;
    if (!need.memoryPerCpu) {
      // All of the node's memory is there only when nobody holds any.
      const asked = need.memory === 0 ? this.hardware.nodes.memory[node]! : need.memory;
      return asked > memory ? 0 : cpus;
    }
    if (need.whole && need.memory * cpus > memory) return 0;
    const { select, cpusPerCore, nodes } = this.hardware;
    const unit =
      select.consumes === "cpu"
        ? 1
        : cpusPerCore[node]! * (select.consumes === "socket" ? nodes.coresPerSocket[node]! : 1);
    // Whole cores, or sockets, are given, and their memory with them.
    while (cpus > 0 && need.memory * Math.ceil(cpus / unit) * unit > memory) cpus -= unit;
    if (cpus <= 0) return 0;
    if (need.cpusPerTask > 1) cpus -= cpus % need.cpusPerTask;
    return cpus < need.ntasksPerNode ||
      Math.floor(cpus / need.cpusPerTask) < leastTasks(need, this.hardware.nodes.sockets[node]!)
      ? 0
      : cpus;
  }
}

/** Tasks that a node must hold to be used at all. */
function leastTasks(need: Need, _sockets: number): number {
  if (need.ntasksPerNode > 0) return need.ntasksPerNode;
  if (need.ntasksPerSocket > 0) return need.ntasksPerSocket;
  if (need.maxNodes === 1 && need.ntasks > 0) return need.ntasks;
  return 1;
}

function freeGres(asked: GresRequest, node: number, resources: Resources, empty: boolean): number {
  const { nodes, otherGres } = resources.hardware;
  if (asked.name !== "gpu") {
    const total = otherGres.get(asked.name)?.[node] ?? 0;
    return empty ? total : total - resources.otherGres.get(asked.name)![node]!;
  }
  const held = empty ? 0 : resources.gpus[node]!;
  return countBits(gpuMask(nodes.gpuTypes[node]!, asked.type) & ~held);
}

/** GPU indexes of a type on a node; the empty type is all. */
export function gpuMask(types: readonly { type: string; mask: number }[], type: string): number {
  let mask = 0;
  for (const one of types) if (type === "" || one.type === type) mask |= one.mask;
  return mask;
}

function freeMemory(hardware: Hardware, node: number, resources: Resources, empty: boolean): number {
  return hardware.nodes.memory[node]! - (empty ? 0 : resources.memory[node]!);
}

function freeCpus(hardware: Hardware, node: number, busy: Int32Array): number {
  return freeCores(hardware, node, busy) * hardware.cpusPerCore[node]!;
}

export function freeCores({ offset, usable }: Hardware, node: number, busy: Int32Array): number {
  let cores = 0;
  for (let w = offset[node]!; w < offset[node + 1]!; w++) cores += countBits(usable[w]! & ~busy[w]!);
  return cores;
}

function freeCoresOfSocket(hardware: Hardware, node: number, socket: number, busy: Int32Array): number {
  const perSocket = hardware.nodes.coresPerSocket[node]!;
  let cores = 0;
  for (let core = socket * perSocket; core < (socket + 1) * perSocket; core++)
    if (isFree(hardware, node, core, busy)) cores++;
  return cores;
}

export function isFree({ offset, usable }: Hardware, node: number, core: number, busy: Int32Array): boolean {
  const w = offset[node]! + (core >>> 5);
  return (usable[w]! & ~busy[w]! & (1 << (core & 31))) !== 0;
}
