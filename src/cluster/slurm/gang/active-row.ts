import { BitVector } from "../../../core/bit-vector.js";
import type { SelectConfig } from "../model/config.js";
import type { JobAllocation } from "../model/job.js";
import type { Nodes } from "../model/nodes.js";

/** Where the cores of each node begin in a row over all cores of the cluster. */
export class CoreMap {
  readonly first: Int32Array;
  readonly total: number;

  constructor(
    readonly nodes: Nodes,
    readonly consumes: SelectConfig["consumes"],
  ) {
    this.first = new Int32Array(nodes.count + 1);
    for (let node = 0; node < nodes.count; node++)
      this.first[node + 1] = this.first[node]! + nodes.sockets[node]! * nodes.coresPerSocket[node]!;
    this.total = this.first[nodes.count]!;
  }

  /** The job's cores on its i-th node; all of them when the node is its own. */
  eachCore({ node, cores, wholeNode }: JobAllocation, i: number, visit: (core: number) => void): void {
    const from = this.first[node[i]!]!;
    const own = wholeNode || this.consumes === "node" ? undefined : cores?.[i];
    if (own === undefined) for (let core = from; core < this.first[node[i]! + 1]!; core++) visit(core);
    else for (let core = own.next(0); core >= 0; core = own.next(core + 1)) visit(from + core);
  }
}

/**
 * What the jobs of a partition that run now take up, by core (`active_resmap` of `gang.c`). With CR_Socket a socket belongs
 * to one job, with CR_CPU only numbers of CPUs count, and where nodes are given whole a node does.
 */
export class ActiveRow {
  /** Jobs in it. */
  jobs = 0;
  private readonly cores: BitVector;
  private readonly cpus: Int32Array;

  constructor(private readonly map: CoreMap) {
    this.cores = new BitVector(map.total);
    this.cpus = new Int32Array(map.nodes.count);
  }

  clear(): void {
    this.jobs = 0;
    this.cores.clear();
    this.cpus.fill(0);
  }

  fits(allocation: JobAllocation): boolean {
    if (this.jobs === 0) return true;
    const { consumes, nodes } = this.map;
    const { node, cpus } = allocation;
    for (let i = 0; i < node.length; i++) {
      const at = node[i]!;
      if (consumes === "cpu") {
        if (this.cpus[at]! + cpus[i]! > nodes.cpus[at]!) return false;
      } else if (this.overlaps(allocation, i)) return false;
    }
    return true;
  }

  /** Shadows of higher tiers may overlap with what is there. */
  add(allocation: JobAllocation): void {
    this.jobs++;
    const { node, cpus } = allocation;
    for (let i = 0; i < node.length; i++) {
      const at = node[i]!;
      this.cpus[at] = Math.min(this.cpus[at]! + cpus[i]!, this.map.nodes.cpus[at]!);
      this.map.eachCore(allocation, i, (core) => this.cores.add(core));
      if (this.map.consumes === "socket") this.fillSockets(at);
    }
  }

  private overlaps(allocation: JobAllocation, i: number): boolean {
    let taken = false;
    this.map.eachCore(allocation, i, (core) => {
      taken ||= this.cores.has(core);
    });
    return taken;
  }

  private fillSockets(node: number): void {
    const perSocket = this.map.nodes.coresPerSocket[node]!;
    for (let from = this.map.first[node]!; from < this.map.first[node + 1]!; from += perSocket) {
      const used = this.cores.next(from);
      if (used < 0 || used >= from + perSocket) continue;
      for (let core = from; core < from + perSocket; core++) this.cores.add(core);
    }
  }
}
