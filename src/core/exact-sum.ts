const PART = 2 ** 32;

/**
 * A sum of products of non-negative integers, exact far past 2^53 (GPU-microseconds of a large fleet).
 * Kept as `high * 2^32 + low` with both parts exact integers: good to 2^85.
 */
export class ExactSum {
  #high = 0;
  #low = 0;

  /** Adds `count * duration`; each below 2^53, `count` below 2^21 so that the partial products stay exact. */
  addProduct(count: number, duration: number): void {
    const durationHigh = Math.floor(duration / PART);
    const low = this.#low + count * (duration - durationHigh * PART);
    const carry = Math.floor(low / PART);
    this.#low = low - carry * PART;
    this.#high += count * durationHigh + carry;
  }

  addSum(other: ExactSum): void {
    const low = this.#low + other.#low;
    const carry = low >= PART ? 1 : 0;
    this.#low = low - carry * PART;
    this.#high += other.#high + carry;
  }

  toBigInt(): bigint {
    return BigInt(this.#high) * BigInt(PART) + BigInt(this.#low);
  }

  /** The nearest double; exact while below 2^53. */
  toNumber(): number {
    return this.#high * PART + this.#low;
  }
}
