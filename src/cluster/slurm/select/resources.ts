import { countBits } from "../../../core/bit-vector.js";
import type { JobAllocation } from "../model/job.js";
import type { Hardware } from "./hardware.js";
import { Sharing } from "./need.js";

/** One layer of jobs over the cores of a partition that shares them; -1 is the layer of all that do not share. */
export interface Row {
  readonly partition: number;
  readonly level: number;
  readonly cores: Int32Array;
}

/** What running jobs hold, node by node. The will-run test and preemption work on copies. */
export class Resources {
  readonly rows: Row[];
  /** Cores held in any row. */
  readonly busy: Int32Array;
  readonly busyCores: Int32Array;
  /** Cores of all nodes that nobody holds. */
  freeCores: number;
  /** MiB held. */
  readonly memory: Float64Array;
  /** Masks of GPUs held. */
  readonly gpus: Int32Array;
  readonly jobs: Int32Array;
  /** Jobs that hold their cores alone, and jobs that hold the node alone. */
  readonly oneRow: Int32Array;
  readonly reserved: Int32Array;
  readonly otherGres: Map<string, Int32Array>;
  readonly hasGpus: boolean;

  constructor(readonly hardware: Hardware) {
    const { count } = hardware.nodes;
    this.rows = [{ partition: -1, level: 0, cores: new Int32Array(hardware.words) }];
    this.busy = new Int32Array(hardware.words);
    this.busyCores = new Int32Array(count);
    this.freeCores = hardware.cores.reduce((sum, cores) => sum + cores, 0);
    this.memory = new Float64Array(count);
    this.gpus = new Int32Array(count);
    this.hasGpus = hardware.gpus.some((mask) => mask !== 0);
    this.jobs = new Int32Array(count);
    this.oneRow = new Int32Array(count);
    this.reserved = new Int32Array(count);
    this.otherGres = new Map([...hardware.otherGres.keys()].map((name) => [name, new Int32Array(count)]));
  }

  copyFrom(other: Resources): void {
    this.busy.set(other.busy);
    this.busyCores.set(other.busyCores);
    this.freeCores = other.freeCores;
    this.memory.set(other.memory);
    this.gpus.set(other.gpus);
    this.jobs.set(other.jobs);
    this.oneRow.set(other.oneRow);
    this.reserved.set(other.reserved);
    for (const [name, used] of this.otherGres) used.set(other.otherGres.get(name)!);
    for (const [index, row] of other.rows.entries())
      (this.rows[index] ?? this.addRow(row.partition, row.level)).cores.set(row.cores);
    for (let index = other.rows.length; index < this.rows.length; index++) this.rows[index]!.cores.fill(0);
  }

  /** The lowest row of the partition (-1: of those that do not share) in which the cores are free. */
  freeRow(partition: number, allocation: JobAllocation): number {
    for (let level = 0; ; level++) if (this.fits(partition, level, allocation)) return level;
  }

  /** The cores are free in that row. */
  fits(partition: number, level: number, allocation: JobAllocation): boolean {
    const row = this.row(partition, level);
    return row === undefined || !this.overlaps(row, allocation);
  }

  coresInRow(partition: number, level: number): number {
    return this.row(partition, level)?.cores.reduce((sum, word) => sum + countBits(word), 0) ?? 0;
  }

  row(partition: number, level: number): Row | undefined {
    return this.rows.find((row) => row.partition === partition && row.level === level);
  }

  /** Books what a job holds; its cores go into the row that the allocation names. */
  add(allocation: JobAllocation, sharing: Sharing, partition: number): void {
    this.addCores(allocation, sharing, partition);
    const { node, memory, gpus } = allocation;
    for (let i = 0; i < node.length; i++) this.jobs[node[i]!]!++;
    if (this.hardware.select.memory)
      for (let i = 0; i < node.length; i++) this.memory[node[i]!]! += memory[i]!;
    if (this.hasGpus) for (let i = 0; i < node.length; i++) this.gpus[node[i]!]! |= gpus[i]!;
    this.countGres(allocation, 1);
  }

  remove(allocation: JobAllocation, sharing: Sharing, partition: number): void {
    this.removeCores(allocation, sharing, partition);
    this.removeRest(allocation);
  }

  /** All but the cores: what a suspended job still holds. */
  removeRest(allocation: JobAllocation): void {
    const { node, memory, gpus } = allocation;
    for (let i = 0; i < node.length; i++) this.jobs[node[i]!]!--;
    if (this.hardware.select.memory)
      for (let i = 0; i < node.length; i++) this.memory[node[i]!]! -= memory[i]!;
    if (this.hasGpus) for (let i = 0; i < node.length; i++) this.gpus[node[i]!]! &= ~gpus[i]!;
    this.countGres(allocation, -1);
  }

  addCores(allocation: JobAllocation, sharing: Sharing, partition: number): void {
    const row = this.row(partition, allocation.row) ?? this.addRow(partition, allocation.row);
    const { offset, usable } = this.hardware;
    const { node, cores } = allocation;
    for (let i = 0; i < node.length; i++) {
      const first = offset[node[i]!]!;
      const end = offset[node[i]! + 1]!;
      const held = cores?.[i]?.words;
      let count = 0;
      for (let w = first; w < end; w++) {
        const word = held === undefined ? usable[w]! : held[w - first]!;
        row.cores[w]! |= word;
        this.busy[w]! |= word;
        count += countBits(this.busy[w]!);
      }
      this.count(node[i]!, count, sharing, 1);
    }
  }

  removeCores(allocation: JobAllocation, sharing: Sharing, partition: number): void {
    const row = this.row(partition, allocation.row);
    if (row === undefined) return;
    const { offset, usable } = this.hardware;
    const { node, cores } = allocation;
    const alone = this.rows.length === 1;
    for (let i = 0; i < node.length; i++) {
      const first = offset[node[i]!]!;
      const end = offset[node[i]! + 1]!;
      const held = cores?.[i]?.words;
      let count = 0;
      for (let w = first; w < end; w++) {
        const left = row.cores[w]! & ~(held === undefined ? usable[w]! : held[w - first]!);
        row.cores[w] = left;
        const busy = alone ? left : this.inAnyRow(w);
        this.busy[w] = busy;
        count += countBits(busy);
      }
      this.count(node[i]!, count, sharing, -1);
    }
  }

  /** Cores of a word that some row holds. */
  private inAnyRow(word: number): number {
    let held = 0;
    for (const { cores } of this.rows) held |= cores[word]!;
    return held;
  }

  private addRow(partition: number, level: number): Row {
    const row = { partition, level, cores: new Int32Array(this.hardware.words) };
    this.rows.push(row);
    return row;
  }

  private overlaps(row: Row, { node, cores }: JobAllocation): boolean {
    const { offset, usable } = this.hardware;
    for (let i = 0; i < node.length; i++) {
      const first = offset[node[i]!]!;
      const end = offset[node[i]! + 1]!;
      const held = cores?.[i]?.words;
      for (let w = first; w < end; w++)
        if ((row.cores[w]! & (held === undefined ? usable[w]! : held[w - first]!)) !== 0) return true;
    }
    return false;
  }

  /** A job has come to the node, or left it: so many of its cores are held now. */
  private count(node: number, cores: number, sharing: Sharing, by: 1 | -1): void {
    if (sharing === Sharing.OneRow) this.oneRow[node]! += by;
    else if (sharing === Sharing.Reserved) this.reserved[node]! += by;
    this.freeCores += this.busyCores[node]! - cores;
    this.busyCores[node] = cores;
  }

  private countGres({ node, otherGres }: JobAllocation, by: 1 | -1): void {
    if (otherGres === undefined) return;
    for (const { name, counts } of otherGres) {
      const held = this.otherGres.get(name)!;
      for (let i = 0; i < node.length; i++) held[node[i]!]! += by * counts[i]!;
    }
  }
}
