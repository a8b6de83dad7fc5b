import { BitVector } from "../../../core/bit-vector.js";
import { versionAtLeast } from "../model/config.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { Capacity } from "./capacity.js";
import { type ChoiceRules, chooseNodes, leastNodes } from "./choose/choose.js";
import { leavesUsed } from "./choose/tree.js";
import type { Hardware } from "./hardware.js";
import { type Need, Sharing } from "./need.js";
import type { Resources } from "./resources.js";

/** How a test differs from the plain one. */
export interface TestOptions {
  /** Cores that are out of reach whoever holds them: those of reservations. */
  reservedCores?: Int32Array | undefined;
  /** bf_busy_nodes: nodes with jobs come first. */
  preferBusy?: boolean;
  /** QOS preemption by suspension: one row more. */
  extraRow?: boolean;
  /** The number of leaf switches matters no more. */
  anySwitches?: boolean;
}

/** The nodes that a test found, and which cores were out of reach for it. */
export interface Found {
  readonly chosen: BitVector;
  readonly busy: Int32Array;
}

/**
 * Does a job fit on some of these nodes beside what runs there? `_job_test` of select/cons_tres, 22.05: first on
 * cores that nobody holds; then, where cores may be shared or taken over, past partitions of lower tiers and row by row.
 */
export class JobTest {
  readonly capacity: Capacity;
  private readonly busy: Int32Array;
  private readonly base: Int32Array;
  private readonly nodes: BitVector;
  private readonly candidates: BitVector;
  private readonly mostCpusPerCore: number;

  constructor(
    private readonly state: SlurmState,
    private readonly hardware: Hardware,
    private readonly rules: ChoiceRules,
  ) {
    this.capacity = new Capacity(hardware, versionAtLeast(state.config.version, "24.11"));
    this.mostCpusPerCore = hardware.cpusPerCore.reduce((most, cpus) => Math.max(most, cpus), 1);
    this.busy = new Int32Array(hardware.words);
    this.base = new Int32Array(hardware.words);
    this.nodes = new BitVector(hardware.nodes.count);
    this.candidates = new BitVector(hardware.nodes.count);
  }

  /** Where it would run on these nodes if nobody else did. */
  possible(
    need: Need,
    offered: BitVector,
    required: BitVector | undefined,
    resources: Resources,
  ): BitVector | undefined {
    this.busy.fill(0);
    return this.pick(need, offered, required, resources, { empty: true, anySwitches: true })?.chosen;
  }

  run(
    need: Need,
    offered: BitVector,
    required: BitVector | undefined,
    resources: Resources,
    options: TestOptions,
  ): Found | undefined {
    const { nodes, busy, base } = this;
    const { gang } = this.state.config.preempt;
    const sharesNothing = !gang && need.sharing === Sharing.OneRow;
    // All free cores of the cluster would not do.
    if (sharesNothing && resources.freeCores * this.mostCpusPerCore < need.minCpus) return undefined;
    nodes.copyFrom(offered);
    if (!this.sortOut(need, nodes, required, resources, options)) return undefined;
    if (nodes.count() < leastNodes(need)) return undefined;
    const attempt = () => this.pick(need, nodes, required, resources, options);

    copy(base, options.reservedCores);
    busy.set(base);
    or(busy, resources.busy);
    const alone = attempt();
    if (alone !== undefined) return alone;
    if (sharesNothing) return undefined;

    // Cores of jobs that it cannot displace are gone for good.
    const tier = need.partition.config.priorityTier;
    const partitions = this.state.partitions;
    if (this.state.config.preempt.type === "partition_prio")
      for (const row of resources.rows) {
        const other = partitions[row.partition];
        if (other === undefined) continue;
        if (other.config.priorityTier > tier || other.config.preemptMode === "OFF") or(base, row.cores);
      }
    busy.set(base);
    if (attempt() === undefined) return undefined;

    // Clear of jobs of the same tier, then as far as possible of lower ones, partition by partition.
    for (const row of resources.rows)
      if (partitions[row.partition]?.config.priorityTier === tier) or(busy, row.cores);
    let found = attempt();
    if (found !== undefined) {
      let best = busy.slice();
      for (const other of partitions) {
        if (other.config.priorityTier >= tier) continue;
        for (const row of resources.rows) if (row.partition === other.index) or(busy, row.cores);
        const clearer = attempt();
        if (clearer === undefined) {
          // What each node gives is told by the last attempt.
          busy.set(best);
          return attempt();
        }
        found = clearer;
        best = busy.slice();
      }
      return found;
    }
    return this.inRows(need, resources, options, attempt);
  }

  private inRows(
    need: Need,
    resources: Resources,
    options: TestOptions,
    attempt: () => Found | undefined,
  ): Found | undefined {
    // Who shares with nobody keeps to the first row, even if it may have others suspended. [run] in x-gang-qos.
    const byQos = this.state.config.preempt.type === "qos";
    const rows = byQos && need.sharing !== Sharing.Available ? 1 : this.rowsFor(need.partition, options);
    const { index } = need.partition;
    const tried = Array.from({ length: rows }, (_, level) => ({
      cores: resources.row(index, level)?.cores,
      count: resources.coresInRow(index, level),
    }));
    // The fullest first, but where one may have others suspended they stay as they are.
    if (!byQos) tried.sort((a, b) => b.count - a.count);
    for (const { cores, count } of tried) {
      this.busy.set(this.base);
      if (cores !== undefined) or(this.busy, cores);
      const found = attempt();
      // An empty row has all that there is.
      if (found !== undefined || count === 0) return found;
    }
    return undefined;
  }

  /** Layers that jobs of the partition may lie in: who may have others suspended by QOS gets one more. */
  private rowsFor(partition: Partition, { extraRow }: TestOptions): number {
    return rowsOf(partition) + (extraRow === true && this.state.config.preempt.type === "qos" ? 1 : 0);
  }

  /** Looks at what every node can give and chooses among those that suffice. */
  private pick(
    need: Need,
    offered: BitVector,
    required: BitVector | undefined,
    resources: Resources,
    options: TestOptions & { empty?: boolean },
  ): Found | undefined {
    const { candidates, capacity, busy } = this;
    candidates.clear();
    let count = 0;
    let cpus = 0;
    for (let node = offered.next(0); node >= 0; node = offered.next(node + 1)) {
      if (need.whole && !this.untouched(node)) continue;
      const here = capacity.look(need, node, resources, busy, options.empty === true);
      if (here === 0) continue;
      cpus += here;
      candidates.add(node);
      count++;
    }
    // Whatever is chosen, all nodes together would not do.
    if (cpus < need.minCpus) return undefined;
    const least = leastNodes(need);
    if (count < least || need.maxNodes < least || (required !== undefined && !required.within(candidates)))
      return undefined;
    const idle = options.preferBusy ? this.state.nodes.idle : undefined;
    const chosen = chooseNodes(this.rules, need, capacity, candidates, required, idle);
    if (chosen === undefined) return undefined;
    if (need.switches > 0 && options.anySwitches !== true && this.rules.tree !== undefined)
      if (leavesUsed(this.rules.tree, chosen) > need.switches) return undefined;
    return { chosen, busy };
  }

  private untouched(node: number): boolean {
    const { offset, usable } = this.hardware;
    for (let w = offset[node]!; w < offset[node + 1]!; w++)
      if ((usable[w]! & this.busy[w]!) !== 0) return false;
    return true;
  }

  /**
   * Takes out nodes whose memory, or whose other jobs, do not allow this one. False when a required node is among
   * them. `_verify_node_state`.
   */
  private sortOut(
    need: Need,
    nodes: BitVector,
    required: BitVector | undefined,
    resources: Resources,
    options: TestOptions,
  ): boolean {
    for (let node = nodes.next(0); node >= 0; node = nodes.next(node + 1)) {
      if (this.admits(need, node, resources, options)) continue;
      if (required?.has(node)) return false;
      nodes.delete(node);
    }
    return true;
  }

  private admits(need: Need, node: number, resources: Resources, options: TestOptions): boolean {
    const { hardware } = this;
    if (hardware.select.memory) {
      const least = need.memoryByGpu
        ? need.memoryPerGpu
        : need.memoryPerCpu
          ? need.memory * need.minCpusPerNode
          : need.memory;
      if (
        least === 0
          ? resources.memory[node]! > 0
          : hardware.nodes.memory[node]! - resources.memory[node]! < least
      )
        return false;
    }
    if (resources.reserved[node]! > 0) return false;
    const exclusive = options.reservedCores;
    if (need.whole && exclusive !== undefined)
      for (let w = hardware.offset[node]!; w < hardware.offset[node + 1]!; w++)
        if (exclusive[w] !== 0) return false;
    if (resources.oneRow[node]! > 0 && need.sharing !== Sharing.OneRow) return false;
    if (resources.rows.length === 1 || resources.busyCores[node] === 0)
      return need.sharing !== Sharing.Reserved || resources.busyCores[node] === 0;
    if (need.sharing === Sharing.Reserved) return !this.heldInRows(resources, node, () => true);
    if (need.sharing === Sharing.OneRow)
      return !this.heldInRows(
        resources,
        node,
        (partition) => partition !== need.partition && this.rowsFor(partition, options) > 1,
      );
    return true;
  }

  private heldInRows(resources: Resources, node: number, counts: (partition: Partition) => boolean): boolean {
    const { offset } = this.hardware;
    for (const row of resources.rows) {
      const partition = this.state.partitions[row.partition];
      if (partition === undefined ? !counts(noPartition) : !counts(partition)) continue;
      for (let w = offset[node]!; w < offset[node + 1]!; w++) if (row.cores[w] !== 0) return true;
    }
    return false;
  }
}

/** Stands for all partitions whose jobs do not share. */
const noPartition = { config: { overSubscribe: { mode: "NO", jobs: 1 } } } as Partition;

/** Layers of jobs that a partition's cores take. */
export function rowsOf(partition: Partition): number {
  const { mode, jobs } = partition.config.overSubscribe;
  return mode === "YES" || mode === "FORCE" ? Math.max(jobs, 1) : 1;
}

/** Do its jobs run on cores that those of other partitions hold? With FORCE:1 they do, though it has one row. */
export function sharesCores(partition: Partition): boolean {
  return rowsOf(partition) > 1 || partition.config.overSubscribe.mode === "FORCE";
}

function copy(into: Int32Array, from: Int32Array | undefined): void {
  if (from === undefined) into.fill(0);
  else into.set(from);
}

function or(into: Int32Array, other: Int32Array): void {
  for (let w = 0; w < into.length; w++) into[w]! |= other[w]!;
}
