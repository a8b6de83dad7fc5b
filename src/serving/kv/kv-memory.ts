/** Tokens that an admitted request found cached, by the tier that they lie in; `request` -1 when it found nothing. */
export interface FoundPrefix {
  request: number;
  gpu: number;
  host: number;
  disk: number;
}

/**
 * What an engine and its replica ask of the memory that holds keys and values. How requests get theirs is between the
 * memory and the scheduler.
 */
export interface KvMemory {
  /** Blocks that requests hold, and blocks that can be handed out at all. */
  readonly used: number;
  readonly usable: number;
  readonly found: FoundPrefix;
  /**
   * Takes everything from a request.
   *
   * @param resumes it will come back and compute everything again
   */
  free(request: number, resumes: boolean): void;
  /** The GPUs are gone, and everything that was cached with them; nobody may hold a block. */
  forget(): void;
  /** µs that the next pass waits for blocks from other tiers; asked once. */
  takeTransfer(): number;
}
