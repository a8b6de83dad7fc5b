import type { RunFacts } from "../journal/facts.js";
import { type JournalListener, RequestOutcome } from "../journal/journal.js";
import { RequestTimes } from "../metrics/request-times.js";
import { csvField, csvSeconds } from "./csv.js";
import { LineBuffer, type Sink } from "./line-buffer.js";

const COLUMNS =
  "request,service,tenant,arrival_s,queue_time_s,ttft_s,tpot_s,e2e_s,input_tokens,output_tokens,preemptions,outcome";

const OUTCOMES: Record<RequestOutcome, string> = {
  [RequestOutcome.Completed]: "completed",
  [RequestOutcome.Length]: "length",
  [RequestOutcome.Rejected]: "rejected",
  [RequestOutcome.Aborted]: "aborted",
  [RequestOutcome.Shed]: "shed",
};

/**
 * `requests.csv`: one row for each request in the order in which they ended, then the unfinished. What a request never
 * reached is empty; `tpot_s` is rounded to the microsecond.
 */
export class RequestsCsv implements JournalListener {
  readonly #out: LineBuffer;
  readonly #times = new RequestTimes();
  #facts!: RunFacts;

  constructor(sink: Sink) {
    this.#out = new LineBuffer(sink);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.#out.line(COLUMNS);
  }

  requestArrive(time: number, request: number): void {
    this.#times.arrive(time, request);
  }

  requestSchedule(time: number, request: number): void {
    this.#times.schedule(time, request);
  }

  requestPreempt(_time: number, request: number): void {
    this.#times.preempt(request);
  }

  tokens(time: number, request: number, count: number): void {
    this.#times.tokens(time, request, count);
  }

  decode(requests: Int32Array, count: number, times: Float64Array, rounds: number): void {
    for (let i = 0; i < count; i++) this.#times.decode(requests[i]!, times, rounds);
  }

  requestEnd(time: number, request: number, outcome: RequestOutcome): void {
    this.#times.leave(request);
    this.#row(request, time - this.#times.arrival(request), OUTCOMES[outcome]);
  }

  runEnd(): void {
    for (let request = 0; request < this.#times.end; request++)
      if (this.#times.isLive(request)) this.#row(request, -1, "unfinished");
    this.#out.flush();
  }

  #row(request: number, e2e: number, outcome: string): void {
    const { requests, services } = this.#facts;
    const times = this.#times;
    const service = services[requests.service(request)]!.name;
    const names = [requests.id(request), service, requests.tenant(request)].map(csvField).join(",");
    const tpot = Math.round(times.tpot(request));
    const clock = [times.arrival(request), times.queueTime(request), times.ttft(request), tpot, e2e]
      .map(csvSeconds)
      .join(",");
    const tokens = `${requests.inputTokens(request)},${times.generated(request)}`;
    this.#out.line(`${names},${clock},${tokens},${times.preemptions(request)},${outcome}`);
  }
}
