import type { RequestFacts } from "../journal/facts.js";
import type { RequestNames } from "../workload/stream.js";

export const RequestStatus = { Waiting: 0, Running: 1, Preempted: 2, Ended: 3 } as const;
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
  priority = new Int32Array(64);
  order = new Float64Array(64);
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
  /** Replica that has it; -1 at the router. */
  replica = new Int32Array(64);
  /** Reason given last; -1 for none. */
  reason = new Int32Array(64);
  /** Neighbours in the queue that holds the request. */
  next = new Int32Array(64);
  previous = new Int32Array(64);

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
    this.priority[slot] = request.priority;
    this.order[slot] = request.order ?? this.serial[slot]!;
    this.status[slot] = RequestStatus.Waiting;
    this.tokens[slot] = 0;
    this.computed[slot] = 0;
    this.placeholders[slot] = 0;
    this.preemptions[slot] = 0;
    this.blocks[slot] = 0;
    this.hashedBlocks[slot] = 0;
    this.row[slot] = -1;
    this.replica[slot] = -1;
    this.reason[slot] = -1;
    return slot;
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
  generated(request: number): number {
    return this.tokens[request]!;
  }

  #grow(): void {
    this.#ids = doubled(this.#ids);
    this.#services = doubled(this.#services);
    this.#tenants = doubled(this.#tenants);
    this.arrival = doubled(this.arrival);
    this.serial = doubled(this.serial);
    this.input = doubled(this.input);
    this.output = doubled(this.output);
    this.maxTokens = doubled(this.maxTokens);
    this.priority = doubled(this.priority);
    this.order = doubled(this.order);
    this.status = doubled(this.status);
    this.tokens = doubled(this.tokens);
    this.computed = doubled(this.computed);
    this.placeholders = doubled(this.placeholders);
    this.preemptions = doubled(this.preemptions);
    this.blocks = doubled(this.blocks);
    this.hashedBlocks = doubled(this.hashedBlocks);
    this.row = doubled(this.row);
    this.replica = doubled(this.replica);
    this.reason = doubled(this.reason);
    this.next = doubled(this.next);
    this.previous = doubled(this.previous);
  }
}

type Column = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

function doubled<T extends Column>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  larger.set(column);
  return larger;
}
