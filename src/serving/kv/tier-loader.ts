import type { BlockKeys } from "./block-keys.js";
import type { FoundPrefix } from "./kv-memory.js";
import { type OffloadTiers, Tier } from "./offload-tiers.js";

/** Looks for blocks in the tiers below the GPUs, and moves them. */
export class TierLoader {
  /** Blocks behind the hits of the last look-up that lie below. */
  loads = 0;
  #transfer = 0;

  constructor(
    readonly tiers: OffloadTiers,
    readonly keys: BlockKeys,
    readonly blockSize: number,
  ) {}

  /** Counts the blocks of a request from the `first`-th on that lie below, up to the first that does not. */
  find(request: number, first: number, most: number): void {
    const { keys } = this.keys;
    this.loads = 0;
    for (let from = first, count = 0; from < most; from += count) {
      count = this.keys.read(request, from, most);
      for (let i = 0; i < count; i++) {
        if (this.tiers.where(keys[i]!) === Tier.None) return;
        this.loads++;
      }
    }
  }

  /** Brings in what `find` found behind `hits` blocks, and adds to `found` where it lay. */
  load(request: number, hits: number, found: FoundPrefix): void {
    const { tiers, blockSize } = this;
    const { keys } = this.keys;
    const end = hits + this.loads;
    for (let from = hits, count = 0; from < end; from += count) {
      count = this.keys.read(request, from, end);
      for (let i = 0; i < count; i++) {
        if (tiers.where(keys[i]!) === Tier.Disk) found.disk += blockSize;
        else found.host += blockSize;
        this.#transfer += tiers.read(keys[i]!);
      }
    }
    for (let from = 0, count = 0; from < end; from += count) {
      count = this.keys.read(request, from, end);
      for (let i = 0; i < count; i++)
        if (from + i >= hits) tiers.keep(keys[i]!);
        else if (tiers.where(keys[i]!) !== Tier.None) tiers.store(keys[i]!);
    }
  }

  /** Writes some blocks of a request, just filled, to host memory. */
  store(request: number, first: number, end: number): void {
    const { keys } = this.keys;
    for (let from = first, count = 0; from < end; from += count) {
      count = this.keys.read(request, from, end);
      for (let i = 0; i < count; i++) this.tiers.store(keys[i]!);
    }
  }

  /** µs that reading took since it was asked last. */
  takeTransfer(): number {
    const time = this.#transfer;
    this.#transfer = 0;
    return time;
  }
}
