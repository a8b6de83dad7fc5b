import type { PolicyInfo } from "../core/policy-info.js";
import type { Stream } from "../core/random.js";
import type { GpuType } from "../fleet/catalogue.js";
import type { Batch } from "./batch.js";
import type { Engine } from "./engine.js";
import type { OwnNames } from "./engine-options.js";
import type { KvMemory } from "./kv/kv-memory.js";
import type { Leap } from "./leap.js";
import type { EngineLimits } from "./refusal.js";
import type { RequestQueue } from "./request-queue.js";
import type { RequestTable } from "./request-table.js";
import type { TimePreset } from "./time-presets.js";

/**
 * A request scheduler decides which requests enter the next forward pass of one engine, with how many tokens each. Our
 * own have no privileges that a user's module lacks: they see the same engine and act through the same calls.
 */
export interface RequestScheduler {
  /**
   * Forms the next pass. `out` is empty when it comes in; `out.add(request, tokens)` lets a request take part. A
   * scheduler is made of these:
   * - `engine.waiting.peek()` looks at the head of the queue, `pop()` takes it;
   * - `engine.kv.lookup(request)`, then `engine.kv.admit(…)`, give it blocks, or say that there are too few;
   * - `engine.start(request)` puts it among the `engine.running`; `engine.kv.grow(…)` gives one of those more blocks;
   * - `engine.preempt(index)` takes a running request's blocks; the scheduler then puts it back into `engine.waiting`;
   * - `engine.swapOut(index, out)` moves them to host memory instead (an engine with the option `swap_space`, in GiB per
   *   GPU, has some), `engine.swapIn(request, out)` back again, from `engine.swapped`; the pass waits for the transfer;
   * - `engine.advance(out)`, last, books the tokens as computed and finds which entries yield one;
   * - `out.blockedBy = engine.reasons.intern("…")` says why the head of the queue was not let in;
   * - `out.wakeAt` asks for another call at a later time although nothing may happen until then; no leap goes beyond it.
   * A batch left empty idles the engine until something arrives, ends or is due.
   */
  schedule(engine: Engine, out: Batch): void;

  /**
   * The pass is over and its tokens are there. Usually `engine.complete(batch)`: each sampling entry gets its token by
   * `engine.yieldTokens`, and who is done leaves by `engine.finishDone`.
   */
  complete(engine: Engine, batch: Batch): void;

  /**
   * How often in a row the next pass would come out like `batch`, which `schedule` has just formed and in which every
   * entry decodes (`batch.isDecode`), if nothing arrived: `complete` ends nobody, `schedule` forms the same requests in
   * the same order, each one token further, holds back the others for the same reason and finds every block it needs.
   * The engine leaps over so many passes in one event. Without it the scheduler is asked before every pass.
   */
  horizon?(engine: Engine, batch: Batch): number;

  /**
   * One round of a leap: what `complete` and then `schedule` do when the batch repeats. `engine.decode` when absent, which
   * is right for schedulers that take no blocks while decoding.
   */
  repeat?(engine: Engine, batch: Batch): void;

  /**
   * All rounds of a leap at once, with the same outcome as so many calls of `repeat`: `engine.decode` hands out the tokens,
   * and `leap.used` says how many blocks are in use after each round. For schedulers whose `repeat` would walk the batch
   * in every round only to find nothing to do.
   */
  leap?(engine: Engine, batch: Batch, leap: Leap): void;

  /** Why a request that arrives can never be served; undefined lets it in. `refusal` when absent. */
  refuses?(requests: RequestTable, request: number, limits: EngineLimits): string | undefined;

  /** The order in which requests wait; first come, first served when absent. */
  createQueue?(requests: RequestTable): RequestQueue;

  /** Memory of another kind than paged blocks, as the engine's `memory`; the scheduler keeps it to give requests theirs. */
  createMemory?(requests: RequestTable, limits: EngineLimits): KvMemory;

  /** The replica lost its GPUs: nobody runs any more, and no pass is in flight. For schedulers that remember such things. */
  reset?(): void;

  /**
   * Passes that may be in the making at once. With 2 the next pass is formed while the present one runs, before its
   * tokens are known. 1 when absent.
   */
  readonly passesInFlight?: 1 | 2;

  /** The largest pass that can come: its activations take memory from the KV cache. 256 requests, 8192 tokens when absent. */
  readonly largestBatch?: { sequences: number; tokens: number };
}

/** What a scheduler is told when its engine is set up. */
export interface SchedulerSetup {
  gpu: GpuType;
  /** Longest prompt and answer of one request, in tokens. */
  maxModelLen: number;
  /** The service's targets, µs. */
  slo: { ttft?: number; tpot?: number; e2e?: number };
  /** µs that a pass with this prompt and nothing else takes. */
  prefillTime(tokens: number): number;
  /** Random numbers of this replica's own. */
  random: Stream;
  /** Keys from the scenario's root to the options, for complaints. */
  path: readonly (string | number)[];
}

/** Options read from an engine's own command line. */
export interface ParsedArgs {
  options: Record<string, unknown>;
  /** Flags that the real engine knows and we do not model, each once. */
  notModelled: string[];
}

/** A request scheduler as the registry holds it, and as a user's module exports it. */
export interface RequestSchedulerEntry {
  readonly info: PolicyInfo;
  /** `options` holds the knobs that the scenario gives, and the defaults of `info.options`. Called once per replica. */
  create(options: Readonly<Record<string, unknown>>, setup: SchedulerSetup): RequestScheduler;
  /** Understands the real engine's command line; absent when it has none. */
  parseArgs?(args: string, path: readonly (string | number)[]): ParsedArgs;
  /** For an engine whose options do not bear the shared names (`engineOptions`). */
  readonly ownNames?: OwnNames;
  /** Constants of the iteration-time model; those fitted to all engines when absent. */
  readonly timePreset?: TimePreset;
}
