import { grown } from "../../core/column.js";
import { ownAddress } from "../kv/block-identity.js";
import type { RequestTable } from "../request-table.js";

/** Walks along the token addresses of one request: what the workload tells of, then what is the request's own. */
export class TokenCursor {
  /** Tokens passed, the address of the next one, and how many there are from it on in its run. */
  position = 0;
  address = 0;
  left = 0;
  #addresses: Float64Array = new Float64Array(0);
  #tokens: Int32Array = new Int32Array(0);
  #runs = 0;
  #run = 0;
  /** Address that the request's first token would have if all its tokens were its own. */
  #own = 0;

  constructor(readonly requests: RequestTable) {}

  /** Goes to the request's first token. */
  start(request: number): void {
    this.#runs = 0;
    if (this.requests.contentTokens[request]! > 0) {
      const { address, tokens, count } = this.requests.runs(request);
      this.#addresses = address;
      this.#tokens = tokens;
      this.#runs = count;
    }
    this.#own = ownAddress(this.requests, request);
    this.rewind();
  }

  /** Goes back to the first token. */
  rewind(): void {
    this.position = 0;
    this.#enter(0);
  }

  /** Passes over tokens. */
  skip(tokens: number): void {
    let rest = tokens;
    while (rest >= this.left) {
      rest -= this.left;
      this.position += this.left;
      this.#enter(this.#run + 1);
    }
    this.position += rest;
    this.address += rest;
    this.left -= rest;
  }

  /** Address of the token that comes `offset` tokens after the next one. */
  ahead(offset: number): number {
    if (offset < this.left) return this.address + offset;
    let rest = offset - this.left;
    let run = this.#run + 1;
    while (run < this.#runs && rest >= this.#tokens[run]!) rest -= this.#tokens[run++]!;
    return run < this.#runs ? this.#addresses[run]! + rest : this.#own + this.position + offset;
  }

  #enter(run: number): void {
    this.#run = run;
    const shared = run < this.#runs;
    this.address = shared ? this.#addresses[run]! : this.#own + this.position;
    this.left = shared ? this.#tokens[run]! : Number.POSITIVE_INFINITY;
  }
}

/** Sequences of token addresses as chains of runs, in columns. */
export class TokenChains {
  #address = new Float64Array(64);
  #tokens = new Int32Array(64);
  #next = new Int32Array(64);
  readonly #free: number[] = [];
  #size = 0;

  /** The next `tokens` tokens of a cursor, which moves past them; the chain's first run. */
  take(cursor: TokenCursor, tokens: number): number {
    let rest = tokens;
    let first = -1;
    let last = -1;
    while (rest > 0) {
      const count = Math.min(rest, cursor.left);
      const run = this.#add(cursor.address, count);
      if (last < 0) first = run;
      else this.#next[last] = run;
      last = run;
      rest -= count;
      cursor.skip(count);
    }
    return first;
  }

  /** Leading tokens, at most `most`, in which a chain agrees with what comes next at a cursor, which moves past them. */
  common(chain: number, cursor: TokenCursor, most: number): number {
    let run = chain;
    let inside = 0;
    let common = 0;
    while (run >= 0 && common < most && this.#address[run]! + inside === cursor.address) {
      const count = Math.min(this.#tokens[run]! - inside, cursor.left, most - common);
      common += count;
      inside += count;
      cursor.skip(count);
      if (inside === this.#tokens[run]!) {
        run = this.#next[run]!;
        inside = 0;
      }
    }
    return common;
  }

  /** Cuts a chain behind its first `tokens` tokens, which must not be all; the first run of the rest. */
  cut(chain: number, tokens: number): number {
    let run = chain;
    let rest = tokens;
    while (rest > this.#tokens[run]!) {
      rest -= this.#tokens[run]!;
      run = this.#next[run]!;
    }
    const after = this.#next[run]!;
    this.#next[run] = -1;
    if (rest === this.#tokens[run]!) return after;
    const second = this.#add(this.#address[run]! + rest, this.#tokens[run]! - rest);
    this.#tokens[run] = rest;
    this.#next[second] = after;
    return second;
  }

  /** Address of a chain's token at a place. */
  at(chain: number, place: number): number {
    let run = chain;
    let rest = place;
    while (rest >= this.#tokens[run]!) {
      rest -= this.#tokens[run]!;
      run = this.#next[run]!;
    }
    return this.#address[run]! + rest;
  }

  free(chain: number): void {
    for (let run = chain; run >= 0; run = this.#next[run]!) this.#free.push(run);
  }

  clear(): void {
    this.#free.length = 0;
    this.#size = 0;
  }

  #add(address: number, tokens: number): number {
    const run = this.#free.pop() ?? this.#size++;
    if (run >= this.#next.length) {
      this.#address = grown(this.#address, 2 * run);
      this.#tokens = grown(this.#tokens, 2 * run);
      this.#next = grown(this.#next, 2 * run);
    }
    this.#address[run] = address;
    this.#tokens[run] = tokens;
    this.#next[run] = -1;
    return run;
  }
}
