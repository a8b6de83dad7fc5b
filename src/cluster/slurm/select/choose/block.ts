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
  const unit = blockSizes[0] ?? Math.max(...base.map((set) => set.count()));
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

/**
 * Inside one aligned block of the smallest size that holds the job (or, with --segment, each piece of it), and there in
 * as few smaller blocks as can be. `eval_nodes_block.c`, 26.05.
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
  const { segment } = choice.need;
  while (choice.nodes > 0) {
    const piece = segment > 0 ? Math.min(segment, choice.nodes) : choice.nodes;
    const level = topology.levels.findIndex(({ size }) => size >= piece);
    if (!takePiece(choice, topology, free, piece, level)) return false;
  }
  return choice.done || choice.acceptable;
}

/** `level` -1: no block is large enough, so that the whole cluster is one. */
function takePiece(
  choice: Choice,
  topology: BlockTopology,
  free: BitVector,
  piece: number,
  level: number,
): boolean {
  let inside: BitVector | undefined = free;
  if (level >= 0) {
    inside = undefined;
    let best = Number.POSITIVE_INFINITY;
    let weight = Number.POSITIVE_INFINITY;
    for (const block of topology.levels[level]!.blocks) {
      const here = block.overlap(free);
      if (here < piece || !block.overlaps(free)) continue;
      const lightest = lightestOf(choice, block, free);
      // Of equals the later one.
      if (lightest > weight || (lightest === weight && here > best)) continue;
      inside = block;
      best = here;
      weight = lightest;
    }
  }
  if (inside === undefined || inside.overlap(free) < piece) return false;
  fill(choice, topology, free, inside, piece, level < 0 ? topology.levels.length - 1 : level - 1);
  return true;
}

/** Fills a block from the smaller ones in it: the tightest that holds the rest, else the fullest. */
function fill(
  choice: Choice,
  topology: BlockTopology,
  free: BitVector,
  inside: BitVector,
  count: number,
  level: number,
): void {
  let left = count;
  if (level < 0) {
    for (let node = inside.next(0); node >= 0 && left > 0; node = inside.next(node + 1))
      if (free.has(node)) {
        choice.take(node);
        free.delete(node);
        left--;
      }
    return;
  }
  const blocks = topology.levels[level]!.blocks.filter((block) => block.overlaps(inside));
  while (left > 0 && blocks.length > 0) {
    let best = 0;
    for (let i = 1; i < blocks.length; i++) {
      const here = blocks[i]!.overlap(free);
      const most = blocks[best]!.overlap(free);
      if (here >= left ? most < left || here < most : most < left && here > most) best = i;
    }
    const [block] = blocks.splice(best, 1);
    const take = Math.min(left, block!.overlap(free));
    fill(choice, topology, free, block!, take, level - 1);
    left -= take;
  }
}

function lightestOf(choice: Choice, block: BitVector, free: BitVector): number {
  let weight = Number.POSITIVE_INFINITY;
  for (let node = block.next(0); node >= 0; node = block.next(node + 1))
    if (free.has(node)) weight = Math.min(weight, choice.capacity.weight[node]!);
  return weight;
}
