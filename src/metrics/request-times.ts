import { roomFor } from "./grow.js";

/**
 * The milestones of each live request, by its (recycled) number; -1 for those not reached. They stay readable after
 * the request has left, until the next one takes its number.
 */
export class RequestTimes {
  /** Request numbers seen so far are below this. */
  end = 0;
  #live = new Uint8Array(0);
  #arrival = new Float64Array(0);
  #scheduled = new Float64Array(0);
  #first = new Float64Array(0);
  #last = new Float64Array(0);
  #generated = new Int32Array(0);
  #preemptions = new Int32Array(0);

  arrive(time: number, request: number): void {
    if (request >= this.end) {
      this.end = request + 1;
      this.#live = roomFor(this.#live, request);
      this.#arrival = roomFor(this.#arrival, request);
      this.#scheduled = roomFor(this.#scheduled, request);
      this.#first = roomFor(this.#first, request);
      this.#last = roomFor(this.#last, request);
      this.#generated = roomFor(this.#generated, request);
      this.#preemptions = roomFor(this.#preemptions, request);
    }
    this.#live[request] = 1;
    this.#arrival[request] = time;
    this.#scheduled[request] = -1;
    this.#first[request] = -1;
    this.#last[request] = -1;
    this.#generated[request] = 0;
    this.#preemptions[request] = 0;
  }

  /** True when it was the first time. */
  schedule(time: number, request: number): boolean {
    if (this.#scheduled[request]! >= 0) return false;
    this.#scheduled[request] = time;
    return true;
  }

  preempt(request: number): void {
    this.#preemptions[request]!++;
  }

  /** Returns µs since the previous delivery; -1 when this was the first. */
  tokens(time: number, request: number, count: number): number {
    const previous = this.#last[request]!;
    if (previous < 0) this.#first[request] = time;
    this.#last[request] = time;
    this.#generated[request]! += count;
    return previous < 0 ? -1 : time - previous;
  }

  /** One token at each of the first `rounds` times. Returns what `tokens` would for the first of them. */
  decode(request: number, times: Float64Array, rounds: number): number {
    const gap = this.tokens(times[0]!, request, rounds);
    this.#last[request] = times[rounds - 1]!;
    return gap;
  }

  leave(request: number): void {
    this.#live[request] = 0;
  }

  isLive(request: number): boolean {
    return this.#live[request] === 1;
  }

  arrival(request: number): number {
    return this.#arrival[request]!;
  }

  /** First time in a batch - arrival, µs; -1 unknown. */
  queueTime(request: number): number {
    const scheduled = this.#scheduled[request]!;
    return scheduled < 0 ? -1 : scheduled - this.#arrival[request]!;
  }

  /** First token - arrival, µs; -1 unknown. */
  ttft(request: number): number {
    const first = this.#first[request]!;
    return first < 0 ? -1 : first - this.#arrival[request]!;
  }

  /** (last token - first token) / (tokens - 1), µs; -1 with fewer than two tokens. */
  tpot(request: number): number {
    const generated = this.#generated[request]!;
    return generated < 2 ? -1 : (this.#last[request]! - this.#first[request]!) / (generated - 1);
  }

  /** Output tokens delivered. */
  generated(request: number): number {
    return this.#generated[request]!;
  }

  preemptions(request: number): number {
    return this.#preemptions[request]!;
  }
}
