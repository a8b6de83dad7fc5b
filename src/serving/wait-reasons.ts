import { IntList } from "../core/int-list.js";
import type { Names } from "../core/names.js";
import type { Simulation } from "../core/simulation.js";
import type { Journal } from "../journal/journal.js";
import type { RequestQueue } from "./request-queue.js";
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
  /** Requests that came since the queue was last told. */
  readonly #fresh = new IntList();

  constructor(
    readonly requests: RequestTable,
    readonly journal: Journal,
    readonly simulation: Simulation,
    names: Names,
    /** Number of the replica whose queue it is; -1 for a router's. */
    readonly replica = -1,
  ) {
    this.#wanted = journal.wantsRequestReasons;
    this.#inProgress = this.#wanted ? names.intern("pass in progress") : -1;
    this.#preempted = this.#wanted ? names.intern("preempted") : -1;
    this.#noReplica = this.#wanted ? names.intern("no ready replica") : -1;
  }

  /** A request came to an engine. While that computes, nobody looks at it before the pass has ended. */
  arrive(request: number, computes: boolean): void {
    if (!this.#wanted) return;
    this.#fresh.push(request);
    if (computes) this.#give(request, this.#inProgress);
  }

  /** A request came to a router that has nobody to send it to. */
  noReplica(request: number): void {
    this.#give(request, this.#noReplica);
  }

  /** @param why a number of the reasons' names; "preempted" when absent */
  preempted(request: number, why = this.#preempted): void {
    this.#give(request, why);
  }

  /** A request out of the queue waits; `why` is a number of the reasons' names. */
  give(request: number, why: number): void {
    this.#give(request, why);
  }

  /** The request does not wait any more. */
  clear(request: number): void {
    this.requests.reason[request] = -1;
  }

  /** The scheduler has looked at the queue and let in whom it would; `reason` (-1: none) holds back the others. */
  update(waiting: RequestQueue, reason: number): void {
    if (!this.#wanted) return;
    if (reason >= 0) {
      if (reason === this.#last) this.#tellFresh(reason);
      else for (const request of waiting.list()) this.#giveIfNew(request, reason);
      this.#last = reason;
    } else if (waiting.length > 0) return;
    this.#fresh.clear();
  }

  /** Those who came before have heard of it. */
  #tellFresh(reason: number): void {
    const { items, length } = this.#fresh;
    for (let i = 0; i < length; i++)
      if (this.requests.replica[items[i]!] === this.replica) this.#giveIfNew(items[i]!, reason);
  }

  /** Not to one that was preempted, nor to one that does not wait any more. */
  #giveIfNew(request: number, reason: number): void {
    if (this.requests.status[request] === RequestStatus.Waiting) this.#give(request, reason);
  }

  #give(request: number, reason: number): void {
    if (!this.#wanted || this.requests.reason[request] === reason) return;
    this.requests.reason[request] = reason;
    this.journal.requestReason(this.simulation.now, request, reason);
  }
}
