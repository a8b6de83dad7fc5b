import type { PolicyInfo } from "../core/policy-info.js";
import type { Random } from "../core/random.js";
import type { Batch } from "./batch.js";
import type { Engine } from "./engine.js";

/**
 * A request scheduler decides which requests enter the next forward pass of one engine, with how many tokens each. Our
 * own have no privileges that a user's module lacks: they see the same engine and act through the same calls.
 */
export interface RequestScheduler {
  /**
   * Forms the next pass. `out` is empty when it comes in; `out.add(request, tokens)` lets a request take part. What a
   * scheduler is made of:
   * - `engine.waiting.peek()` looks at the head of the queue, `pop()` takes it;
   * - `engine.kv.lookup(request)` and `engine.kv.admit(…)` give it blocks, or say that there are too few;
   * - `engine.start(request)` puts it among the `engine.running`; `engine.kv.grow(…)` gives one of those more blocks;
   * - `engine.preempt(index)` takes a running request's blocks; the scheduler then puts it where it shall wait;
   * - `engine.advance(out)`, last, books the tokens as computed and finds which entries yield one;
   * - `out.blockedBy = engine.reasons.intern("…")` says why the head of the queue was not let in;
   * - `out.wakeAt` asks for another call at a later time although nothing may happen until then.
   * A batch left empty idles the engine until something arrives, ends or is due.
   */
  schedule(engine: Engine, out: Batch): void;

  /**
   * The pass is over and its tokens are there. Usually `completeBatch`: each sampling entry gets its token by
   * `engine.generate`, and who is done leaves by `engine.finish`.
   */
  complete(engine: Engine, batch: Batch): void;

  /**
   * How many more passes like `batch`, which `schedule` has just formed as a pure decode (`batch.isDecode`), would come
   * out the same if nothing arrived: the same requests in the same order, each one token further, nobody ending before
   * the last of them, every block to be had. The engine leaps over them and afterwards brings the blocks to where
   * single passes would have. A scheduler without this is asked before every pass.
   */
  horizon?(engine: Engine, batch: Batch): number;

  /**
   * Passes that may be in the making at once. With 2 the next pass is formed while the present one runs, before its
   * tokens are known. 1 when absent.
   */
  readonly passesInFlight?: 1 | 2;
}

/** What a scheduler is told when its engine is set up. */
export interface SchedulerSetup {
  /** Longest prompt and answer of one request, in tokens. */
  maxModelLen: number;
  random: Random;
}

/** A request scheduler as the registry holds it, and as a user's module exports it. */
export interface RequestSchedulerEntry {
  readonly info: PolicyInfo;
  /** `options` holds the knobs of `info.options` that the scenario gives, and their defaults. */
  create(options: Readonly<Record<string, unknown>>, setup: SchedulerSetup): RequestScheduler;
}
