import type { Names } from "../core/names.js";
import type { Simulation } from "../core/simulation.js";
import type { Journal } from "../journal/journal.js";
import { FifoQueue, type RequestQueue } from "./request-queue.js";
import { RequestStatus, type RequestTable } from "./request-table.js";

/**
 * Tells the journal why requests wait, each change once, and only when somebody listens. All behind the head of a queue
 * wait for what holds back the head; one that was preempted waits because of that until it runs again.
 */
export class WaitReasons {
  readonly #wanted: boolean;
  readonly #inProgress: number;
  readonly #preempted: number;
  readonly #noReplica: number;
  /** What held the queue back last. */
  #last = -1;

  constructor(
    readonly requests: RequestTable,
    readonly journal: Journal,
    readonly simulation: Simulation,
    names: Names,
  ) {
    this.#wanted = journal.wantsRequestReasons;
    this.#inProgress = this.#wanted ? names.intern("pass in progress") : -1;
    this.#preempted = this.#wanted ? names.intern("preempted") : -1;
    this.#noReplica = this.#wanted ? names.intern("no ready replica") : -1;
  }

  /** A request came to an engine that computes: nobody looks at it before the pass has ended. */
  arrive(request: number): void {
    this.#give(request, this.#inProgress);
  }

  /** A request came to a router that has nobody to send it to. */
  noReplica(request: number): void {
    this.#give(request, this.#noReplica);
  }

  /** @param why a number of the reasons' names; "preempted" when absent */
  preempted(request: number, why = this.#preempted): void {
    this.#give(request, why);
  }

  /** The request does not wait any more. */
  clear(request: number): void {
    this.requests.reason[request] = -1;
  }

  /** The scheduler has looked at the queue and let in whom it would; `reason` (-1: none) holds back the others. */
  update(waiting: RequestQueue, reason: number): void {
    if (!this.#wanted || reason < 0) return;
    if (reason === this.#last && waiting instanceof FifoQueue && !waiting.reordered)
      this.#updateTail(waiting, reason);
    else for (const request of waiting.list()) this.#giveUnlessPreempted(request, reason);
    this.#last = reason;
  }

  /** Only those who came since the last time have not heard of it; they stand at the end. */
  #updateTail(waiting: FifoQueue, reason: number): void {
    const { requests } = this;
    for (let r = waiting.last; r >= 0 && requests.reason[r] !== reason; r = requests.previous[r]!)
      this.#giveUnlessPreempted(r, reason);
  }

  #giveUnlessPreempted(request: number, reason: number): void {
    if (this.requests.status[request] !== RequestStatus.Preempted) this.#give(request, reason);
  }

  #give(request: number, reason: number): void {
    if (!this.#wanted || this.requests.reason[request] === reason) return;
    this.requests.reason[request] = reason;
    this.journal.requestReason(this.simulation.now, request, reason);
  }
}
