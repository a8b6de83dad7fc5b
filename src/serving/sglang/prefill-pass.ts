import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import type { SglangOptions } from "./options.js";
import { AddResult, type PrefillAdder } from "./prefill-adder.js";
import type { SchedulePolicy } from "./schedule-policy.js";
import type { SchedulerState } from "./scheduler-state.js";

const NO_PLACE = "max_running_requests";

/** Why the next request in line is not let in. */
const WORDS: Record<Exclude<AddResult, 0>, string> = {
  [AddResult.NoToken]: "no free KV tokens",
  [AddResult.Chunk]: "chunked_prefill_size",
  [AddResult.Input]: "max_prefill_tokens",
  [AddResult.Requests]: "prefill_max_requests",
};

/** Forms passes that compute prompts (`get_new_batch_prefill`). */
export class PrefillPasses {
  readonly #preempts: boolean;
  readonly #threshold: number;
  /** By which a priority is the more urgent the larger it is. */
  readonly #sign: 1 | -1;

  constructor(
    readonly state: SchedulerState,
    readonly adder: PrefillAdder,
    readonly policy: SchedulePolicy,
    options: SglangOptions,
    readonly maxRunning: number,
    /** Those who decode take part. */
    readonly mixes: boolean,
  ) {
    this.#preempts = options.enable_priority_scheduling;
    this.#threshold = options.priority_scheduling_preemption_threshold;
    this.#sign = options.schedule_low_priority_values_first ? -1 : 1;
  }

  /** @returns the prompts in the pass; 0, and nothing changed but the flag, when none can be computed now */
  form(engine: Engine, out: Batch): number {
    const { state, adder, mixes } = this;
    const { waiting, running, ratio } = state;
    if (this.#preempts) state.full = false;
    if ((state.full || waiting.length === 0) && state.chunked < 0) return 0;
    if (this.#places(engine) <= 0 && state.chunked < 0 && !this.#preempts) {
      state.fill(engine, NO_PLACE);
      return 0;
    }
    this.policy.sort(waiting);
    adder.begin(running, ratio.value, mixes ? running.count : 0);
    const continued = state.chunked;
    if (continued >= 0) {
      if (!adder.addChunked(continued)) state.chunked = -1;
      if (adder.list.length === 0) return 0;
    }
    this.#admit(engine, out);
    if (adder.newChunked >= 0) state.chunked = adder.newChunked;
    this.#allocate(engine, out, continued);
    return adder.list.length;
  }

  /** Takes memory for who was let in, evicting as much as all of them may need, and starts them. */
  #allocate(engine: Engine, out: Batch, continued: number): void {
    const { memory } = this.state;
    const { list, extend } = this.adder;
    if (list.length === 0) return;
    let need = memory.pageSize > 1 ? list.length * memory.pageSize : 0;
    for (let i = 0; i < list.length; i++) need += extend.items[i]!;
    memory.ensure(need);
    for (let i = 0; i < list.length; i++) {
      const r = list.items[i]!;
      const tokens = extend.items[i]!;
      memory.take(r, tokens);
      if (r !== continued) {
        memory.tell(r);
        engine.start(r);
      }
      out.add(r, tokens);
    }
  }

  /** Requests that may still start. One that has ended but is still listed among the running ones counts. */
  #places({ running }: Engine): number {
    return this.maxRunning - Math.max(this.state.running.count, running.length);
  }

  /** Whether nobody who waits can come in as long as the same requests run, and nothing is even tried. */
  closed({ requests, reasons }: Engine): boolean {
    const { state } = this;
    const { running, waiting } = state;
    if (waiting.length === 0 || (state.full && !this.#preempts)) return true;
    // By priority the head is tried in every turn. Where no place is left it comes to nothing if nobody would give way.
    if (!state.full || state.fullBecause !== reasons.intern(NO_PLACE)) return false;
    const urgency = this.#sign * requests.priority[waiting.peek()]!;
    for (let i = 0; i < running.count; i++)
      if (urgency - this.#sign * requests.priority[running.request[i]!]! > this.#threshold) return false;
    return true;
  }

  /** Lets waiting requests in, in order, up to the first that does not fit. */
  #admit(engine: Engine, out: Batch): void {
    const { state, adder } = this;
    const { waiting } = state;
    const preempted: number[] = [];
    while (waiting.length > 0) {
      const r = waiting.peek();
      if (adder.list.length >= this.#places(engine)) state.fill(engine, NO_PLACE);
      if (state.full && !(this.#preempts && this.#preemptFor(engine, r, preempted))) break;
      const before = adder.list.length;
      const result = adder.add(r);
      if (adder.list.length > before) waiting.pop();
      if (result === AddResult.Continue) continue;
      const why = WORDS[result];
      if (result === AddResult.NoToken) state.fill(engine, why);
      else if (waiting.length > 0) out.blockedBy = engine.reasons.intern(why);
      break;
    }
    for (const request of preempted) waiting.push(request);
  }

  /**
   * Makes less urgent requests give way to a waiting one, the least urgent and latest first, if that is enough to let it in
   * (`preempt_to_schedule`).
   */
  #preemptFor(engine: Engine, request: number, preempted: number[]): boolean {
    const { state, adder } = this;
    const { running, ratio } = state;
    const { priority } = engine.requests;
    const { entry } = state.waiting;
    const urgency = (at: number) => this.#sign * priority[running.request[at]!]!;
    const since = (at: number) => entry[running.request[at]!]!;
    const candidates: number[] = [];
    for (let i = 0; i < running.count; i++) if (running.lives(i)) candidates.push(i);
    candidates.sort((a, b) => urgency(a) - urgency(b) || since(b) - since(a));

    let short = adder.shortage(request);
    const victims: number[] = [];
    for (const at of candidates) {
      if (this.#sign * priority[request]! - urgency(at) <= this.#threshold) break;
      victims.push(at);
      short -= running.left(at) * ratio.value;
      if (short <= 0) break;
    }
    if (victims.length === 0 || short > 0) return false;
    victims.sort((a, b) => a - b);
    for (const at of victims) adder.preempted(running.left(at));
    for (const [gone, at] of victims.entries()) {
      const victim = running.request[at - gone]!;
      running.removeAt(at - gone);
      state.release(engine, victim, running.count, "preempted");
      preempted.push(victim);
    }
    return true;
  }
}
