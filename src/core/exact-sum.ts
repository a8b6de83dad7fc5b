const PART = 2 ** 32;
/** Below this, two addends and their sum are exact integers. */
const SMALL = 2 ** 52;

/**
 * A sum of products of non-negative integers, exact far past 2^53 (GPU-microseconds of a large fleet).
 * Kept as `high * 2^32 + low`, `low` below 2^52, with both parts exact integers: good to 2^85.
 */
export class ExactSum {
  #high = 0;
  #low = 0;

  /** Adds `count * duration`; each below 2^53, `count` below 2^21 so that the partial products stay exact. */
  addProduct(count: number, duration: number): void {
    const product = count * duration;
    if (product < SMALL) {
      this.#low += product;
      if (this.#low >= SMALL) this.#carry();
      return;
    }
    const durationHigh = Math.floor(duration / PART);
    this.#carry();
    this.#low += count * (duration - durationHigh * PART);
    this.#carry();
    this.#high += count * durationHigh;
  }

  addSum(other: ExactSum): void {
    this.#low += other.#low;
    this.#high += other.#high;
    this.#carry();
  }

  toBigInt(): bigint {
    return BigInt(this.#high) * BigInt(PART) + BigInt(this.#low);
  }

  /** The nearest double; exact while below 2^53. */
  toNumber(): number {
    return this.#high * PART + this.#low;
  }

  #carry(): void {
    const carry = Math.floor(this.#low / PART);
    this.#low -= carry * PART;
    this.#high += carry;
  }
}
