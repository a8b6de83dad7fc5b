import type { RequestTimes } from "./request-times.js";
import { EXACT_SAMPLES, Samples } from "./samples.js";
import type { MetricSink } from "./sink.js";

/** The distributions of a set of requests, and how many of them never reached each milestone. */
export class RequestSamples {
  readonly ttft: Samples;
  readonly tpot: Samples;
  readonly e2e: Samples;
  readonly queueTime: Samples;
  unscheduled = 0;
  tokenless = 0;
  unfinished = 0;

  constructor(exactSamples = EXACT_SAMPLES) {
    this.ttft = new Samples(exactSamples);
    this.tpot = new Samples(exactSamples);
    this.e2e = new Samples(exactSamples);
    this.queueTime = new Samples(exactSamples);
  }

  /** A request that came to its end as planned. */
  ended(time: number, request: number, times: RequestTimes): void {
    this.e2e.add(time - times.arrival(request));
    const tpot = times.tpot(request);
    if (tpot >= 0) this.tpot.add(tpot);
  }

  /** A request that had not ended when the run did. */
  censored(request: number, times: RequestTimes): void {
    this.unfinished++;
    if (times.ttft(request) < 0) this.tokenless++;
    if (times.queueTime(request) < 0) this.unscheduled++;
  }

  collect(sink: MetricSink, labels: Record<string, string>): void {
    sink.distribution("ttft", this.ttft.summary(), labels, this.tokenless);
    sink.distribution("tpot", this.tpot.summary(), labels, this.unfinished);
    sink.distribution("e2e", this.e2e.summary(), labels, this.unfinished);
    sink.distribution("queue-time", this.queueTime.summary(), labels, this.unscheduled);
  }
}
