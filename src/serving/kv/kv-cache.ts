import type { RequestTable } from "../request-table.js";
import { type BlockIdentity, ContentIdentity } from "./block-identity.js";
import { BlockKeys } from "./block-keys.js";
import { BlockPool } from "./block-pool.js";
import { BlockRows } from "./block-rows.js";
import type { FoundPrefix, KvMemory } from "./kv-memory.js";
import type { OffloadTiers } from "./offload-tiers.js";
import { clearStats, PrefixCache, type PrefixStats } from "./prefix-cache.js";
import type { SwapSpace } from "./swap-space.js";
import { TierLoader } from "./tier-loader.js";

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
  /** Of the request admitted last. */
  readonly found: FoundPrefix = { request: -1, gpu: 0, host: 0, disk: 0 };
  readonly #identity: BlockIdentity;
  readonly #rows: BlockRows;
  readonly #prefixes: PrefixCache | undefined;
  readonly #below: TierLoader | undefined;

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
    this.#identity = identity ?? new ContentIdentity(requests, blockSize);
    this.#rows = new BlockRows(requests, this.pool);
    const keys = new BlockKeys(this.#identity);
    this.#prefixes = prefixCaching ? new PrefixCache(requests, keys, size, blockSize) : undefined;
    this.#below = offload && new TierLoader(offload, keys, blockSize);
  }

  get used(): number {
    return this.pool.used;
  }

  get usable(): number {
    return this.pool.usable;
  }

  /** Whether blocks are shared by their content. */
  get findsPrefixes(): boolean {
    return this.#prefixes !== undefined;
  }

  /**
   * Finds the longest cached prefix of a request that holds nothing yet, for the `allocate` that follows. The last
   * token is never taken from the cache: it must be computed to yield the next one.
   *
   * @returns tokens found, a multiple of the block size
   */
  lookup(request: number): number {
    const prefixes = this.#prefixes;
    if (prefixes === undefined) return 0;
    const most = prefixes.lookup(request, this.stats);
    this.#below?.find(request, prefixes.count, most);
    return (prefixes.count + this.loads) * this.blockSize;
  }

  /** Blocks of tiers below among those that the last look-up found. */
  get loads(): number {
    return this.#below?.loads ?? 0;
  }

  /** Whether the free blocks let a request that holds some have room for so many tokens. */
  hasRoom(request: number, tokens: number): boolean {
    return this.#need(request, tokens, 0) <= this.pool.free;
  }

  takeTransfer(): number {
    return this.#below?.takeTransfer() ?? 0;
  }

  /** Blocks that must come out of the free queue for the request to hold `tokens`, found ones included. */
  #need(request: number, tokens: number, hits: number): number {
    let need = Math.max(0, Math.ceil(tokens / this.blockSize) - this.requests.blocks[request]! - hits);
    for (let i = 0; i < hits; i++) if (this.pool.references(this.#prefixes!.hits[i]!) === 0) need++;
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
    const hits = this.#prefixes?.count ?? 0;
    if (fits > slots && this.#need(request, fits, hits) > this.pool.free) return false;
    if (this.#need(request, slots, hits) > this.pool.free) return false;
    const row = this.#rows.open(request, Math.max(hits, Math.ceil(slots / this.blockSize)));
    for (let i = 0; i < hits; i++) {
      row[i] = this.#prefixes!.hits[i]!;
      this.pool.share(row[i]!);
    }
    this.requests.blocks[request] = hits;
    this.requests.hashedBlocks[request] = hits;
    const { found } = this;
    found.request = hits + this.loads > 0 ? request : -1;
    found.gpu = hits * this.blockSize;
    found.host = 0;
    found.disk = 0;
    this.#below?.load(request, hits, found);
    this.#take(request, slots);
    this.cache(request, cacheUpTo);
    return true;
  }

  /** Gives a running request room for `slots` tokens in all; false, and nothing changed, when there is none. */
  grow(request: number, slots: number, cacheUpTo: number): boolean {
    if (slots > this.requests.blocks[request]! * this.blockSize) {
      if (this.#need(request, slots, 0) > this.pool.free) return false;
      this.#take(request, slots);
    }
    this.cache(request, cacheUpTo);
    return true;
  }

  /** Room for `slots` tokens of a running request, which the free blocks are known to allow. */
  reserve(request: number, slots: number): void {
    if (slots > this.requests.blocks[request]! * this.blockSize) this.#take(request, slots);
  }

  #take(request: number, slots: number): void {
    const held = this.requests.blocks[request]!;
    const blocks = Math.ceil(slots / this.blockSize);
    if (blocks <= held) return;
    const row = this.#rows.open(request, blocks);
    this.pool.take(row, held, blocks);
    this.#prefixes?.evict(row, held, blocks);
    this.requests.blocks[request] = blocks;
    this.#settle(request);
  }

  /** Makes the request's full blocks among its first `tokens` tokens findable. */
  cache(request: number, tokens: number): void {
    const prefixes = this.#prefixes;
    if (prefixes === undefined) return;
    const from = this.requests.hashedBlocks[request]!;
    if (tokens < (from + 1) * this.blockSize) return;
    const full = Math.floor(tokens / this.blockSize);
    this.requests.hashedBlocks[request] = full;
    prefixes.insert(request, this.#rows.of(request), from, Math.min(full, this.#identity.shared(request)));
    this.#below?.store(request, from, full);
    this.#settle(request);
  }

  /** Up to where a request may go without a block to take or to make findable. */
  #settle(request: number): void {
    const { blocks, hashedBlocks, quiet } = this.requests;
    const room = blocks[request]! * this.blockSize;
    const filled = (hashedBlocks[request]! + 1) * this.blockSize - 1;
    quiet[request] = this.#prefixes === undefined ? room : Math.min(room, filled);
  }

  /** Whether a running request has yet to fill blocks that others may find, or that tiers below keep. */
  fillsShared(request: number): boolean {
    if (this.offload !== undefined) return true;
    return (
      this.#prefixes !== undefined && this.requests.hashedBlocks[request]! < this.#identity.shared(request)
    );
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

  /** Whether one of these requests, each decoding, will fill the block that a waiting one would find next. */
  growsPrefix(waiting: number, items: Int32Array, count: number): boolean {
    return this.#prefixes?.grows(waiting, items, count) ?? false;
  }

  /** The GPUs are gone, and everything that was cached with them; nobody may hold a block. */
  forget(): void {
    this.#prefixes?.clear();
    this.offload?.clear();
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
    if (resumes)
      this.#prefixes?.insert(
        request,
        this.#rows.of(request),
        this.#identity.shared(request),
        requests.hashedBlocks[request]!,
      );
    this.#rows.close(request);
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
    this.#rows.close(request);
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
    this.requests.hashedBlocks[request] = blocks;
    this.#take(request, blocks * this.blockSize);
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

  /** Starts the counting of look-ups anew. */
  clearStats(): void {
    clearStats(this.stats);
  }

  /** Physical ids of a request's blocks from the `from`-th on. */
  blockIds(request: number, from = 0): number[] {
    return this.#rows.list(request, from);
  }

  /** Ids of the blocks whose content can be found, ascending. */
  cachedBlocks(): number[] {
    return this.#prefixes?.list() ?? [];
  }
}
