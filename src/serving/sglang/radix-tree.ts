import { grown } from "../../core/column.js";
import { InvariantError } from "../../core/errors.js";
import type { RequestTable } from "../request-table.js";
import { EvictionHeap, type EvictionPolicy } from "./eviction.js";
import { TokenChains, TokenCursor } from "./token-runs.js";

/** The node above all others: it holds no tokens and never goes. */
export const ROOT = 0;

/**
 * SGLang's radix tree of cached tokens (python/sglang/srt/mem_cache/radix_cache.py): each node holds a run of tokens that
 * follow those of its parent. A node that requests use is locked, and so are all above it; the others can be evicted,
 * leaves first. Equal token addresses mean equal tokens behind equal tokens, so a node is found by the address of the last
 * token of its first page, wherever in the tree it is.
 */
export class RadixTree {
  /** Tokens in nodes that nobody uses. */
  evictable = 0;
  /** Tokens in nodes that somebody uses. */
  locked = 0;
  parent = new Int32Array(64);
  /** Tokens of the node. */
  length = new Int32Array(64);
  /** Requests that use the node or one below it. */
  locks = new Int32Array(64);
  children = new Int32Array(64);
  /** Insertions that passed through. */
  hits = new Int32Array(64);
  /** The largest priority of the requests that put something here. */
  priority = new Float64Array(64);
  /** Ticks of the tree's own clock. */
  access = new Float64Array(64);
  created = new Float64Array(64);
  /** Where the node stands among the children of its parent: those with smaller numbers came first. */
  order = new Float64Array(64);
  /** Place in the heap of leaves that can go, -1 for none, and rank there. */
  place = new Int32Array(64);
  rank = new Float64Array(64);

  /** By node: the address under which it is found, and its tokens. */
  #key = new Float64Array(64);
  #chain = new Int32Array(64);
  readonly #nodes = new Map<number, number>();
  readonly #chains = new TokenChains();
  readonly #cursor: TokenCursor;
  readonly #heap: EvictionHeap;
  readonly #free: number[] = [];
  #size = 1;
  #clock = 0;
  /** Tokens that the last `match` or `insert` found. */
  matched = 0;

  constructor(
    readonly requests: RequestTable,
    readonly pageSize: number,
    policy: EvictionPolicy,
  ) {
    this.#cursor = new TokenCursor(requests);
    this.#heap = new EvictionHeap(this, policy);
    this.place[ROOT] = -1;
  }

  /** Nodes besides the root. */
  get nodes(): number {
    return this.#nodes.size;
  }

  /**
   * Finds as many as are there of a request's first `tokens` tokens, in whole pages, for `matched`. All on the way count as
   * used just now, and a node of which only the beginning is found is split.
   *
   * @returns the deepest node found
   */
  match(request: number, tokens: number): number {
    this.#cursor.start(request);
    return this.#descend(tokens, 0, Number.NEGATIVE_INFINITY);
  }

  /**
   * Makes a request's first `tokens` tokens, as far as they fill pages, findable; `matched` of them were there before.
   *
   * @param counts the insertion counts as a hit
   * @returns the node of the last of them
   */
  insert(request: number, tokens: number, counts: boolean): number {
    const cursor = this.#cursor;
    cursor.start(request);
    const priority = this.requests.priority[request]!;
    const above = this.#descend(tokens, counts ? 1 : 0, priority);
    const length = tokens - (tokens % this.pageSize) - cursor.position;
    if (length <= 0) return above;
    const key = cursor.ahead(this.pageSize - 1);
    const node = this.#add(above, key, this.#chains.take(cursor, length), length);
    this.priority[node] = priority;
    if (counts) this.hits[node] = 1;
    this.evictable += length;
    this.children[above]!++;
    if (this.#heap.has(above)) this.#heap.remove(above);
    this.#heap.push(node);
    return node;
  }

  #descend(tokens: number, hit: number, priority: number): number {
    const cursor = this.#cursor;
    const page = this.pageSize;
    const end = tokens - (tokens % page);
    const now = ++this.#clock;
    let node = ROOT;
    while (cursor.position < end) {
      const child = this.#nodes.get(cursor.ahead(page - 1));
      if (child === undefined) break;
      const before = cursor.position;
      let common = this.#chains.common(this.#chain[child]!, cursor, end - before);
      const partial = common % page;
      if (partial > 0) {
        common -= partial;
        cursor.rewind();
        cursor.skip(before + common);
      }
      this.access[child] = now;
      node = common < this.length[child]! ? this.#split(child, common) : child;
      this.hits[node]! += hit;
      if (this.priority[node]! < priority) this.priority[node] = priority;
      if (this.#heap.has(child)) this.#heap.moved(child);
      if (node !== child) break;
    }
    this.matched = cursor.position;
    return node;
  }

  /** Cuts a node behind its first `tokens` tokens. The new upper part, which has the locks and hits of the whole. */
  #split(node: number, tokens: number): number {
    const chain = this.#chain[node]!;
    const rest = this.#chains.cut(chain, tokens);
    const upper = this.#add(this.parent[node]!, this.#key[node]!, chain, tokens);
    this.order[upper] = this.order[node]!;
    this.children[upper] = 1;
    this.locks[upper] = this.locks[node]!;
    this.hits[upper] = this.hits[node]!;
    this.priority[upper] = this.priority[node]!;
    this.parent[node] = upper;
    this.length[node]! -= tokens;
    this.#chain[node] = rest;
    this.#key[node] = this.#chains.at(rest, this.pageSize - 1);
    this.#nodes.set(this.#key[node]!, node);
    return upper;
  }

  /** Somebody uses a node, and all above it. */
  lock(from: number): void {
    for (let node = from; node !== ROOT; node = this.parent[node]!) {
      if (this.locks[node]!++ > 0) continue;
      this.evictable -= this.length[node]!;
      this.locked += this.length[node]!;
      if (this.#heap.has(node)) this.#heap.remove(node);
    }
  }

  unlock(from: number): void {
    for (let node = from; node !== ROOT; node = this.parent[node]!) {
      const left = --this.locks[node]!;
      if (left < 0) throw new InvariantError(`node ${node} of the radix tree was unlocked twice`);
      if (left > 0) continue;
      this.evictable += this.length[node]!;
      this.locked -= this.length[node]!;
      if (this.children[node] === 0) this.#heap.push(node);
    }
  }

  /**
   * Gives up unused leaves, each whole, until `tokens` tokens have gone or there are no more.
   *
   * @returns how many went
   */
  evict(tokens: number): number {
    let gone = 0;
    while (gone < tokens) {
      const leaf = this.#heap.peek();
      if (leaf < 0) break;
      gone += this.length[leaf]!;
      const above = this.parent[leaf]!;
      this.#remove(leaf);
      if (--this.children[above]! === 0 && above !== ROOT && this.locks[above] === 0) this.#heap.push(above);
    }
    this.evictable -= gone;
    return gone;
  }

  /** Forgets everything; nobody may use a node. */
  clear(): void {
    this.#nodes.clear();
    this.#chains.clear();
    this.#heap.clear();
    this.#free.length = 0;
    this.#size = 1;
    this.children[ROOT] = 0;
    this.evictable = 0;
    this.locked = 0;
  }

  /** All nodes besides the root. */
  list(): number[] {
    return [...this.#nodes.values()];
  }

  #add(parent: number, key: number, chain: number, length: number): number {
    const node = this.#free.pop() ?? this.#size++;
    if (node >= this.parent.length) this.#grow();
    const now = ++this.#clock;
    this.parent[node] = parent;
    this.length[node] = length;
    this.locks[node] = 0;
    this.children[node] = 0;
    this.hits[node] = 0;
    this.access[node] = now;
    this.created[node] = now;
    this.order[node] = now;
    this.place[node] = -1;
    this.#key[node] = key;
    this.#chain[node] = chain;
    this.#nodes.set(key, node);
    return node;
  }

  #remove(node: number): void {
    this.#heap.remove(node);
    this.#nodes.delete(this.#key[node]!);
    this.#chains.free(this.#chain[node]!);
    this.#free.push(node);
  }

  #grow(): void {
    const size = 2 * this.parent.length;
    this.parent = grown(this.parent, size);
    this.length = grown(this.length, size);
    this.locks = grown(this.locks, size);
    this.children = grown(this.children, size);
    this.hits = grown(this.hits, size);
    this.priority = grown(this.priority, size);
    this.access = grown(this.access, size);
    this.created = grown(this.created, size);
    this.order = grown(this.order, size);
    this.place = grown(this.place, size);
    this.rank = grown(this.rank, size);
    this.#key = grown(this.#key, size);
    this.#chain = grown(this.#chain, size);
  }
}
