import type { RequestTable } from "../request-table.js";
import type { RunningBatch } from "./running-batch.js";

/**
 * Whether memory does for everybody to the very end of their answers, when all of them are known to use up their
 * max_new_tokens (`add_one_req_ignore_eos` in managers/schedule_policy.py): they end in the order of what they have left,
 * and what each holds is free from then on.
 */
export class ExactPlan {
  /** By rank: tokens left to generate, and tokens that become free when they are. */
  readonly #left: number[] = [];
  readonly #held: number[] = [];
  #begun = false;

  constructor(readonly requests: RequestTable) {}

  /** Another pass of prompts is formed. */
  clear(): void {
    this.#left.length = 0;
    this.#held.length = 0;
    this.#begun = false;
  }

  /**
   * @param free token slots that are left when the request's prompt has its own
   * @param list who is in the pass already
   */
  fits(request: number, free: number, running: RunningBatch, list: Int32Array, length: number): boolean {
    if (this.#begun) this.#insert(request);
    else this.#begin(request, running, list, length);
    let freed = 0;
    for (let i = 0; i < this.#left.length; i++) {
      const size = this.#left.length - i;
      if (free + freed - this.#left[i]! * size <= size) return false;
      freed += this.#held[i]!;
    }
    return true;
  }

  #begin(request: number, running: RunningBatch, list: Int32Array, length: number): void {
    this.#begun = true;
    const everybody = [request];
    for (let i = 0; i < running.count; i++) if (running.lives(i)) everybody.push(running.request[i]!);
    for (let i = 0; i < length; i++) everybody.push(list[i]!);
    const left = (r: number) => this.requests.maxTokens[r]! - this.requests.tokens[r]!;
    everybody.sort((a, b) => left(a) - left(b));
    for (const r of everybody) this.#put(this.#left.length, r);
  }

  /** Before the first that has as much left; a newcomer with more than all of them comes before the last, as there. */
  #insert(request: number): void {
    const { maxTokens, tokens } = this.requests;
    const left = maxTokens[request]! - tokens[request]!;
    const at = this.#left.findIndex((other) => left <= other);
    this.#put(at >= 0 ? at : Math.max(0, this.#left.length - 1), request);
  }

  #put(at: number, request: number): void {
    const { maxTokens, tokens } = this.requests;
    const left = maxTokens[request]! - tokens[request]!;
    if (left <= 0) return;
    this.#left.splice(at, 0, left);
    this.#held.splice(at, 0, this.requests.known(request));
  }
}
