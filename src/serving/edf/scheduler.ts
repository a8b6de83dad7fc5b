import { RequestOutcome } from "../../journal/journal.js";
import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import { KeyQueue } from "../heap-queue.js";
import type { SchedulerSetup } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import { type ReservingOptions, ReservingScheduler } from "../reserving/scheduler.js";
import { LengthPredictor } from "../sjf/predictor.js";
import { type DeadlineOf, Deadlines } from "./deadlines.js";

export interface EdfOptions extends ReservingOptions {
  deadline: DeadlineOf;
  shed: boolean;
  predictor_error: number;
}

/**
 * The waiting request with the earliest deadline is next (Liu and Layland 1973; Jackson 1955 where nobody is interrupted),
 * unless the next token of one that runs is due before it. Who can no longer meet its deadline is given up.
 */
export class EdfScheduler extends ReservingScheduler {
  #deadlines!: Deadlines;

  constructor(
    readonly options: EdfOptions,
    readonly setup: SchedulerSetup,
  ) {
    super(options, setup.maxModelLen);
  }

  override createQueue(requests: RequestTable): KeyQueue {
    const predictor = new LengthPredictor(requests, this.options.predictor_error, this.setup.random);
    this.#deadlines = new Deadlines(requests, this.options.deadline, predictor, this.setup);
    return new KeyQueue(requests, (request) => this.#deadlines.due(request));
  }

  /** Gives up the head of the queue as long as it is too late for it, and asks to be called when it will be. */
  protected override beforeHead(engine: Engine, out: Batch): void {
    if (!this.options.shed) return;
    const { waiting, now } = engine;
    while (waiting.length > 0) {
      const head = waiting.peek();
      const latest = this.#deadlines.latestStart(head, engine);
      out.wakeAt = latest + 1;
      if (now <= latest) return;
      engine.finish(head, RequestOutcome.Shed);
    }
    out.wakeAt = Number.POSITIVE_INFINITY;
  }

  protected override heldBack(engine: Engine): string | undefined {
    const { options } = this;
    if (options.deadline === "answer") return undefined;
    const head = this.#deadlines.due(engine.waiting.peek());
    return this.#deadlines.earliest(engine) < head ? EARLIER : undefined;
  }

  protected override heldRounds(engine: Engine): number {
    return this.#deadlines.roundsUntil(this.#deadlines.due(engine.waiting.peek()), engine) - 1;
  }
}

const EARLIER = "earlier deadlines";
