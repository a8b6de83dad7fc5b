import type { RunningBatch } from "./running-batch.js";

/** SGLANG_INIT_NEW_TOKEN_RATIO, SGLANG_MIN_NEW_TOKEN_RATIO_FACTOR and SGLANG_NEW_TOKEN_RATIO_DECAY_STEPS. */
const INITIAL = 0.7;
const MINIMUM_FACTOR = 0.14;
const DECAY_STEPS = 600;
/** Decoding passes that a retraction looks ahead (SGLANG_RETRACT_DECODE_STEPS). */
export const RETRACT_DECODE_STEPS = 20;

/**
 * The share of max_new_tokens that running requests are expected to generate (NewTokenRatioTracker): it sinks with every
 * decoding pass and is set anew when the guess proved too low and somebody had to be retracted.
 */
export class NewTokenRatio {
  value: number;
  readonly initial: number;
  readonly minimum: number;
  readonly decay: number;

  constructor(conservativeness: number) {
    this.initial = Math.min(INITIAL * conservativeness, 1);
    this.minimum = Math.min(this.initial * MINIMUM_FACTOR, 1);
    this.decay = (this.initial - this.minimum) / DECAY_STEPS;
    this.value = this.initial;
  }

  /** So many decoding passes. Subtracted one by one: each difference is rounded. */
  decode(passes: number): void {
    for (let i = 0; i < passes && this.value !== this.minimum; i++)
      this.value = Math.max(this.value - this.decay, this.minimum);
  }

  /** Somebody was retracted; these stay. */
  retracted({ requests, request, count }: RunningBatch): void {
    let generated = 0;
    let allowed = 0;
    for (let i = 0; i < count; i++) {
      generated += requests.tokens[request[i]!]!;
      allowed += requests.maxTokens[request[i]!]!;
    }
    this.value = Math.min(1, (generated + RETRACT_DECODE_STEPS * count) / (allowed + 1));
  }

  /** Nobody is there any more. */
  reset(): void {
    this.value = this.initial;
  }
}
