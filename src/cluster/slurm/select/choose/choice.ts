import type { BitVector } from "../../../../core/bit-vector.js";
import type { Capacity } from "../capacity.js";
import { gresCpus, type Need } from "../need.js";

/** Nodes being picked for one job: what is taken and what is still wanted. `_cpus_to_use` of select/cons_tres. */
export class Choice {
  /** Wanted: all of these at or below 0 ends the search. */
  cpus: number;
  nodes: number;
  /** Nodes of the minimum that are not taken yet. */
  minimum: number;
  /** Nodes that it may still take. */
  room: number;
  private cpuRoom: number;
  private readonly gres: number[];

  constructor(
    readonly need: Need,
    readonly capacity: Capacity,
    readonly chosen: BitVector,
    readonly minNodes: number,
    maxNodes: number,
    readonly reqNodes: number,
  ) {
    this.cpus = need.minCpus;
    this.minimum = minNodes;
    this.nodes = need.gresPerJob ? Math.min(minNodes, reqNodes) : Math.max(minNodes, reqNodes);
    this.room = maxNodes;
    const tasks = Math.max(need.ntasksPerNode, 1) * need.minNodes;
    this.cpuRoom = Math.max(
      need.minCpus,
      need.minGresCpus * this.nodes,
      gresCpus(need, need.minNodes, tasks),
    );
    this.gres = need.gres.map((asked) => asked.perJob);
  }

  get done(): boolean {
    return this.nodes <= 0 && this.cpus <= 0 && this.hasGres;
  }

  get hasGres(): boolean {
    return this.gres.every((left) => left <= 0);
  }

  /** Is that enough of nodes for the minimum? */
  enoughNodes(count: number): boolean {
    return count >= (this.reqNodes > this.minNodes ? this.nodes + this.minNodes - this.reqNodes : this.nodes);
  }

  /** Would a node, or a group whose counts are given, end the want of GRES totals? */
  gresSuffice(counts: (index: number) => number): boolean {
    for (let i = 0; i < this.gres.length; i++)
      if (this.gres[i]! > 0 && counts(i) < this.gres[i]!) return false;
    return true;
  }

  gresOfNode(node: number): boolean {
    return !this.need.gresPerJob || this.gresSuffice((i) => this.capacity.gres[i]![node]!);
  }

  take(node: number): void {
    const { capacity, need } = this;
    this.nodes--;
    this.room--;
    let cpus = capacity.cpus[node]!;
    if (!need.whole) {
      // Every further node of the minimum gets at least one core.
      const later = Math.max(this.minimum - 1, 0) * capacity.hardware.cpusPerCore[node]!;
      const room = this.cpuRoom - later;
      if (cpus > room) {
        cpus = Math.max(room, need.minCpusPerNode, need.minGresCpus);
        capacity.cpus[node] = cpus;
      }
    }
    this.minimum--;
    this.cpus -= cpus;
    this.cpuRoom -= cpus;
    if (need.gresPerJob) for (let i = 0; i < this.gres.length; i++) this.gres[i]! -= capacity.gres[i]![node]!;
    this.chosen.add(node);
  }

  /** Takes the required nodes first. False when one has nothing to give or there are too many. */
  takeRequired(required: BitVector): boolean {
    if (required.count() > this.room) return false;
    for (let node = required.next(0); node >= 0; node = required.next(node + 1)) {
      if (this.capacity.cpus[node]! === 0) return false;
      this.take(node);
    }
    return true;
  }

  /** When every node was looked at: fewer than wanted will do if the minimum is there. */
  get acceptable(): boolean {
    return this.cpus <= 0 && this.minimum <= 0 && this.hasGres;
  }
}
