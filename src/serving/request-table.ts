import { grown } from "../core/column.js";
import type { RequestFacts } from "../journal/facts.js";
import type { RequestBatch } from "../workload/batch.js";
import { Runs } from "../workload/content.js";
import type { RequestNames } from "../workload/stream.js";

export const RequestStatus = {
  Waiting: 0,
  Running: 1,
  Preempted: 2,
  Ended: 3,
  Swapped: 4,
  Loading: 5,
} as const;
export type RequestStatus = (typeof RequestStatus)[keyof typeof RequestStatus];

/** What a request brings along. */
export interface NewRequest {
  /** -1 - k for the k-th name of the table's names. */
  id: number;
  service: number;
  /** Number in the table's names; -1 none. */
  tenant: number;
  /** µs. */
  arrival: number;
  inputTokens: number;
  /** Tokens after which the answer ends by itself (end of sequence, or max_tokens). */
  outputTokens: number;
  /** The caller's max_tokens; at least `outputTokens`. */
  maxTokens: number;
  /** Smaller is more urgent. */
  priority: number;
  /** Targets for the first token and the whole answer, µs from the arrival; none when absent. */
  ttftSlo?: number;
  e2eSlo?: number;
  /** Of equally urgent ones the smaller came first; the order of arrival when absent, in which there are no ties. */
  order?: number;
}

/**
 * All requests of a run in columns, one slot each; slots are reused, so memory follows the requests present. What an
 * engine knows of a request lives here too, since a request is in one engine at a time. Arrays move when the table
 * grows: read them through the table, never keep one across an arrival.
 */
export class RequestTable implements RequestFacts {
  #ids = new Float64Array(64);
  #services = new Int32Array(64);
  #tenants = new Int32Array(64);
  /** µs. */
  arrival = new Float64Array(64);
  /** Counts requests over the whole run: tells apart two that had the same slot. */
  serial = new Float64Array(64);
  input = new Int32Array(64);
  output = new Int32Array(64);
  maxTokens = new Int32Array(64);
  /** Leading tokens whose content other requests may have too, in `runs`. */
  contentTokens = new Int32Array(64);
  priority = new Int32Array(64);
  order = new Float64Array(64);
  /** Targets, µs from the arrival; Infinity for none. */
  ttftSlo = new Float64Array(64);
  e2eSlo = new Float64Array(64);
  /** A RequestStatus. */
  status = new Uint8Array(64);
  /** Output tokens generated so far. */
  tokens = new Int32Array(64);
  /** Tokens whose KV is in the cache, or will be after the passes in flight. */
  computed = new Int32Array(64);
  /** Tokens that passes in flight will generate (asynchronous scheduling). */
  placeholders = new Int32Array(64);
  preemptions = new Int32Array(64);
  /** KV blocks held, how many of the leading ones carry a hash, and the row of the block table; row -1 for none. */
  blocks = new Int32Array(64);
  hashedBlocks = new Int32Array(64);
  row = new Int32Array(64);
  /** Of a running request: tokens up to which it has no block to take and none to make findable. */
  quiet = new Int32Array(64);
  /** When the blocks that a request reads from tiers below will be there, µs. */
  loadedAt = new Float64Array(64);
  /** KV blocks in host memory of a request that was swapped out. */
  swapped = new Int32Array(64);
  /** Replica that has it; -1 at the router. */
  replica = new Int32Array(64);
  /** Reason given last; -1 for none. */
  reason = new Int32Array(64);
  /** Neighbours in the queue that holds the request. */
  next = new Int32Array(64);
  previous = new Int32Array(64);

  /** By slot; made when a request first has some. */
  readonly #runs: Runs[] = [];
  #free: number[] = [];
  #size = 0;
  #added = 0;

  constructor(readonly names: RequestNames) {}

  /** Requests that have left, over the whole run. */
  ended = 0;

  /** Requests in the table now. */
  get length(): number {
    return this.#size - this.#free.length;
  }

  add(request: NewRequest): number {
    const slot = this.#free.pop() ?? this.#size++;
    if (slot >= this.#ids.length) this.#grow();
    this.#ids[slot] = request.id;
    this.#services[slot] = request.service;
    this.#tenants[slot] = request.tenant;
    this.arrival[slot] = request.arrival;
    this.serial[slot] = this.#added++;
    this.input[slot] = request.inputTokens;
    this.output[slot] = request.outputTokens;
    this.maxTokens[slot] = request.maxTokens;
    this.contentTokens[slot] = 0;
    this.priority[slot] = request.priority;
    this.order[slot] = request.order ?? this.serial[slot]!;
    this.ttftSlo[slot] = request.ttftSlo ?? Number.POSITIVE_INFINITY;
    this.e2eSlo[slot] = request.e2eSlo ?? Number.POSITIVE_INFINITY;
    this.status[slot] = RequestStatus.Waiting;
    this.tokens[slot] = 0;
    this.computed[slot] = 0;
    this.placeholders[slot] = 0;
    this.preemptions[slot] = 0;
    this.blocks[slot] = 0;
    this.hashedBlocks[slot] = 0;
    this.row[slot] = -1;
    this.swapped[slot] = 0;
    this.replica[slot] = -1;
    this.reason[slot] = -1;
    return slot;
  }

  /** What the tokens of a request with `contentTokens` are. */
  runs(request: number): Runs {
    return this.#runs[request]!;
  }

  /** Keeps what a row says of its tokens. */
  setContent(request: number, batch: RequestBatch, row: number): void {
    const end = batch.runEnd[row]!;
    const start = batch.runStart(row);
    if (start === end) return;
    while (this.#runs.length <= request) this.#runs.push(new Runs());
    const runs = this.#runs[request]!;
    runs.clear();
    for (let i = start; i < end; i++) runs.add(batch.runAddress[i]!, batch.runTokens[i]!);
    this.contentTokens[request] = runs.total;
  }

  /** Gives the slot back; the request must be in no queue and hold no block. */
  remove(request: number): void {
    this.ended++;
    this.status[request] = RequestStatus.Ended;
    this.serial[request] = -1;
    this.#free.push(request);
  }

  /** Prompt and answer so far. */
  known(request: number): number {
    return this.input[request]! + this.tokens[request]!;
  }

  id(request: number): string {
    const id = this.#ids[request]!;
    return id < 0 ? this.names.ids.name(-1 - id) : String(id);
  }
  numericId(request: number): number {
    return this.#ids[request]!;
  }
  service(request: number): number {
    return this.#services[request]!;
  }
  tenant(request: number): string {
    return this.names.tenants.name(this.#tenants[request]!);
  }
  tenantId(request: number): number {
    return this.#tenants[request]!;
  }
  arrivalTime(request: number): number {
    return this.arrival[request]!;
  }
  inputTokens(request: number): number {
    return this.input[request]!;
  }
  outputTokens(request: number): number {
    return this.output[request]!;
  }
  ttftTarget(request: number): number {
    return this.ttftSlo[request]!;
  }
  e2eTarget(request: number): number {
    return this.e2eSlo[request]!;
  }
  generated(request: number): number {
    return this.tokens[request]!;
  }

  #grow(): void {
    this.#ids = grown(this.#ids, 2 * this.#ids.length);
    this.#services = grown(this.#services, 2 * this.#services.length);
    this.#tenants = grown(this.#tenants, 2 * this.#tenants.length);
    this.arrival = grown(this.arrival, 2 * this.arrival.length);
    this.serial = grown(this.serial, 2 * this.serial.length);
    this.input = grown(this.input, 2 * this.input.length);
    this.output = grown(this.output, 2 * this.output.length);
    this.maxTokens = grown(this.maxTokens, 2 * this.maxTokens.length);
    this.contentTokens = grown(this.contentTokens, 2 * this.contentTokens.length);
    this.priority = grown(this.priority, 2 * this.priority.length);
    this.order = grown(this.order, 2 * this.order.length);
    this.ttftSlo = grown(this.ttftSlo, 2 * this.ttftSlo.length);
    this.e2eSlo = grown(this.e2eSlo, 2 * this.e2eSlo.length);
    this.status = grown(this.status, 2 * this.status.length);
    this.tokens = grown(this.tokens, 2 * this.tokens.length);
    this.computed = grown(this.computed, 2 * this.computed.length);
    this.placeholders = grown(this.placeholders, 2 * this.placeholders.length);
    this.preemptions = grown(this.preemptions, 2 * this.preemptions.length);
    this.blocks = grown(this.blocks, 2 * this.blocks.length);
    this.hashedBlocks = grown(this.hashedBlocks, 2 * this.hashedBlocks.length);
    this.quiet = grown(this.quiet, 2 * this.quiet.length);
    this.row = grown(this.row, 2 * this.row.length);
    this.loadedAt = grown(this.loadedAt, 2 * this.loadedAt.length);
    this.swapped = grown(this.swapped, 2 * this.swapped.length);
    this.replica = grown(this.replica, 2 * this.replica.length);
    this.reason = grown(this.reason, 2 * this.reason.length);
    this.next = grown(this.next, 2 * this.next.length);
    this.previous = grown(this.previous, 2 * this.previous.length);
  }
}
