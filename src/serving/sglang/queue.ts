import { grown } from "../../core/column.js";
import { FifoQueue } from "../request-queue.js";
import type { RequestTable } from "../request-table.js";

/** SGLang's waiting list: whoever comes, or comes back, goes to its end; the schedule policy sorts it in place. */
export class WaitingList extends FifoQueue {
  /** By request: when it came into the list, as a count. */
  entry = new Float64Array(64);
  #entries = 0;
  /** The first of those who came since the list was last sorted, all at its end; -1 for none. */
  #unsorted = -1;

  /** @param entering hears of each request that comes */
  constructor(
    requests: RequestTable,
    readonly entering: (request: number) => void,
  ) {
    super(requests);
  }

  override push(request: number): void {
    if (request >= this.entry.length) this.entry = grown(this.entry, this.requests.input.length);
    this.entry[request] = this.#entries++;
    this.entering(request);
    super.push(request);
    if (this.#unsorted < 0) this.#unsorted = request;
  }

  override remove(request: number): void {
    if (this.#unsorted === request) this.#unsorted = this.requests.next[request]!;
    super.remove(request);
  }

  /**
   * Sorts the list, which others have not put into another order, stably. Those who came since the last time walk up from
   * the end: as far as they are from it in order, which is mostly not far.
   *
   * @param before whether the first must stand before the second
   */
  sort(before: (a: number, b: number) => boolean): void {
    const { next, previous } = this.requests;
    let request = this.#unsorted;
    this.#unsorted = -1;
    while (request >= 0) {
      const following = next[request]!;
      let above = previous[request]!;
      if (above >= 0 && before(request, above)) {
        super.remove(request);
        while (above >= 0 && before(request, above)) above = previous[above]!;
        this.#insertAfter(above, request);
      }
      request = following;
    }
  }

  #insertAfter(above: number, request: number): void {
    if (above < 0) {
      this.pushFront(request);
      return;
    }
    const { next, previous } = this.requests;
    const below = next[above]!;
    next[above] = request;
    previous[request] = above;
    next[request] = below;
    previous[below] = request;
    this.length++;
  }
}
