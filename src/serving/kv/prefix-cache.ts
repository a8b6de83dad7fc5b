import type { RequestTable } from "../request-table.js";
import type { BlockKeys } from "./block-keys.js";
import { longer } from "./block-rows.js";
import { PrefixIndex } from "./prefix-index.js";

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

/** Starts the counting anew. */
export function clearStats(stats: PrefixStats): void {
  stats.requests = stats.queries = stats.hits = 0;
  stats.preemptedRequests = stats.preemptedQueries = stats.preemptedHits = 0;
}

/** Which blocks on the GPUs can be found by their content, and what the last look-up found. */
export class PrefixCache {
  /** Blocks found by the last look-up: the first `count`. */
  hits = new Int32Array(16);
  count = 0;
  readonly #index: PrefixIndex;

  /**
   * @param size physical blocks
   * @param blockSize tokens per block
   */
  constructor(
    readonly requests: RequestTable,
    readonly keys: BlockKeys,
    readonly size: number,
    readonly blockSize: number,
  ) {
    this.#index = new PrefixIndex(size, blockSize);
  }

  /** Looks a request up. @returns the most blocks that could have been found */
  lookup(request: number, stats: PrefixStats): number {
    const known = this.requests.known(request);
    const fresh = this.requests.preemptions[request] === 0;
    // What is a request's own is only there after its preemption.
    let most = Math.floor((known - 1) / this.blockSize);
    if (fresh) most = Math.min(most, this.keys.identity.shared(request));
    this.#find(request, most);
    const hits = this.count * this.blockSize;
    if (fresh) {
      stats.requests++;
      stats.queries += known;
      stats.hits += hits;
    } else {
      stats.preemptedRequests++;
      stats.preemptedQueries += known;
      stats.preemptedHits += hits;
    }
    return most;
  }

  #find(request: number, most: number): void {
    const { keys } = this.keys;
    this.count = 0;
    while (this.hits.length < most) this.hits = longer(this.hits);
    for (let from = 0, count = 0; from < most; from += count) {
      count = this.keys.read(request, from, most);
      for (let i = 0; i < count; i++) {
        const found = this.#index.find(keys[i]!);
        if (found < 0) return;
        this.hits[this.count++] = found;
      }
    }
  }

  /** Makes some blocks of a request's row findable. */
  insert(request: number, row: Int32Array, first: number, end: number): void {
    const index = this.#index;
    const { keys } = this.keys;
    for (let from = first, count = 0; from < end; from += count) {
      count = this.keys.read(request, from, end);
      for (let i = 0; i < count; i++)
        if (!index.holds(row[from + i]!)) index.insert(keys[i]!, row[from + i]!);
    }
  }

  /** Forgets what some blocks of a row hold: they were taken for something else. */
  evict(row: Int32Array, from: number, to: number): void {
    const index = this.#index;
    if (index.size > 0) for (let i = from; i < to; i++) index.evict(row[i]!);
  }

  clear(): void {
    for (let block = 1; block < this.size; block++) this.#index.evict(block);
  }

  /**
   * Whether one of these requests, each decoding, will fill the very block that comes next in the cached prefix of a
   * waiting one: the answer that a conversation's next turn begins with.
   */
  grows(waiting: number, items: Int32Array, count: number): boolean {
    const { identity, keys } = this.keys;
    const most = identity.shared(waiting);
    if (most === 0) return false;
    for (let i = 0; i < count; i++) {
      const next = this.requests.hashedBlocks[items[i]!]!;
      if (next >= most || next >= identity.shared(items[i]!)) continue;
      this.keys.read(items[i]!, next, next + 1);
      const key = keys[0]!;
      this.keys.read(waiting, next, next + 1);
      if (keys[0] === key) return true;
    }
    return false;
  }

  /** Ids of the blocks whose content can be found, ascending. */
  list(): number[] {
    const ids: number[] = [];
    for (let block = 1; block < this.size; block++) if (this.#index.holds(block)) ids.push(block);
    return ids;
  }
}
