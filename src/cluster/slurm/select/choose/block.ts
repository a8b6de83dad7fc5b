import { BitVector } from "../../../../core/bit-vector.js";
import type { TopologyConfig } from "../../model/config.js";
import type { Nodes } from "../../model/nodes.js";
import type { Choice } from "./choice.js";

/** Base blocks in topology.conf's order, grouped into aligned blocks of each size in BlockSizes. */
export interface BlockTopology {
  /** From the base blocks up; each level's blocks in order. */
  readonly levels: readonly { readonly size: number; readonly blocks: readonly BitVector[] }[];
}

export function buildBlocks({ blocks, blockSizes }: TopologyConfig, nodes: Nodes): BlockTopology | undefined {
  const base = blocks.map((block) =>
    BitVector.of(
      nodes.count,
      block.nodes.map((name) => nodes.index(name)).filter((node) => node >= 0),
    ),
  );
  if (base.length === 0) return undefined;
  const unit = baseSize({ blocks, blockSizes });
  const sizes = blockSizes.length === 0 ? [unit] : [...blockSizes].sort((a, b) => a - b);
  return {
    levels: sizes.map((size) => {
      const span = Math.max(1, Math.round(size / unit));
      const grouped: BitVector[] = [];
      for (let first = 0; first < base.length; first += span) {
        const set = new BitVector(nodes.count);
        for (const block of base.slice(first, first + span)) set.or(block);
        grouped.push(set);
      }
      return { size, blocks: grouped };
    }),
  };
}

/** Nodes of a base block: the smallest of BlockSizes, else the largest block. */
export function baseSize({ blocks, blockSizes }: Pick<TopologyConfig, "blocks" | "blockSizes">): number {
  return blockSizes.length > 0
    ? Math.min(...blockSizes)
    : Math.max(0, ...blocks.map(({ nodes }) => nodes.length));
}

/**
 * Inside one aligned block of the smallest size that holds the job, and there in as few base blocks as can be; with
 * --segment each piece inside a base block, wherever that is. `eval_nodes_block.c`, 24.11 [run: w-topology-block].
 */
export function insideBlocks(
  choice: Choice,
  topology: BlockTopology,
  candidates: BitVector,
  required: BitVector | undefined,
): boolean {
  if (required !== undefined) {
    if (!choice.takeRequired(required)) return false;
    if (choice.done) return true;
  }
  const free = candidates.clone();
  for (let node = free.next(0); node >= 0; node = free.next(node + 1))
    if (choice.capacity.cpus[node] === 0) free.delete(node);
  free.andNot(choice.chosen);
  const blocks = new Blocks(choice, topology, free);
  const { segment } = choice.need;
  if (segment > 0)
    while (choice.nodes > 0 && choice.room > 0 && blocks.takeSegment(Math.min(segment, choice.nodes)));
  else blocks.take(choice.nodes);
  return choice.done || choice.acceptable;
}

/** The free nodes of each block, while some are taken for a job. */
class Blocks {
  constructor(
    private readonly choice: Choice,
    private readonly topology: BlockTopology,
    private readonly free: BitVector,
  ) {}

  /** Takes so many nodes, and as many as its CPUs need, inside one block; nothing when none has them. */
  take(nodes: number): void {
    const { levels } = this.topology;
    const found = levels.findIndex(({ size }) => size >= nodes);
    const inside = found < 0 ? this.free : this.tightest(levels[found]!.blocks, nodes, this.choice.cpus);
    if (inside === undefined || inside.overlap(this.free) < nodes) return;
    const unused = levels[0]!.blocks.filter((block) => block.overlaps(inside));
    while (!this.choice.done && unused.length > 0) {
      const block = this.fitting(unused);
      unused.splice(unused.indexOf(block), 1);
      this.takeFrom(block, Number.POSITIVE_INFINITY);
    }
  }

  /** Takes a piece of so many nodes inside a base block. False when none has them. */
  takeSegment(nodes: number): boolean {
    // Of the CPUs that are wanted it brings its part.
    const cpus = Math.ceil((this.choice.cpus * nodes) / this.choice.nodes);
    const block = this.tightest(this.topology.levels[0]!.blocks, nodes, cpus);
    if (block !== undefined) this.takeFrom(block, nodes);
    return block !== undefined;
  }

  /** Of the blocks with so many free nodes and CPUs, one with the lightest; then the fewest; then the last. */
  private tightest(blocks: readonly BitVector[], nodes: number, cpus: number): BitVector | undefined {
    let best: BitVector | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    let weight = Number.POSITIVE_INFINITY;
    for (const block of blocks) {
      const count = block.overlap(this.free);
      if (count === 0 || count < nodes || this.cpusOf(block) < cpus) continue;
      const lightest = this.inOrder(block)[0]!.weight;
      if (lightest > weight || (lightest === weight && count > fewest)) continue;
      best = block;
      fewest = count;
      weight = lightest;
    }
    return best;
  }

  /** Of the blocks that hold what is left the one with the fewest free nodes, else the one with the most; the last of equals. */
  private fitting(blocks: readonly BitVector[]): BitVector {
    const left = this.choice.nodes;
    let best = blocks[0]!;
    for (const block of blocks) {
      const count = block.overlap(this.free);
      const most = best.overlap(this.free);
      if (count >= left ? most < left || count <= most : most < left && count >= most) best = block;
    }
    return best;
  }

  /** Takes at most so many nodes of a block, light ones first, until the job has enough. */
  private takeFrom(block: BitVector, most: number): void {
    let left = most;
    for (const { node } of this.inOrder(block)) {
      if (this.choice.done || this.choice.room <= 0 || left-- <= 0) return;
      this.choice.take(node);
      this.free.delete(node);
    }
  }

  private inOrder(block: BitVector): { node: number; weight: number }[] {
    const { weight } = this.choice.capacity;
    const nodes = block.list().filter((node) => this.free.has(node));
    return nodes
      .map((node) => ({ node, weight: weight[node]! }))
      .sort((a, b) => a.weight - b.weight || a.node - b.node);
  }

  private cpusOf(block: BitVector): number {
    const { cpus } = this.choice.capacity;
    return block.list().reduce((sum, node) => sum + (this.free.has(node) ? cpus[node]! : 0), 0);
  }
}
