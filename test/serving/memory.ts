import type { Engine } from "../../src/serving/engine.js";
import type { KvCache } from "../../src/serving/kv/kv-cache.js";
import { RadixMemory } from "../../src/serving/sglang/radix-memory.js";
import { ROOT } from "../../src/serving/sglang/radix-tree.js";

/** What a run leaves behind in an engine's memory: counters, and what is free or cached in the order in which it will go. */
export function memoryState({ memory }: Engine) {
  if (!(memory instanceof RadixMemory)) {
    const { stats, pool } = memory as KvCache;
    return { stats: { ...stats }, free: pool.freeQueue(pool.size) };
  }
  const { tree, available } = memory;
  const nodes = tree.list().map((node) => ({
    node,
    parent: tree.parent[node],
    length: tree.length[node],
    locks: tree.locks[node],
    hits: tree.hits[node],
    access: tree.access[node],
    created: tree.created[node],
  }));
  return { available, evictable: tree.evictable, nodes };
}

/** What contradicts that each block, or token slot, has exactly the owners that it should have. */
export function wrongMemory(engine: Engine): string[] {
  return engine.memory instanceof RadixMemory ? wrongTree(engine, engine.memory) : wrongBlocks(engine);
}

/** Every block has as many owners as references, and is in the free queue exactly when it has none. */
function wrongBlocks({ kv, running, loading, waiting, requests }: Engine): string[] {
  const wrong: string[] = [];
  const owners = new Int32Array(kv.pool.size);
  for (const request of [...running.list(), ...loading.list()]) {
    const blocks = kv.blockIds(request);
    if (new Set(blocks).size !== blocks.length) wrong.push(`request ${request} holds a block twice`);
    for (const block of blocks) owners[block]!++;
    if (blocks.length * kv.blockSize < requests.computed[request]!)
      wrong.push(`request ${request} lacks blocks`);
  }
  for (const request of waiting.list())
    if (kv.blockIds(request).length > 0) wrong.push(`request ${request} waits and holds blocks`);
  const free = new Set(kv.pool.freeQueue(kv.pool.size));
  if (free.size !== kv.pool.free)
    wrong.push(`${free.size} blocks in the free queue, ${kv.pool.free} counted`);
  for (let block = 0; block < kv.pool.size; block++) {
    if (kv.pool.references(block) !== owners[block])
      wrong.push(`block ${block} has other references than owners`);
    if (free.has(block) !== (owners[block] === 0 && block > 0))
      wrong.push(`block ${block} is in the wrong place`);
  }
  return wrong;
}

/** The tree's tokens, the free slots and what requests hold on their own are all slots; locks are those of requests. */
function wrongTree({ running, waiting, requests }: Engine, memory: RadixMemory): string[] {
  const { tree, available, total } = memory;
  const wrong: string[] = [];
  const locks = new Map<number, number>();
  let own = 0;
  for (const request of running.list()) {
    const held = memory.held(request);
    if (held < 0) wrong.push(`request ${request} runs and holds nothing`);
    let above = 0;
    for (let node = held; node > ROOT; node = tree.parent[node]!) {
      locks.set(node, (locks.get(node) ?? 0) + 1);
      above += tree.length[node]!;
    }
    if (above !== memory.cached(request)) wrong.push(`request ${request} has ${above} tokens in the tree`);
    own += memory.ceil(requests.computed[request]!) - memory.cached(request);
  }
  for (const request of waiting.list())
    if (memory.held(request) >= 0) wrong.push(`request ${request} waits and holds memory`);
  let evictable = 0;
  let locked = 0;
  const children = new Map<number, number>();
  for (const node of tree.list()) {
    const expected = locks.get(node) ?? 0;
    if (tree.locks[node] !== expected)
      wrong.push(`node ${node} has ${tree.locks[node]} locks, not ${expected}`);
    if (tree.length[node]! % memory.pageSize !== 0) wrong.push(`node ${node} does not fill its pages`);
    if (expected > 0) locked += tree.length[node]!;
    else evictable += tree.length[node]!;
    const parent = tree.parent[node]!;
    children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  for (const node of tree.list()) {
    const below = children.get(node) ?? 0;
    if (tree.children[node] !== below) wrong.push(`node ${node} has ${below} children`);
    if (tree.place[node]! >= 0 !== (below === 0 && tree.locks[node] === 0))
      wrong.push(`node ${node} is wrongly among those that can go`);
  }
  if (tree.evictable !== evictable || tree.locked !== locked)
    wrong.push(`${evictable} evictable and ${locked} locked tokens`);
  if (available < 0 || available + evictable + locked + own !== total)
    wrong.push(`${available} free + ${evictable} + ${locked} in the tree + ${own} of requests ≠ ${total}`);
  return wrong;
}
