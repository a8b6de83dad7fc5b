import type { Engine } from "../engine.js";
import type { SchedulerSetup } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import type { LengthPredictor } from "../sjf/predictor.js";

/** What a deadline is for. */
export type DeadlineOf = "first_token" | "answer";

/** When requests are due, and how long each would take if it had the engine for itself. Times in µs. */
export class Deadlines {
  readonly #prefillTime: SchedulerSetup["prefillTime"];
  /** Target for each token after the first; Infinity for none. */
  readonly #tpot: number;

  constructor(
    readonly requests: RequestTable,
    readonly of: DeadlineOf,
    readonly predictor: LengthPredictor,
    { prefillTime, slo }: Pick<SchedulerSetup, "prefillTime" | "slo">,
  ) {
    this.#prefillTime = prefillTime;
    this.#tpot = slo.tpot ?? Number.POSITIVE_INFINITY;
  }

  /** Of the whole answer, or of the next token: the first is due at its target, each further one `tpot` later. Infinity for none. */
  due(request: number): number {
    const { arrival, ttftSlo, e2eSlo, tokens } = this.requests;
    if (this.of === "answer") return arrival[request]! + e2eSlo[request]!;
    const generated = tokens[request]!;
    return arrival[request]! + ttftSlo[request]! + (generated === 0 ? 0 : generated * this.#tpot);
  }

  /** The earliest of those who run; Infinity when none of them has a deadline for its next token. */
  earliest({ running }: Engine): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < running.length; i++) earliest = Math.min(earliest, this.due(running.items[i]!));
    return earliest;
  }

  /** Passes after which the running requests' next tokens are due no earlier than `due`. */
  roundsUntil(due: number, engine: Engine): number {
    return Math.ceil((due - this.earliest(engine)) / this.#tpot);
  }

  /**
   * The last moment at which a waiting request may start and still meet its deadline: alone on the engine, with all of its
   * prompt cached that may be. Nobody can do better, so who has missed it has missed the deadline.
   */
  latestStart(request: number, { kv, requests }: Engine): number {
    const due = this.due(request);
    if (due === Number.POSITIVE_INFINITY) return due;
    const known = requests.known(request);
    const cached = kv.findsPrefixes ? Math.min(requests.contentTokens[request]!, known - 1) : 0;
    const prompt = Math.round(this.#prefillTime(known - cached));
    if (this.of === "first_token") return due - prompt;
    const more = Math.max(0, this.predictor.predict(request) - requests.tokens[request]! - 1);
    return due - prompt - Math.round(more * this.#prefillTime(1));
  }
}
