import { grown } from "../core/column.js";
import { InvariantError } from "../core/errors.js";

/**
 * What the tokens of a request are, as runs of token addresses. Equal addresses mean the same token behind the same
 * tokens, so that engines may share the KV of two requests as far as their addresses agree. Within a run addresses ascend
 * by one. Tokens behind the last run are the request's own.
 */
export class Runs {
  count = 0;
  /** Tokens of all runs. */
  total = 0;
  address = new Float64Array(4);
  tokens = new Int32Array(4);

  clear(): void {
    this.count = 0;
    this.total = 0;
  }

  /** Appends tokens; those that go on where the last run ends lengthen it. */
  add(address: number, tokens: number): void {
    const last = this.count - 1;
    this.total += tokens;
    if (last >= 0 && this.address[last]! + this.tokens[last]! === address) {
      this.tokens[last]! += tokens;
      return;
    }
    if (this.count === this.tokens.length) {
      this.address = grown(this.address, 2 * this.count);
      this.tokens = grown(this.tokens, 2 * this.count);
    }
    this.address[this.count] = address;
    this.tokens[this.count++] = tokens;
  }
}

/** Addresses end here: what comes above is left to engines, for tokens that no two requests share. */
export const ADDRESS_END = 2 ** 52;

/** Addresses that one trace or recipe may use. */
export const ADDRESSES_PER_SOURCE = 2 ** 42;

/** Gives out token addresses that nobody else has. */
export class Addresses {
  #next: number;

  /** By default all that there are. */
  constructor(
    readonly first = 0,
    readonly end = ADDRESS_END,
  ) {
    this.#next = first;
  }

  /** The first of so many addresses. */
  allocate(tokens: number): number {
    const first = this.#next;
    this.#next += tokens;
    if (this.#next > this.end) throw new InvariantError("no token addresses are left");
    return first;
  }
}

/** Makes the addresses of a trace or recipe, anew and alike for each reading of it. */
export function addressesOf(names: { addresses?: Addresses }): () => Addresses {
  names.addresses ??= new Addresses();
  const first = names.addresses.allocate(ADDRESSES_PER_SOURCE);
  return () => new Addresses(first, first + ADDRESSES_PER_SOURCE);
}

/** Tokens of the longest conversation, and of the longest prefix, that can be told from others. */
const LONGEST = 2 ** 20;

/** The content of conversations, in which each turn takes up the one before with its answer, behind shared prefixes. */
export class Conversations {
  readonly #addresses: Addresses;
  /** By prefix: its first address; -1 none yet. */
  #prefixes = new Float64Array(16).fill(-1);
  /** By session: first address (-1 none yet), prompt and answer of the last turn, and the prefix before it. */
  #bases = new Float64Array(16).fill(-1);
  #lengths = new Int32Array(16);
  #prefixOf = new Int32Array(16);
  #prefixTokens = new Int32Array(16);

  constructor(addresses: Addresses) {
    this.#addresses = addresses;
  }

  /**
   * Writes down what a request holds: `prefixTokens` of a prefix (-1 none), then of a session (-1 none) everything from
   * its start up to this turn's answer.
   *
   * @returns false when the session starts anew, because the prompt does not have room for what came before
   */
  turn(
    runs: Runs,
    session: number,
    prefix: number,
    prefixTokens: number,
    inputTokens: number,
    outputTokens: number,
  ): boolean {
    runs.clear();
    if (prefix >= 0) {
      if (prefixTokens > LONGEST) return true;
      runs.add(this.#prefix(prefix), prefixTokens);
    }
    const length = inputTokens - runs.total + outputTokens;
    if (session < 0 || length > LONGEST) return true;
    if (session >= this.#bases.length) this.#grow(session);
    const known = this.#bases[session]! >= 0;
    const same = this.#prefixOf[session] === prefix && this.#prefixTokens[session] === runs.total;
    const continues = known && same && inputTokens - runs.total >= this.#lengths[session]!;
    if (!continues) this.#bases[session] = this.#addresses.allocate(LONGEST);
    this.#prefixOf[session] = prefix;
    this.#prefixTokens[session] = runs.total;
    this.#lengths[session] = length;
    runs.add(this.#bases[session]!, length);
    return continues || !known;
  }

  #prefix(prefix: number): number {
    if (prefix >= this.#prefixes.length) this.#prefixes = longer(this.#prefixes, prefix);
    if (this.#prefixes[prefix]! < 0) this.#prefixes[prefix] = this.#addresses.allocate(LONGEST);
    return this.#prefixes[prefix]!;
  }

  #grow(session: number): void {
    this.#bases = longer(this.#bases, session);
    const size = this.#bases.length;
    this.#lengths = grown(this.#lengths, size);
    this.#prefixOf = grown(this.#prefixOf, size);
    this.#prefixTokens = grown(this.#prefixTokens, size);
  }
}

/** Room for an index, what is new being -1. */
function longer(column: Float64Array<ArrayBuffer>, index: number): Float64Array<ArrayBuffer> {
  const before = column.length;
  return grown(column, Math.max(2 * before, index + 1)).fill(-1, before);
}
