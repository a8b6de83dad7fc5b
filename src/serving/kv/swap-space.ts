/**
 * Host memory that holds the KV blocks of requests that were swapped out: so many blocks, and how long one takes over
 * the link between host and GPU.
 */
export class SwapSpace {
  /** Blocks held. */
  used = 0;
  /** Blocks moved to the host, and back to the GPU. */
  movedOut = 0;
  movedIn = 0;

  /**
   * @param blocks its capacity
   * @param blockTime of one block, in either direction, µs
   */
  constructor(
    readonly blocks: number,
    readonly blockTime: number,
  ) {}

  /** Room for so many blocks from the GPU; false, and nothing changed, when there is none. */
  take(blocks: number): boolean {
    if (this.used + blocks > this.blocks) return false;
    this.used += blocks;
    this.movedOut += blocks;
    return true;
  }

  /** So many blocks go back to the GPU. */
  give(blocks: number): void {
    this.used -= blocks;
    this.movedIn += blocks;
  }

  /** So many blocks are not needed any more. */
  drop(blocks: number): void {
    this.used -= blocks;
  }
}
