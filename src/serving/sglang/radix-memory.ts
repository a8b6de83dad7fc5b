import { grown } from "../../core/column.js";
import type { KvMemory } from "../kv/kv-memory.js";
import type { Leap } from "../leap.js";
import type { RequestTable } from "../request-table.js";
import type { EvictionPolicy } from "./eviction.js";
import { RadixTree, ROOT } from "./radix-tree.js";

/**
 * SGLang's KV memory: token slots, handed out by the page, of which the radix tree keeps those whose content is known
 * (mem_cache/common.py and the cache_*_req methods of radix_cache.py). Which slots they are decides nothing, so they are
 * only counted: at any time `available`, the tree's tokens and what requests hold on their own make up `total`. What a
 * request holds on its own are the pages of its computed tokens behind those that are in the tree.
 */
export class RadixMemory implements KvMemory {
  /** Free token slots. */
  available: number;
  readonly found = { request: -1, gpu: 0, host: 0, disk: 0 };
  readonly tree: RadixTree;
  /** By request: the deepest node that it locks (-1 when it holds nothing), and how many of its tokens the tree has. */
  #node = new Int32Array(64).fill(-1);
  #cached = new Int32Array(64);
  /** By place in a page: decoding requests whose next token comes there. */
  readonly #places: Int32Array;

  /**
   * @param total token slots, a multiple of the page size
   * @param caching keep a radix tree; without it nothing is shared
   */
  constructor(
    readonly requests: RequestTable,
    readonly total: number,
    readonly pageSize: number,
    readonly caching: boolean,
    policy: EvictionPolicy,
  ) {
    this.available = total;
    this.tree = new RadixTree(requests, pageSize, policy);
    this.#places = new Int32Array(pageSize);
  }

  /** Free slots, and those that the tree could give up. */
  get obtainable(): number {
    return this.available + this.tree.evictable;
  }

  get used(): number {
    return (this.total - this.obtainable) / this.pageSize;
  }

  get usable(): number {
    return this.total / this.pageSize;
  }

  ceil(tokens: number): number {
    return Math.ceil(tokens / this.pageSize) * this.pageSize;
  }

  floor(tokens: number): number {
    return tokens - (tokens % this.pageSize);
  }

  /**
   * Finds what the tree has of a request's first `tokens` tokens: so many as `tree.matched` says.
   *
   * @returns the deepest node found
   */
  match(request: number, tokens: number): number {
    const { contentTokens, preemptions } = this.requests;
    this.tree.matched = 0;
    // What only this request can have is there after a retraction at most.
    const any = contentTokens[request]! >= this.pageSize || preemptions[request]! > 0;
    return this.caching && any ? this.tree.match(request, tokens) : ROOT;
  }

  /** A request that held nothing takes up the `tokens` tokens that it found down to a node, which it has locked. */
  hold(request: number, node: number, tokens: number): void {
    if (request >= this.#node.length) {
      const before = this.#node.length;
      const size = this.requests.input.length;
      this.#node = grown(this.#node, size).fill(-1, before);
      this.#cached = grown(this.#cached, size);
    }
    this.#node[request] = node;
    this.#cached[request] = tokens;
  }

  /** Says in `found` what an admitted request found. */
  tell(request: number): void {
    this.found.gpu = this.#cached[request]!;
    this.found.request = this.found.gpu > 0 ? request : -1;
  }

  /** Tokens of a request that it has in the tree. */
  cached(request: number): number {
    return this.#cached[request]!;
  }

  /** The node that a request holds; -1 when it holds nothing. */
  held(request: number): number {
    return request < this.#node.length ? this.#node[request]! : -1;
  }

  /**
   * Lets the tree give up `tokens` tokens if fewer slots are free.
   *
   * @returns whether there are so many free now
   */
  ensure(tokens: number): boolean {
    if (this.available < tokens) this.available += this.tree.evict(tokens);
    return this.available >= tokens;
  }

  /** Slots for a request's next `tokens` tokens, which must be free. */
  take(request: number, tokens: number): void {
    const computed = this.requests.computed[request]!;
    this.available -= this.ceil(computed + tokens) - this.ceil(computed);
  }

  /** Makes a request's first `tokens` tokens, which are computed, findable: they go over to the tree. */
  cache(request: number, tokens: number, chunked: boolean): void {
    if (!this.caching) return;
    const { tree } = this;
    const node = this.#insert(request, tokens, !chunked);
    tree.unlock(this.#node[request]!);
    tree.lock(node);
    this.#node[request] = node;
    this.#cached[request] = this.floor(tokens);
  }

  /** Slots of tokens that turn out to be in the tree already are free again. */
  #insert(request: number, tokens: number, counts: boolean): number {
    const node = this.tree.insert(request, tokens, counts);
    this.available += this.tree.matched - this.#cached[request]!;
    return node;
  }

  /** What a request that ends has computed stays findable; one that resumes gives up what is not in the tree yet. */
  free(request: number, resumes: boolean): void {
    const node = this.held(request);
    if (node < 0) return;
    const computed = this.requests.computed[request]!;
    let cached = this.#cached[request]!;
    if (!resumes && this.caching) {
      const tokens = Math.min(computed, this.requests.known(request));
      this.#insert(request, tokens, true);
      cached = this.floor(tokens);
    }
    this.available += this.ceil(computed) - cached;
    this.tree.unlock(node);
    this.#node[request] = -1;
  }

  forget(): void {
    this.tree.clear();
    this.available = this.total;
  }

  takeTransfer(): number {
    return 0;
  }

  /** Slots that the next token of each of these requests takes. */
  decodeNeed(items: Int32Array, count: number): number {
    const { pageSize } = this;
    if (pageSize === 1) return count;
    const { computed } = this.requests;
    let pages = 0;
    for (let i = 0; i < count; i++) if (computed[items[i]!]! % pageSize === 0) pages++;
    return pages * pageSize;
  }

  /** Takes them, which must be free. Room is made as if each request took a page. */
  takeDecode(items: Int32Array, count: number): void {
    this.#take(count, this.decodeNeed(items, count));
  }

  #take(count: number, need: number): void {
    if (this.pageSize > 1) this.ensure(count * this.pageSize);
    this.available -= need;
  }

  /** How often in a row each of these requests can take one more token; at most `most`. */
  roundsWithin(items: Int32Array, count: number, most: number): number {
    const { pageSize, obtainable: free } = this;
    if (count * (Math.ceil(most / pageSize) + 1) * pageSize <= free) return most;
    if (pageSize === 1) return Math.min(most, Math.floor(free / count));
    this.#sort(items, count);
    let rounds = 0;
    let left = free;
    while (rounds < most) {
      left -= this.#places[(pageSize - (rounds % pageSize)) % pageSize]! * pageSize;
      if (left < 0) break;
      rounds++;
    }
    return rounds;
  }

  /** The slots that a decoding batch takes in many rounds, evicting when single rounds would. */
  grow(items: Int32Array, count: number, { rounds, used }: Leap): void {
    const { pageSize } = this;
    if (pageSize > 1) this.#sort(items, count);
    let pages = this.used;
    for (let round = 0; round < rounds; round++) {
      const more = pageSize === 1 ? count : this.#places[(pageSize - (round % pageSize)) % pageSize]!;
      this.ensure(more * pageSize);
      this.#take(count, more * pageSize);
      pages += more;
      used[round] = pages;
    }
  }

  #sort(items: Int32Array, count: number): void {
    const { computed } = this.requests;
    this.#places.fill(0);
    for (let i = 0; i < count; i++) this.#places[computed[items[i]!]! % this.pageSize]!++;
  }
}
