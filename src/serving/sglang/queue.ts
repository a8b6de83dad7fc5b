import { grown } from "../../core/column.js";
import { FifoQueue } from "../request-queue.js";
import type { RequestTable } from "../request-table.js";

/** SGLang's waiting list: whoever comes, or comes back, goes to its end; the schedule policy sorts it in place. */
export class WaitingList extends FifoQueue {
  /** By request: when it came into the list, as a count. */
  entry = new Float64Array(64);
  #entries = 0;

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
  }
}
