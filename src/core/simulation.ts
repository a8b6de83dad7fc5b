import { InputError } from "./errors.js";
import { type EventHandle, EventQueue } from "./event-queue.js";

/**
 * The order of what happens at one instant: what frees resources, what asks for them, clocks, one scheduling pass
 * per scheduler however many changes came before it, and last those who only look.
 */
export const Phase = { End: 0, Arrival: 1, Timer: 2, Pass: 3, Observe: 4 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/**
 * Sorted arrivals, merged into the loop instead of being pushed into the queue: the queue holds only what runs.
 */
export interface ArrivalCursor {
  /** Time of the next arrival in µs; Infinity when there is none; NaN when `refill` must be awaited first. */
  nextTime(): number;
  /** Lets the next arrival happen and steps on. */
  fire(): void;
  /** Reads more arrivals. */
  refill(): Promise<void>;
}

export type StopReason = "drained" | "until" | "entities" | "interrupted";

export interface RunOptions {
  /** Events at this time (µs) and later do not happen. */
  until?: number;
  /** Asked after each event; true ends the run (a number of entities is done). */
  enough?: () => boolean;
  /** Called between slices of events and at each refill: time to look at signals and draw progress; true interrupts. */
  breathe?: () => Promise<boolean>;
}

/** Events between two breaths: as many as take this long, for a Ctrl-C must be heard however slow a policy is. */
const FEWEST = 1;
const MOST = 65_536;
const BREATH_MS = 50;
/** A policy that keeps asking to be woken now would spin for ever; no workload makes this many rounds. */
const MOST_ROUNDS = 20_000_000;

/** The clock and the loop. Time is a whole number of microseconds since the run's start. */
export class Simulation {
  events = 0;

  /** A number in a field would be a new object at each event, kept alive by the old one that refers to it. */
  readonly #clock = new Float64Array(1);

  readonly #queue = new EventQueue();
  readonly #handlers: ((arg: number) => void)[] = [];
  readonly #idleHandlers = new Set<number>();
  /** Events ahead that alone do not keep the run alive. */
  #idle = 0;
  readonly #cursors: ArrivalCursor[] = [];
  #slice = 64;
  #rounds = 0;
  #lastPhase = 0;

  get now(): number {
    return this.#clock[0]!;
  }

  /** Registers what an event does; the number it returns names it in `at`. */
  handler(handle: (arg: number) => void): number {
    return this.#handlers.push(handle) - 1;
  }

  /**
   * As `handler`, for events that alone do not keep a run alive which lasts until its work is done; they cannot be
   * cancelled.
   */
  idleHandler(handle: (arg: number) => void): number {
    const handler = this.handler((arg) => {
      this.#idle--;
      handle(arg);
    });
    this.#idleHandlers.add(handler);
    return handler;
  }

  arrivals(cursor: ArrivalCursor): void {
    this.#cursors.push(cursor);
  }

  /** Schedules a handler at `time` (µs, not before now). */
  at(time: number, phase: Phase, handler: number, arg = 0): EventHandle {
    if (this.#idleHandlers.has(handler)) this.#idle++;
    return this.#queue.push(time, phase, handler, arg);
  }

  cancel(handle: EventHandle): boolean {
    return this.#queue.cancel(handle);
  }

  /** Runs to the end; the clock then stands at `until`, or at the last event when the work has drained. */
  async run(options: RunOptions = {}): Promise<StopReason> {
    const until = options.until ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const began = performance.now();
      const waiting = this.#runSlice(until, options.enough);
      if (waiting === "refill") {
        for (const cursor of this.#cursors) if (Number.isNaN(cursor.nextTime())) await cursor.refill();
      } else if (waiting === "until") {
        this.#clock[0] = until;
        return "until";
      } else if (waiting === "slice") this.#pace(performance.now() - began);
      else return waiting;
      if (options.breathe && (await options.breathe())) return "interrupted";
    }
  }

  /** The wall clock says when the loop gives way, never what happens in it. */
  #pace(took: number): void {
    if (took < BREATH_MS / 2) this.#slice = Math.min(MOST, this.#slice * 2);
    else if (took > BREATH_MS) this.#slice = Math.max(FEWEST, Math.floor((this.#slice * BREATH_MS) / took));
  }

  /** Up to a slice of events without giving way. */
  #runSlice(until: number, enough?: () => boolean): "slice" | "refill" | StopReason {
    const queue = this.#queue;
    const cursors = this.#cursors;
    const handlers = this.#handlers;
    const slice = this.#slice;
    for (let n = 0; n < slice; n++) {
      let cursor: ArrivalCursor | undefined;
      let arrival = Number.POSITIVE_INFINITY;
      for (let i = 0; i < cursors.length; i++) {
        const time = cursors[i]!.nextTime();
        if (time < arrival) {
          arrival = time;
          cursor = cursors[i];
        } else if (Number.isNaN(time)) return "refill";
      }
      const left =
        this.#idle > 0 &&
        until === Number.POSITIVE_INFINITY &&
        arrival === Number.POSITIVE_INFINITY &&
        queue.size === this.#idle;
      const next = left ? Number.POSITIVE_INFINITY : queue.peekTime();
      const arrives =
        arrival < next || (arrival === next && cursor !== undefined && Phase.Arrival < queue.peekPhase());
      const time = arrives ? arrival : next;
      if (time >= until) return time === Number.POSITIVE_INFINITY ? this.#end(until) : "until";
      if (arrives) {
        this.#step(time, Phase.Arrival);
        cursor!.fire();
      } else {
        queue.pop();
        this.#step(time, queue.phase);
        handlers[queue.handler]!(queue.arg);
      }
      this.events++;
      if (enough?.()) return "entities";
    }
    return "slice";
  }

  /** Nothing is left to happen: a run with a bound still lasts until it. */
  #end(until: number): StopReason {
    return until === Number.POSITIVE_INFINITY ? "drained" : "until";
  }

  #step(time: number, phase: number): void {
    if (time !== this.#clock[0]) {
      this.#clock[0] = time;
      this.#rounds = 0;
    } else if (phase < this.#lastPhase && ++this.#rounds > MOST_ROUNDS) {
      throw new InputError({
        code: "run/no-progress",
        message: `the run makes no progress at ${time} µs: ${MOST_ROUNDS} rounds of scheduling within one instant`,
        hint: "a policy that wakes itself must ask for a later time",
      });
    }
    this.#lastPhase = phase;
  }
}
