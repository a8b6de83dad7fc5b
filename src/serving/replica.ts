import type { EventHandle } from "../core/event-queue.js";
import { Phase, type Simulation } from "../core/simulation.js";
import { type Journal, ReplicaState } from "../journal/journal.js";
import { Batch } from "./batch.js";
import type { Engine } from "./engine.js";
import { Leap } from "./leap.js";
import type { RequestScheduler } from "./request-scheduler.js";
import type { RequestTable } from "./request-table.js";
import { Stretch } from "./stretch.js";
import type { TimeModel } from "./time-model.js";
import type { WaitReasons } from "./wait-reasons.js";

/** The handlers of the loop that drive replicas; the argument is the replica's number in the run. */
export interface ReplicaEvents {
  pass: number;
  passEnd: number;
  wake: number;
}

/**
 * One engine in time: it forms a pass, lets it take the time that the model says, hands out its tokens, forms the next.
 * With two passes in flight the next one is formed as soon as the one before it starts.
 */
export class Replica {
  state: ReplicaState = ReplicaState.Pending;
  /** Number of the lease on its GPUs; -1 before it asked. */
  lease = -1;
  /** The end of its start-up, while it starts. */
  startEvent: EventHandle = -1;
  readonly #stretch: Stretch;
  /** Passes in order: `#head` is the running one, the one before it ended last. */
  readonly #passes: Batch[];
  #head = 0;
  #inFlight = 0;
  #passPending = false;
  #endEvent: EventHandle = -1;
  #wakeEvent: EventHandle = -1;
  /** Rounds that the planned end of the running pass leaps over. */
  #leap = 0;
  readonly #rounds = new Leap();
  readonly #mostInFlight: number;

  constructor(
    /** Number in the run, and index within the service. */
    readonly number: number,
    readonly index: number,
    readonly engine: Engine,
    readonly scheduler: RequestScheduler,
    model: TimeModel,
    readonly reasons: WaitReasons,
    readonly simulation: Simulation,
    readonly journal: Journal,
    readonly events: ReplicaEvents,
    /** Never leap. */
    readonly stepping: boolean,
  ) {
    this.#mostInFlight = scheduler.passesInFlight ?? 1;
    this.#stretch = new Stretch(model);
    this.#passes = Array.from({ length: 4 }, () => new Batch(engine.requests));
  }

  get requests(): RequestTable {
    return this.engine.requests;
  }

  /** A request comes from the router. */
  add(request: number): void {
    this.settle();
    this.requests.replica[request] = this.number;
    this.engine.waiting.push(request);
    // A pass of a leap that ends at this very instant counts as over, as it would have been without the leap.
    const over = this.#stretch.end === this.simulation.now ? 1 : 0;
    const computes = this.#inFlight > over;
    this.reasons.arrive(request, computes);
    if (!computes) this.wake();
  }

  /** Lets the scheduler look at the engine, at the end of this instant; no sooner than the running pass ends. */
  wake(): void {
    if (this.#inFlight > 0 || this.#passPending || this.state !== ReplicaState.Ready) return;
    this.#askForPass();
  }

  /** The scheduler's turn: forms as many passes as may be in flight. */
  pass(): void {
    this.#passPending = false;
    if (this.state !== ReplicaState.Ready) return;
    const { engine, scheduler } = this;
    engine.now = this.simulation.now;
    this.#cancelWake();
    while (this.#inFlight < this.#mostInFlight && engine.unfinished > 0) {
      const out = this.#batch(this.#inFlight);
      out.clear();
      scheduler.schedule(engine, out);
      this.reasons.update(engine.waiting, out.blockedBy);
      if (out.count === 0) {
        if (out.wakeAt <= engine.now && this.#inFlight === 0) continue;
        this.#wakeAt(out.wakeAt);
        break;
      }
      if (++this.#inFlight === 1) this.#begin();
    }
    if (this.#inFlight > 0) this.#planEnd();
  }

  /** The running pass is over, and those that were leapt over before it. */
  passEnd(): void {
    const { engine } = this;
    this.#endEvent = -1;
    this.#repeat(this.#leap);
    engine.now = this.simulation.now;
    const done = this.#batch(0);
    this.#head++;
    this.#inFlight--;
    this.scheduler.complete(engine, done);
    if (this.#inFlight > 0) this.#begin();
    if (engine.unfinished > 0) this.#askForPass();
    else if (this.#inFlight > 0) this.#planEnd();
  }

  /** Takes an engine that leaps to where single passes would have brought it by now; the running pass goes on. */
  settle(): void {
    if (this.#leap === 0) return;
    const { now } = this.simulation;
    const stretch = this.#stretch;
    this.#repeat(stretch.endedBefore(now, this.#leap));
    this.simulation.cancel(this.#endEvent);
    this.#endEvent = this.simulation.at(stretch.end, Phase.End, this.events.passEnd, this.number);
  }

  /** The replica lost its GPUs: the passes in flight are lost. All its requests, in the order in which it had them. */
  evacuate(): number[] {
    const { engine, requests } = this;
    this.settle();
    engine.now = this.simulation.now;
    if (this.#endEvent >= 0) this.simulation.cancel(this.#endEvent);
    this.#endEvent = -1;
    this.#cancelWake();
    this.#inFlight = 0;
    while (engine.loading.length > 0) engine.waiting.pushFront(engine.dropLoading(engine.loading.last));
    while (engine.swapped.length > 0) engine.waiting.pushFront(engine.dropSwapped(engine.swapped.last));
    while (engine.running.length > 0) engine.waiting.pushFront(engine.preempt(engine.running.length - 1));
    engine.memory.forget();
    this.scheduler.reset?.();
    const all = engine.waiting.list();
    for (const request of all) {
      engine.waiting.remove(request);
      requests.placeholders[request] = 0;
      requests.replica[request] = -1;
    }
    return all;
  }

  #askForPass(): void {
    this.#passPending = true;
    this.simulation.at(this.simulation.now, Phase.Pass, this.events.pass, this.number);
  }

  /** The next pass in flight begins to run. */
  #begin(): void {
    const { now } = this.simulation;
    const batch = this.#batch(0);
    this.#record(now, this.#stretch.begin(now, batch, this.#batch(-1)), batch, this.engine.memory.used);
  }

  /** When to look again: at the end of the running pass, or of the last one before which nothing can change. */
  #planEnd(): void {
    if (this.#endEvent >= 0) return;
    const stretch = this.#stretch;
    const newest = this.#batch(this.#inFlight - 1);
    if (this.#inFlight === this.#mostInFlight && stretch.left > 0 && newest.isDecode) {
      const steady = this.#inFlight === 1 || newest.continues(this.#batch(0));
      if (steady) this.#leap = Math.max(0, Math.min(this.#horizon(newest), stretch.left));
      if (newest.wakeAt < Number.POSITIVE_INFINITY)
        this.#leap = stretch.endedBefore(newest.wakeAt, this.#leap);
    }
    const end = stretch.endOf(stretch.passes + this.#leap);
    this.#endEvent = this.simulation.at(end, Phase.End, this.events.passEnd, this.number);
  }

  #horizon(batch: Batch): number {
    return this.stepping ? 0 : (this.scheduler.horizon?.(this.engine, batch) ?? 0);
  }

  /** The first rounds of the leap: each ends the running pass and forms its like. */
  #repeat(rounds: number): void {
    this.#leap = 0;
    if (rounds === 0) return;
    const { engine, scheduler } = this;
    const stretch = this.#stretch;
    const newest = this.#batch(this.#inFlight - 1);
    const { memory } = engine;
    const leap = this.#rounds;
    const { ends, used } = leap.prepare(rounds, stretch);
    let before = memory.used;
    if (scheduler.leap) scheduler.leap(engine, newest, leap);
    else if (!scheduler.repeat) {
      engine.decode(newest, leap);
      used.fill(before, 0, rounds);
    } else
      for (let round = 0; round < rounds; round++) {
        engine.now = ends[round]!;
        scheduler.repeat(engine, newest);
        used[round] = memory.used;
      }
    for (let round = 0; round < rounds; round++) {
      // A pass formed ahead starts before the one behind it takes its blocks.
      this.#record(ends[round]!, stretch.next(), newest, this.#inFlight > 1 ? before : used[round]!);
      before = used[round]!;
    }
    engine.now = ends[rounds - 1]!;
    for (let i = 0; i < this.#inFlight; i++) this.#batch(i).shift(rounds);
  }

  #record(start: number, end: number, batch: Batch, blocks: number): void {
    const { usable } = this.engine.memory;
    this.journal.batch(start, this.number, end, batch.count, batch.totalTokens, blocks, usable);
  }

  #wakeAt(time: number): void {
    if (this.#inFlight > 0 || time <= this.simulation.now || time === Number.POSITIVE_INFINITY) return;
    this.#wakeEvent = this.simulation.at(time, Phase.Timer, this.events.wake, this.number);
  }

  #cancelWake(): void {
    if (this.#wakeEvent >= 0) this.simulation.cancel(this.#wakeEvent);
    this.#wakeEvent = -1;
  }

  #batch(offset: number): Batch {
    return this.#passes[(this.#head + offset) & 3]!;
  }
}
