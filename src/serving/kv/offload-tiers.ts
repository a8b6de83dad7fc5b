/** Where the KV of a block can lie. */
export const Tier = { None: -1, Gpu: 0, Host: 1, Disk: 2 } as const;
export type Tier = (typeof Tier)[keyof typeof Tier];

/** A tier below the GPU: its capacity in blocks, and how long reading one block from it takes, µs. */
export interface TierSetup {
  blocks: number;
  blockTime: number;
}

/**
 * Host memory and disk of one replica, which keep copies of the KV blocks that its GPUs have computed. A block is written
 * to host memory as soon as it is full; the least recently used one makes room and goes to disk, and from there away. So a
 * content lies in host memory or on disk, never in both, whether or not the GPUs have it as well. Writing goes on beside
 * the computation and costs no time; reading does.
 */
export class OffloadTiers {
  /** Blocks moved since the start, and copies given up. */
  readonly moved = { gpuToHost: 0, hostToGpu: 0, hostToDisk: 0, diskToHost: 0, dropped: 0 };
  /** Content keys, the least recently used first. */
  readonly #host = new Set<number>();
  readonly #disk = new Set<number>();

  constructor(
    readonly host: TierSetup,
    readonly disk: TierSetup = { blocks: 0, blockTime: 0 },
  ) {}

  get hostBlocks(): number {
    return this.#host.size;
  }
  get diskBlocks(): number {
    return this.#disk.size;
  }

  where(key: number): Tier {
    return this.#host.has(key) ? Tier.Host : this.#disk.has(key) ? Tier.Disk : Tier.None;
  }

  /** The GPUs have filled a block, or use one again. */
  store(key: number): void {
    if (!this.#host.delete(key)) {
      if (this.#disk.delete(key)) this.moved.dropped++;
      this.moved.gpuToHost++;
    }
    this.keep(key);
  }

  /**
   * Reads a block that is here for the GPUs, by way of host memory, where `keep` must put it once all are read that are
   * read together: until then nothing pushes it out.
   *
   * @returns how long that takes, µs
   */
  read(key: number): number {
    this.moved.hostToGpu++;
    if (this.#host.delete(key)) return this.host.blockTime;
    this.#disk.delete(key);
    this.moved.diskToHost++;
    return this.host.blockTime + this.disk.blockTime;
  }

  /** The replica has gone, and its memory with it. */
  clear(): void {
    this.moved.dropped += this.#host.size + this.#disk.size;
    this.#host.clear();
    this.#disk.clear();
  }

  /** Puts a block into host memory, as the one used last. */
  keep(key: number): void {
    this.#host.add(key);
    if (this.#host.size <= this.host.blocks) return;
    const [oldest] = this.#host;
    this.#host.delete(oldest!);
    if (this.disk.blocks > 0) {
      this.#disk.add(oldest!);
      this.moved.hostToDisk++;
    } else this.moved.dropped++;
    if (this.#disk.size <= this.disk.blocks) return;
    const [last] = this.#disk;
    this.#disk.delete(last!);
    this.moved.dropped++;
  }
}
