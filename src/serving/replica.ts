import type { EventHandle } from "../core/event-queue.js";
import { Phase, type Simulation } from "../core/simulation.js";
import { type Journal, ReplicaState } from "../journal/journal.js";
import { Batch } from "./batch.js";
import type { Engine } from "./engine.js";
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
  ) {
    this.#stretch = new Stretch(model);
    this.#passes = Array.from({ length: 4 }, () => new Batch(engine.requests));
  }

  get requests(): RequestTable {
    return this.engine.requests;
  }

  /** A request comes from the router. */
  add(request: number): void {
    this.requests.replica[request] = this.number;
    this.engine.waiting.push(request);
    if (this.#inFlight > 0) this.reasons.arrive(request);
    else this.wake();
  }

  /** Lets the scheduler look at the engine, at the end of this instant; no sooner than the running pass ends. */
  wake(): void {
    if (this.#inFlight > 0 || this.#passPending || this.state !== ReplicaState.Ready) return;
    this.#passPending = true;
    this.simulation.at(this.simulation.now, Phase.Pass, this.events.pass, this.number);
  }

  /** The scheduler's turn: forms as many passes as may be in flight. */
  pass(): void {
    this.#passPending = false;
    if (this.state !== ReplicaState.Ready) return;
    const { engine, scheduler } = this;
    const most = scheduler.passesInFlight ?? 1;
    engine.now = this.simulation.now;
    this.#cancelWake();
    while (this.#inFlight < most && engine.unfinished > 0) {
      const out = this.#batch(this.#inFlight);
      out.clear();
      scheduler.schedule(engine, out);
      this.reasons.update(engine.waiting, out.blockedBy);
      if (out.count === 0) {
        if (this.#inFlight === 0 && out.wakeAt > engine.now && out.wakeAt < Number.POSITIVE_INFINITY)
          this.#wakeEvent = this.simulation.at(out.wakeAt, Phase.Timer, this.events.wake, this.number);
        return;
      }
      if (++this.#inFlight === 1) this.#launch();
    }
  }

  /** The running pass is over. */
  passEnd(): void {
    const { engine } = this;
    engine.now = this.simulation.now;
    this.#endEvent = -1;
    const done = this.#batch(0);
    this.#head++;
    this.#inFlight--;
    this.scheduler.complete(engine, done);
    if (this.#inFlight > 0) this.#launch();
    if (engine.unfinished > 0) {
      this.#passPending = true;
      this.simulation.at(engine.now, Phase.Pass, this.events.pass, this.number);
    }
  }

  #launch(): void {
    const { now } = this.simulation;
    const batch = this.#batch(0);
    const end = this.#stretch.begin(now, batch, this.#batch(-1));
    const { pool } = this.engine.kv;
    this.journal.batch(now, this.number, end, batch.count, batch.totalTokens, pool.used, pool.usable);
    this.#endEvent = this.simulation.at(end, Phase.End, this.events.passEnd, this.number);
  }

  /** The replica lost its GPUs: the passes in flight are lost. All its requests, in the order in which it had them. */
  evacuate(): number[] {
    const { engine, requests } = this;
    if (this.#endEvent >= 0) this.simulation.cancel(this.#endEvent);
    this.#endEvent = -1;
    this.#cancelWake();
    this.#inFlight = 0;
    while (engine.running.length > 0) engine.waiting.pushFront(engine.preempt(engine.running.length - 1));
    const all = engine.waiting.list();
    for (const request of all) {
      engine.waiting.remove(request);
      requests.placeholders[request] = 0;
      requests.replica[request] = -1;
    }
    return all;
  }

  #cancelWake(): void {
    if (this.#wakeEvent >= 0) this.simulation.cancel(this.#wakeEvent);
    this.#wakeEvent = -1;
  }

  #batch(offset: number): Batch {
    return this.#passes[(this.#head + offset) & 3]!;
  }
}
