import type { Engine } from "../engine.js";
import { type NewTokenRatio, RETRACT_DECODE_STEPS } from "./new-token-ratio.js";
import type { WaitingList } from "./queue.js";
import type { RadixMemory } from "./radix-memory.js";
import type { RunningBatch } from "./running-batch.js";

/** What SGLang's scheduler remembers from one turn of its loop to the next. */
export class SchedulerState {
  /** The request of whose prompt a part is computed; -1 for none. */
  chunked = -1;
  /** Nobody is tried before somebody has left the running ones (`batch_is_full`). */
  full = false;
  /** Why, as a number of the engine's reasons. */
  fullBecause = -1;
  /** Somebody was sent back whose token the pass in flight computes. */
  lostTokens = false;

  constructor(
    readonly memory: RadixMemory,
    readonly waiting: WaitingList,
    readonly running: RunningBatch,
    readonly ratio: NewTokenRatio,
  ) {}

  fill(engine: Engine, why: string): void {
    this.full = true;
    this.fullBecause = engine.reasons.intern(why);
  }

  /**
   * A running request, out of the list already, loses its memory and must compute everything again; some of it is kept
   * free for the `stay` others.
   */
  release(engine: Engine, request: number, stay: number, why: string): void {
    engine.preempt(engine.running.items.indexOf(request), engine.reasons.intern(why));
    engine.requests.placeholders[request] = 0;
    this.lostTokens = true;
    this.memory.ensure(stay * RETRACT_DECODE_STEPS);
  }

  /** The list of running requests starts anew, and so does its flag. */
  forgetRunning(): void {
    this.running.clear();
    this.full = false;
  }
}
