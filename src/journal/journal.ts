import type { RunFacts } from "./facts.js";

/** How a job's stay ended. */
export const JobOutcome = {
  /** It ran as long as it wanted. */
  Completed: 0,
  /** It was killed at its estimate (`overrun: kill`). */
  TimedOut: 1,
  /** It was cancelled while running. */
  Cancelled: 2,
  /** It ran to its end and its exit status was not 0. */
  Failed: 3,
  /** A node under it failed, and it was not to be requeued. */
  NodeFail: 4,
  /** A preemption ended it, and it was not to be requeued. */
  Preempted: 5,
} as const;
export type JobOutcome = (typeof JobOutcome)[keyof typeof JobOutcome];

export const RequestOutcome = {
  /** All output tokens were generated. */
  Completed: 0,
  /** The engine cut it at max_model_len. */
  Length: 1,
  /** The engine refuses it: it can never fit. */
  Rejected: 2,
  /** The caller gave up. */
  Aborted: 3,
  /** The engine gave it up: its deadline could no longer be met. */
  Shed: 4,
} as const;
export type RequestOutcome = (typeof RequestOutcome)[keyof typeof RequestOutcome];

export const ReplicaState = {
  /** Asked for; its job waits in the cluster's queue. */
  Pending: 0,
  /** Has GPUs, loads. */
  Starting: 1,
  /** Serves. */
  Ready: 2,
  Stopped: 3,
} as const;
export type ReplicaState = (typeof ReplicaState)[keyof typeof ReplicaState];

/** What a node is for, beside the jobs on it. */
export const NodeState = {
  /** It has power and may be given to jobs. */
  Up: 0,
  Down: 1,
  /** No new job gets it. */
  Drained: 2,
  /** Its power is being switched off; it is given to nobody until that is over. */
  PoweringDown: 3,
  /** A job may get it, and then waits for its boot. */
  PoweredDown: 4,
  PoweringUp: 5,
  Rebooting: 6,
} as const;
export type NodeState = (typeof NodeState)[keyof typeof NodeState];

/**
 * A reader of the journal. Each method is one event type; a listener implements those it wants, and what nobody
 * listens to costs nothing. Times are µs since the run's start; `job` and `request` index the facts of `runStart`.
 */
export interface JournalListener {
  runStart?(time: number, facts: RunFacts): void;
  /** A job enters the queue (a replica's job too). */
  submit?(time: number, job: number): void;
  /** Why the job waits from now on, in the scheduler's own words. */
  reason?(time: number, job: number, reason: number): void;
  start?(time: number, job: number): void;
  /** The job lost its GPUs; `requeue` says that it waits again. `lost` is the work thrown away, µs of run time. */
  preempt?(time: number, job: number, lost: number): void;
  requeue?(time: number, job: number): void;
  /** The job is stopped: it keeps its GPUs and memory, gives its cores back and waits to go on. */
  suspend?(time: number, job: number): void;
  resume?(time: number, job: number): void;
  end?(time: number, job: number, outcome: JobOutcome): void;
  /** The job left the queue without running. */
  cancel?(time: number, job: number): void;
  /** What a node is from now on; before the first such event it is up. */
  nodeState?(time: number, node: number, state: NodeState): void;
  /** A scheduler prints what it knows, as its command `command` would. */
  note?(time: number, command: string, lines: readonly string[]): void;
  replicaState?(time: number, service: number, replica: number, state: ReplicaState): void;
  requestArrive?(time: number, request: number): void;
  route?(time: number, request: number, replica: number): void;
  /** Why the request waits from now on, in the engine's own words. */
  requestReason?(time: number, request: number, reason: number): void;
  /** Before `requestSchedule`: so many of the request's tokens are cached in the memory of the GPUs, of the host, and on disk. */
  prefixHit?(time: number, request: number, gpu: number, host: number, disk: number): void;
  /** The request enters a batch for the first time, or again after a preemption. */
  requestSchedule?(time: number, request: number): void;
  requestPreempt?(time: number, request: number): void;
  /** One forward pass that began at `time` and ends at `end`. `blocks` of `totalBlocks` KV blocks are in use. */
  batch?(
    time: number,
    replica: number,
    end: number,
    sequences: number,
    tokens: number,
    blocks: number,
    totalBlocks: number,
  ): void;
  /** Output tokens reach the caller: `count` at this time. The first of them is the request's first token when `generated` was 0. */
  tokens?(time: number, request: number, count: number): void;
  /**
   * One token reaches the caller of each of the first `count` requests at each of the first `rounds` times, in order. Who
   * listens to `tokens` and not to this hears of each token by itself.
   */
  decode?(requests: Int32Array, count: number, times: Float64Array, rounds: number): void;
  requestEnd?(time: number, request: number, outcome: RequestOutcome): void;
  /** The run is over; `time` closes every integral. */
  runEnd?(time: number): void;
}

/**
 * The typed record of what happened. The simulation writes, any number of listeners read, and nothing is kept that
 * no listener asked for.
 */
export class Journal implements Required<JournalListener> {
  readonly #runStart: JournalListener[] = [];
  readonly #submit: JournalListener[] = [];
  readonly #reason: JournalListener[] = [];
  readonly #start: JournalListener[] = [];
  readonly #preempt: JournalListener[] = [];
  readonly #requeue: JournalListener[] = [];
  readonly #suspend: JournalListener[] = [];
  readonly #resume: JournalListener[] = [];
  readonly #end: JournalListener[] = [];
  readonly #cancel: JournalListener[] = [];
  readonly #nodeState: JournalListener[] = [];
  readonly #note: JournalListener[] = [];
  readonly #replicaState: JournalListener[] = [];
  readonly #requestArrive: JournalListener[] = [];
  readonly #route: JournalListener[] = [];
  readonly #requestReason: JournalListener[] = [];
  readonly #prefixHit: JournalListener[] = [];
  readonly #requestSchedule: JournalListener[] = [];
  readonly #requestPreempt: JournalListener[] = [];
  readonly #batch: JournalListener[] = [];
  readonly #tokens: JournalListener[] = [];
  readonly #decode: JournalListener[] = [];
  /** Those who listen to tokens one by one. */
  readonly #tokensOnly: JournalListener[] = [];
  readonly #requestEnd: JournalListener[] = [];
  readonly #runEnd: JournalListener[] = [];

  /** Adds a reader; readers hear each event in the order in which they were added. */
  listen(listener: JournalListener): void {
    if (listener.runStart) this.#runStart.push(listener);
    if (listener.submit) this.#submit.push(listener);
    if (listener.reason) this.#reason.push(listener);
    if (listener.start) this.#start.push(listener);
    if (listener.preempt) this.#preempt.push(listener);
    if (listener.requeue) this.#requeue.push(listener);
    if (listener.suspend) this.#suspend.push(listener);
    if (listener.resume) this.#resume.push(listener);
    if (listener.end) this.#end.push(listener);
    if (listener.cancel) this.#cancel.push(listener);
    if (listener.nodeState) this.#nodeState.push(listener);
    if (listener.note) this.#note.push(listener);
    if (listener.replicaState) this.#replicaState.push(listener);
    if (listener.requestArrive) this.#requestArrive.push(listener);
    if (listener.route) this.#route.push(listener);
    if (listener.requestReason) this.#requestReason.push(listener);
    if (listener.prefixHit) this.#prefixHit.push(listener);
    if (listener.requestSchedule) this.#requestSchedule.push(listener);
    if (listener.requestPreempt) this.#requestPreempt.push(listener);
    if (listener.batch) this.#batch.push(listener);
    if (listener.tokens) this.#tokens.push(listener);
    if (listener.decode) this.#decode.push(listener);
    else if (listener.tokens) this.#tokensOnly.push(listener);
    if (listener.requestEnd) this.#requestEnd.push(listener);
    if (listener.runEnd) this.#runEnd.push(listener);
  }

  /** True when somebody listens to reasons: a scheduler may spare itself finding out why work waits. */
  get wantsReasons(): boolean {
    return this.#reason.length > 0;
  }

  get wantsRequestReasons(): boolean {
    return this.#requestReason.length > 0;
  }

  runStart(time: number, facts: RunFacts): void {
    for (const l of this.#runStart) l.runStart!(time, facts);
  }
  submit(time: number, job: number): void {
    for (const l of this.#submit) l.submit!(time, job);
  }
  reason(time: number, job: number, reason: number): void {
    for (const l of this.#reason) l.reason!(time, job, reason);
  }
  start(time: number, job: number): void {
    for (const l of this.#start) l.start!(time, job);
  }
  preempt(time: number, job: number, lost: number): void {
    for (const l of this.#preempt) l.preempt!(time, job, lost);
  }
  requeue(time: number, job: number): void {
    for (const l of this.#requeue) l.requeue!(time, job);
  }
  suspend(time: number, job: number): void {
    for (const l of this.#suspend) l.suspend!(time, job);
  }
  resume(time: number, job: number): void {
    for (const l of this.#resume) l.resume!(time, job);
  }
  end(time: number, job: number, outcome: JobOutcome): void {
    for (const l of this.#end) l.end!(time, job, outcome);
  }
  cancel(time: number, job: number): void {
    for (const l of this.#cancel) l.cancel!(time, job);
  }
  nodeState(time: number, node: number, state: NodeState): void {
    for (const l of this.#nodeState) l.nodeState!(time, node, state);
  }
  /** True when somebody reads notes: whoever writes them may spare itself the work. */
  get wantsNotes(): boolean {
    return this.#note.length > 0;
  }

  note(time: number, command: string, lines: readonly string[]): void {
    for (const l of this.#note) l.note!(time, command, lines);
  }
  replicaState(time: number, service: number, replica: number, state: ReplicaState): void {
    for (const l of this.#replicaState) l.replicaState!(time, service, replica, state);
  }
  requestArrive(time: number, request: number): void {
    for (const l of this.#requestArrive) l.requestArrive!(time, request);
  }
  route(time: number, request: number, replica: number): void {
    for (const l of this.#route) l.route!(time, request, replica);
  }
  requestReason(time: number, request: number, reason: number): void {
    for (const l of this.#requestReason) l.requestReason!(time, request, reason);
  }
  prefixHit(time: number, request: number, gpu: number, host: number, disk: number): void {
    for (const l of this.#prefixHit) l.prefixHit!(time, request, gpu, host, disk);
  }
  requestSchedule(time: number, request: number): void {
    for (const l of this.#requestSchedule) l.requestSchedule!(time, request);
  }
  requestPreempt(time: number, request: number): void {
    for (const l of this.#requestPreempt) l.requestPreempt!(time, request);
  }
  batch(
    time: number,
    replica: number,
    end: number,
    sequences: number,
    tokens: number,
    blocks: number,
    totalBlocks: number,
  ): void {
    for (const l of this.#batch) l.batch!(time, replica, end, sequences, tokens, blocks, totalBlocks);
  }
  tokens(time: number, request: number, count: number): void {
    for (const l of this.#tokens) l.tokens!(time, request, count);
  }
  decode(requests: Int32Array, count: number, times: Float64Array, rounds: number): void {
    for (const l of this.#decode) l.decode!(requests, count, times, rounds);
    if (this.#tokensOnly.length === 0) return;
    for (let round = 0; round < rounds; round++)
      for (let i = 0; i < count; i++)
        for (const l of this.#tokensOnly) l.tokens!(times[round]!, requests[i]!, 1);
  }
  requestEnd(time: number, request: number, outcome: RequestOutcome): void {
    for (const l of this.#requestEnd) l.requestEnd!(time, request, outcome);
  }
  runEnd(time: number): void {
    for (const l of this.#runEnd) l.runEnd!(time);
  }
}
