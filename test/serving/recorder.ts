import type { JournalListener, ReplicaState, RequestOutcome } from "../../src/journal/journal.js";
import type { RequestTable } from "../../src/serving/request-table.js";
import type { TestRun } from "./support.js";

/** What happened to one request, in order. */
export interface RequestRecord {
  arrival: number;
  replicas: number[];
  events: string[];
  tokens: number[];
  reasons: [time: number, reason: string][];
  ended?: { time: number; outcome: RequestOutcome };
}

export interface PassRecord {
  start: number;
  end: number;
  sequences: number;
  tokens: number;
  blocks: number;
}

/** Keeps the whole journal of requests, by the number of the row that they came from, and of passes, by replica. */
export class Recorder implements JournalListener {
  readonly requests = new Map<number, RequestRecord>();
  readonly passes: PassRecord[][] = [];
  readonly states: [time: number, replica: number, state: ReplicaState][] = [];
  run!: TestRun;

  get #table(): RequestTable {
    return this.run.serving.requests;
  }

  #of(request: number): RequestRecord {
    return this.requests.get(this.#table.numericId(request))!;
  }

  requestArrive(time: number, request: number): void {
    this.requests.set(this.#table.numericId(request), {
      arrival: time,
      replicas: [],
      events: [],
      tokens: [],
      reasons: [],
    });
  }
  route(time: number, request: number, replica: number): void {
    this.#of(request).replicas.push(replica);
    this.#of(request).events.push(`${time} route ${replica}`);
  }
  requestReason(time: number, request: number, reason: number): void {
    this.#of(request).reasons.push([time, this.run.serving.reasons.name(reason)]);
  }
  requestSchedule(time: number, request: number): void {
    this.#of(request).events.push(`${time} schedule`);
  }
  requestPreempt(time: number, request: number): void {
    this.#of(request).events.push(`${time} preempt`);
  }
  tokens(time: number, request: number, count: number): void {
    for (let i = 0; i < count; i++) this.#of(request).tokens.push(time);
  }
  requestEnd(time: number, request: number, outcome: RequestOutcome): void {
    const record = this.#of(request);
    if (record.ended !== undefined) throw new Error(`request ${request} ended twice`);
    record.ended = { time, outcome };
  }
  replicaState(time: number, _service: number, replica: number, state: ReplicaState): void {
    this.states.push([time, replica, state]);
  }
  batch(
    start: number,
    replica: number,
    end: number,
    sequences: number,
    tokens: number,
    blocks: number,
  ): void {
    this.passes[replica] ??= [];
    this.passes[replica].push({ start, end, sequences, tokens, blocks });
  }
}
