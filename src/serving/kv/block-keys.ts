import type { BlockIdentity } from "./block-identity.js";

/** Keys read at once. */
const MOST = 256;

/** The content keys of requests' blocks, some at a time. */
export class BlockKeys {
  /** The keys read last. */
  readonly keys = new Float64Array(MOST);

  constructor(readonly identity: BlockIdentity) {}

  /**
   * Reads the keys of a request's blocks from the `from`-th on, at most up to the `end`-th (not included).
   *
   * @returns how many were read; at least 1 when there are any
   */
  read(request: number, from: number, end: number): number {
    const count = Math.min(MOST, end - from);
    this.identity.keys(request, from, from + count, this.keys);
    return count;
  }
}
