import type { RequestTable } from "../request-table.js";
import { type BlockIdentity, ContentIdentity } from "./block-identity.js";
import { BlockPool } from "./block-pool.js";
import type { FoundPrefix, KvMemory } from "./kv-memory.js";
import { type OffloadTiers, Tier } from "./offload-tiers.js";
import { PrefixIndex } from "./prefix-index.js";
import type { SwapSpace } from "./swap-space.js";

/** Keys asked for at once. */
const KEYS = 256;

/** Look-ups of the prefix cache, as vLLM counts them: failed admissions are counted at every retry. */
export interface PrefixStats {
  requests: number;
  /** Tokens looked up, and tokens found. */
  queries: number;
  hits: number;
  /** The same for requests that had been preempted before. */
  preemptedRequests: number;
  preemptedQueries: number;
  preemptedHits: number;
}

/**
 * The paged KV cache of one engine: which physical blocks each request holds, in the order of its tokens. Follows vLLM
 * V1's KVCacheManager for one group of full attention (v1/core/kv_cache_manager.py, commit 4ff865c3).
 */
export class KvCache implements KvMemory {
  readonly pool: BlockPool;
  readonly stats: PrefixStats = {
    requests: 0,
    queries: 0,
    hits: 0,
    preemptedRequests: 0,
    preemptedQueries: 0,
    preemptedHits: 0,
  };
  readonly #index: PrefixIndex | undefined;
  readonly #identity: BlockIdentity;
  readonly #rows: Int32Array[] = [];
  readonly #freeRows: number[] = [];
  /** Result of the last look-up. */
  #hits = new Int32Array(16);
  #hitCount = 0;
  readonly #keys = new Float64Array(KEYS);
  /** Blocks behind the hits of the last look-up that lie in tiers below. */
  #loads = 0;
  /** Of the request admitted last. */
  readonly found: FoundPrefix = { request: -1, gpu: 0, host: 0, disk: 0 };
  #transfer = 0;

  /**
   * @param size physical blocks, the null block included
   * @param blockSize tokens per block
   * @param prefixCaching keep freed blocks findable by their content until they are taken again
   * @param identity what blocks contain; as the workload says when absent
   * @param swap host memory for the blocks of requests that are swapped out
   * @param offload tiers below, which keep copies of full blocks; they need prefix caching
   */
  constructor(
    readonly requests: RequestTable,
    size: number,
    readonly blockSize: number,
    prefixCaching = false,
    identity?: BlockIdentity,
    readonly swap?: SwapSpace,
    readonly offload?: OffloadTiers,
  ) {
    this.pool = new BlockPool(size);
    this.#index = prefixCaching ? new PrefixIndex(size, blockSize) : undefined;
    this.#identity = identity ?? new ContentIdentity(requests, blockSize);
  }

  /** Whether blocks are shared by their content. */
  get findsPrefixes(): boolean {
    return this.#index !== undefined;
  }

  /**
   * Finds the longest cached prefix of a request that holds nothing yet, for the `allocate` that follows. The last
   * token is never taken from the cache: it must be computed to yield the next one.
   *
   * @returns tokens found, a multiple of the block size
   */
  lookup(request: number): number {
    this.#hitCount = 0;
    this.#loads = 0;
    const index = this.#index;
    if (index === undefined) return 0;
    const known = this.requests.known(request);
    const fresh = this.requests.preemptions[request] === 0;
    // What is a request's own is only there after its preemption.
    let most = Math.floor((known - 1) / this.blockSize);
    if (fresh) most = Math.min(most, this.#identity.shared(request));
    this.#find(index, request, most);
    const hits = this.#hitCount * this.blockSize;
    const stats = this.stats;
    if (fresh) {
      stats.requests++;
      stats.queries += known;
      stats.hits += hits;
    } else {
      stats.preemptedRequests++;
      stats.preemptedQueries += known;
      stats.preemptedHits += hits;
    }
    if (this.offload !== undefined) this.#findBelow(this.offload, request, most);
    return hits + this.#loads * this.blockSize;
  }

  /** What goes on behind the hits in tiers below. */
  #findBelow(offload: OffloadTiers, request: number, most: number): void {
    const keys = this.#keys;
    const first = this.#hitCount;
    for (let from = first; from < most; from += KEYS) {
      const count = Math.min(KEYS, most - from);
      this.#identity.keys(request, from, from + count, keys);
      for (let i = 0; i < count; i++) {
        if (offload.where(keys[i]!) === Tier.None) return;
        this.#loads++;
      }
    }
  }

  /** Brings in what the look-up found below, and remembers what it found at all. */
  #load(request: number): void {
    const { offload, found, blockSize } = this;
    const hits = this.#hitCount;
    const end = hits + this.#loads;
    found.request = end > 0 ? request : -1;
    found.gpu = hits * blockSize;
    found.host = 0;
    found.disk = 0;
    if (offload === undefined) return;
    const keys = this.#keys;
    for (let from = hits; from < end; from += KEYS) {
      const count = Math.min(KEYS, end - from);
      this.#identity.keys(request, from, from + count, keys);
      for (let i = 0; i < count; i++) {
        if (offload.where(keys[i]!) === Tier.Disk) found.disk += blockSize;
        else found.host += blockSize;
        this.#transfer += offload.read(keys[i]!);
      }
    }
    for (let from = 0; from < end; from += KEYS) {
      const count = Math.min(KEYS, end - from);
      this.#identity.keys(request, from, from + count, keys);
      for (let i = 0; i < count; i++)
        if (from + i >= hits) offload.keep(keys[i]!);
        else if (offload.where(keys[i]!) !== Tier.None) offload.store(keys[i]!);
    }
  }

  get used(): number {
    return this.pool.used;
  }

  get usable(): number {
    return this.pool.usable;
  }

  takeTransfer(): number {
    const time = this.#transfer;
    this.#transfer = 0;
    return time;
  }

  #find(index: PrefixIndex, request: number, most: number): void {
    const keys = this.#keys;
    while (this.#hits.length < most) this.#hits = longer(this.#hits);
    for (let from = 0; from < most; from += KEYS) {
      const count = Math.min(KEYS, most - from);
      this.#identity.keys(request, from, from + count, keys);
      for (let i = 0; i < count; i++) {
        const found = index.find(keys[i]!);
        if (found < 0) return;
        this.#hits[this.#hitCount++] = found;
      }
    }
  }

  /** Blocks that must come out of the free queue for the request to hold `tokens`, found ones included. */
  #need(request: number, tokens: number, hits: number): number {
    let need = Math.max(0, Math.ceil(tokens / this.blockSize) - this.requests.blocks[request]! - hits);
    for (let i = 0; i < hits; i++) if (this.pool.references(this.#hits[i]!) === 0) need++;
    return need;
  }

  /**
   * Gives an admitted request, whose `lookup` came just before, the found blocks and room for `slots` tokens.
   *
   * @param fits tokens for which there must be room now although only `slots` are taken
   * @param cacheUpTo tokens whose blocks may be found by others from now on
   * @returns false, and nothing changed, when there are not enough free blocks
   */
  admit(request: number, slots: number, fits: number, cacheUpTo: number): boolean {
    const hits = this.#hitCount;
    if (fits > slots && this.#need(request, fits, hits) > this.pool.free) return false;
    if (this.#need(request, slots, hits) > this.pool.free) return false;
    const row = this.#row(request, Math.max(hits, Math.ceil(slots / this.blockSize)));
    for (let i = 0; i < hits; i++) {
      this.pool.share(this.#hits[i]!);
      row[i] = this.#hits[i]!;
    }
    this.requests.blocks[request] = hits;
    this.requests.hashedBlocks[request] = hits;
    this.#load(request);
    this.#take(request, slots);
    if (this.#index !== undefined) this.cache(request, cacheUpTo);
    return true;
  }

  /** Gives a running request room for `slots` tokens in all; false, and nothing changed, when there is none. */
  grow(request: number, slots: number, cacheUpTo: number): boolean {
    if (slots > this.requests.blocks[request]! * this.blockSize) {
      if (this.#need(request, slots, 0) > this.pool.free) return false;
      this.#take(request, slots);
    }
    if (this.#index !== undefined) this.cache(request, cacheUpTo);
    return true;
  }

  /** Room for `slots` tokens of a running request, which the free blocks are known to allow. */
  reserve(request: number, slots: number): void {
    if (slots > this.requests.blocks[request]! * this.blockSize) this.#take(request, slots);
  }

  /** Whether a running request has yet to fill blocks that others may find, or that tiers below keep. */
  fillsShared(request: number): boolean {
    if (this.offload !== undefined) return true;
    return this.#index !== undefined && this.requests.hashedBlocks[request]! < this.#identity.shared(request);
  }

  /**
   * How often in a row each of the first `count` of these requests can take one more token before the free blocks run
   * out; at most `most`.
   *
   * @param spare blocks that must stay free
   */
  roundsWithin(items: Int32Array, count: number, most: number, spare = 0): number {
    const free = this.pool.free - spare;
    if (most <= 0 || count * (Math.ceil(most / this.blockSize) + 1) <= free) return most;
    let enough = 0;
    let tooMany = most + 1;
    while (tooMany - enough > 1) {
      const rounds = (enough + tooMany) >> 1;
      let need = 0;
      for (let i = 0; i < count; i++)
        need += this.#need(items[i]!, this.requests.computed[items[i]!]! + rounds, 0);
      if (need <= free) enough = rounds;
      else tooMany = rounds;
    }
    return enough;
  }

  /**
   * Whether one of these requests, each decoding, will fill the very block that comes next in the cached prefix of a
   * waiting one: the answer that a conversation's next turn begins with.
   */
  growsPrefix(waiting: number, items: Int32Array, count: number): boolean {
    if (this.#index === undefined || this.#identity.shared(waiting) === 0) return false;
    for (let i = 0; i < count; i++) {
      const next = this.requests.hashedBlocks[items[i]!]!;
      if (next >= this.#identity.shared(items[i]!) || next >= this.#identity.shared(waiting)) continue;
      this.#identity.keys(items[i]!, next, next + 1, this.#keys);
      const key = this.#keys[0]!;
      this.#identity.keys(waiting, next, next + 1, this.#keys);
      if (this.#keys[0] === key) return true;
    }
    return false;
  }

  /** Makes the request's full blocks among its first `tokens` tokens findable. */
  cache(request: number, tokens: number): void {
    const index = this.#index;
    if (index === undefined) return;
    const from = this.requests.hashedBlocks[request]!;
    if (tokens < (from + 1) * this.blockSize) return;
    const full = Math.floor(tokens / this.blockSize);
    this.requests.hashedBlocks[request] = full;
    this.#insert(request, from, Math.min(full, this.#identity.shared(request)));
    if (this.offload !== undefined) this.#store(this.offload, request, from, full);
  }

  #store(offload: OffloadTiers, request: number, first: number, end: number): void {
    const keys = this.#keys;
    for (let from = first; from < end; from += KEYS) {
      const count = Math.min(KEYS, end - from);
      this.#identity.keys(request, from, from + count, keys);
      for (let i = 0; i < count; i++) offload.store(keys[i]!);
    }
  }

  forget(): void {
    if (this.#index !== undefined)
      for (let block = 1; block < this.pool.size; block++) this.#index.evict(block);
    this.offload?.clear();
  }

  #insert(request: number, first: number, end: number): void {
    const index = this.#index!;
    const keys = this.#keys;
    for (let from = first; from < end; from += KEYS) {
      const count = Math.min(KEYS, end - from);
      const row = this.#rows[this.requests.row[request]!]!;
      this.#identity.keys(request, from, from + count, keys);
      for (let i = 0; i < count; i++)
        if (!index.holds(row[from + i]!)) index.insert(keys[i]!, row[from + i]!);
    }
  }

  /**
   * Takes everything from a request, its last block first, so that its tail is what gets overwritten first.
   *
   * @param resumes it will come back and look for its blocks
   */
  free(request: number, resumes: boolean): void {
    const { requests } = this;
    this.#dropSwapped(request);
    if (requests.row[request]! < 0) return;
    // Only now may somebody look for what is its own: the request itself.
    if (resumes && this.#index !== undefined)
      this.#insert(request, this.#identity.shared(request), requests.hashedBlocks[request]!);
    this.#release(request);
  }

  /**
   * Moves all blocks of a request to host memory.
   *
   * @returns how long that takes, µs; -1, and nothing changed, when there is no room
   */
  swapOut(request: number): number {
    const blocks = this.requests.blocks[request]!;
    if (this.swap === undefined || !this.swap.take(blocks)) return -1;
    this.requests.swapped[request] = blocks;
    this.#release(request);
    return blocks * this.swap.blockTime;
  }

  /**
   * Moves a swapped request's blocks back. Others do not find their content any more.
   *
   * @returns how long that takes, µs; -1, and nothing changed, when there are too few free blocks
   */
  swapIn(request: number): number {
    const blocks = this.requests.swapped[request]!;
    if (this.swap === undefined || blocks > this.pool.free) return -1;
    this.#take(request, blocks * this.blockSize);
    this.requests.hashedBlocks[request] = blocks;
    this.requests.swapped[request] = 0;
    this.swap.give(blocks);
    return blocks * this.swap.blockTime;
  }

  #dropSwapped(request: number): void {
    const blocks = this.requests.swapped[request]!;
    if (blocks === 0) return;
    this.requests.swapped[request] = 0;
    this.swap!.drop(blocks);
  }

  #release(request: number): void {
    const { requests } = this;
    const at = requests.row[request]!;
    if (at < 0) return;
    this.pool.release(this.#rows[at]!, requests.blocks[request]!);
    requests.blocks[request] = 0;
    requests.hashedBlocks[request] = 0;
    requests.row[request] = -1;
    this.#freeRows.push(at);
  }

  /** Starts the counting of look-ups anew. */
  clearStats(): void {
    const { stats } = this;
    stats.requests = stats.queries = stats.hits = 0;
    stats.preemptedRequests = stats.preemptedQueries = stats.preemptedHits = 0;
  }

  /** Physical ids of a request's blocks from the `from`-th on. */
  blockIds(request: number, from = 0): number[] {
    const row = this.requests.row[request]!;
    return row < 0 ? [] : [...this.#rows[row]!.subarray(from, this.requests.blocks[request]!)];
  }

  /** Ids of the blocks whose content can be found, ascending. */
  cachedBlocks(): number[] {
    const ids: number[] = [];
    for (let block = 1; block < this.pool.size; block++) if (this.#index?.holds(block)) ids.push(block);
    return ids;
  }

  #take(request: number, slots: number): void {
    const held = this.requests.blocks[request]!;
    const blocks = Math.ceil(slots / this.blockSize);
    if (blocks <= held) return;
    const row = this.#row(request, blocks);
    this.pool.take(row, held, blocks);
    const index = this.#index;
    if (index !== undefined && index.size > 0) for (let i = held; i < blocks; i++) index.evict(row[i]!);
    this.requests.blocks[request] = blocks;
  }

  /** The request's row of the block table, with room for `blocks`. */
  #row(request: number, blocks: number): Int32Array {
    let at = this.requests.row[request]!;
    if (at < 0) {
      at = this.#freeRows.pop() ?? this.#rows.push(new Int32Array(16)) - 1;
      this.requests.row[request] = at;
    }
    while (this.#rows[at]!.length < blocks) this.#rows[at] = longer(this.#rows[at]!);
    return this.#rows[at]!;
  }
}

function longer(row: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(row.length * 2);
  larger.set(row);
  return larger;
}
