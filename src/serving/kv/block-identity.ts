import { ADDRESS_END } from "../../workload/content.js";
import type { RequestTable } from "../request-table.js";

/**
 * What full blocks contain: equal keys, equal content (the block's tokens and everything before them). A key is a
 * non-negative safe integer.
 */
export interface BlockIdentity {
  /** Leading blocks of a request whose content another request may have too; the others are its own. */
  shared(request: number): number;
  /** Writes the keys of the blocks from the `from`-th up to the `to`-th, `to` not included, to the start of `keys`. */
  keys(request: number, from: number, to: number, keys: Float64Array): void;
}

/** More tokens than any request has; keeps the own keys of two requests apart. */
const MOST_TOKENS = 2 ** 24;

/** The address that a request's first token would have if no other request could have it; the next ones follow. */
export function ownAddress(requests: RequestTable, request: number): number {
  return ADDRESS_END + requests.serial[request]! * MOST_TOKENS;
}

/** By the token addresses of the workload: a block is known by the address of its last token. */
export class ContentIdentity implements BlockIdentity {
  constructor(
    readonly requests: RequestTable,
    readonly blockSize: number,
  ) {}

  shared(request: number): number {
    return Math.floor(this.requests.contentTokens[request]! / this.blockSize);
  }

  keys(request: number, from: number, to: number, keys: Float64Array): void {
    const { blockSize, requests } = this;
    const shared = Math.min(to, this.shared(request));
    let i = from;
    if (i < shared) {
      const { address, tokens } = requests.runs(request);
      let run = 0;
      let before = 0;
      while (i < shared) {
        const last = (i + 1) * blockSize - 1;
        while (last >= before + tokens[run]!) before += tokens[run++]!;
        const end = Math.min(shared, Math.floor((before + tokens[run]!) / blockSize));
        for (let key = address[run]! + last - before; i < end; i++, key += blockSize) keys[i - from] = key;
      }
    }
    const own = ownAddress(requests, request);
    for (; i < to; i++) keys[i - from] = own + i * blockSize;
  }
}
