/** Tokens of one request are below this: a pair of counts fits a double exactly. */
const SHIFT = 2 ** 26;

/**
 * The most KV tokens that a batch can come to hold if nobody joins it and all answers grow as long as they may. Those with
 * the most left to generate stay longest, so the peak lies at somebody's last token: in order of what is left, the i-th
 * ends when each of the first i has grown by what the i-th had left (`_can_add_new_req` of LightLLM and S-LoRA).
 */
export class FuturePeak {
  /** `left * SHIFT + held`, ascending once sorted. */
  #pairs = new Float64Array(64);
  #count = 0;
  #sorted = true;

  clear(): void {
    this.#count = 0;
    this.#sorted = true;
  }

  /** @param held tokens in the cache now @param left tokens that may still join them */
  add(held: number, left: number): void {
    if (this.#count === this.#pairs.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#pairs);
      this.#pairs = larger;
    }
    this.#pairs[this.#count++] = left * SHIFT + held;
    this.#sorted = false;
  }

  /** The peak if one more joined after all others had generated `rounds` more tokens each, which none of them ends before. */
  with(held: number, left: number, rounds = 0): number {
    if (!this.#sorted) this.#pairs.subarray(0, this.#count).sort();
    this.#sorted = true;
    let peak = 0;
    let sum = 0;
    let size = 0;
    let joined = false;
    for (let i = this.#count - 1; i >= 0; i--) {
      const pair = this.#pairs[i]!;
      const otherLeft = Math.floor(pair / SHIFT);
      if (!joined && left >= otherLeft - rounds) {
        joined = true;
        sum += held;
        peak = Math.max(peak, sum + left * ++size);
      }
      sum += pair - otherLeft * SHIFT + rounds;
      peak = Math.max(peak, sum + (otherLeft - rounds) * ++size);
    }
    return joined ? peak : Math.max(peak, sum + held + left * (size + 1));
  }
}
