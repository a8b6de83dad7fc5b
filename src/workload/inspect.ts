import { ExactSum } from "../core/exact-sum.js";
import { SECOND } from "../core/units.js";
import type { Shapes } from "../fleet/shape.js";
import type { JobRows, RequestRows, TraceCounts, TraceOrigin } from "./stream.js";
import { ArrivalCounter, type ArrivalSummary, type Summary, summarise } from "./summary.js";
import { widthOf } from "./width.js";

/** What a trace of jobs holds. Times in µs. A summary is undefined when no row says anything of the quantity. */
export interface JobInspection {
  kind: "jobs";
  origin: TraceOrigin;
  counts: TraceCounts;
  arrivals: ArrivalSummary;
  run: Summary | undefined;
  /** Of the jobs that have a finite estimate. */
  estimate: Summary | undefined;
  /** Wait on the recorded machine. */
  wait: Summary | undefined;
  /** Processors a job, as `widthOf` counts them. */
  width: Summary | undefined;
  gpus: Summary | undefined;
  users: number;
  accounts: number;
  queues: number;
  /** Jobs that run longer than their estimate. */
  overruns: number;
  /** Jobs that are taken back while they wait. */
  cancelled: number;
  /** What the load is measured against: the option, the header's size, or the widest job. */
  machine: number;
  /** Processor-seconds asked for over those that the machine has between the first and the last arrival. */
  offeredLoad: number | undefined;
}

export interface RequestInspection {
  kind: "requests";
  origin: TraceOrigin;
  counts: TraceCounts;
  arrivals: ArrivalSummary;
  inputTokens: Summary | undefined;
  outputTokens: Summary | undefined;
  tenants: number;
  /** Per second of the span; undefined when all requests come at once. */
  inputTokenRate: number | undefined;
  outputTokenRate: number | undefined;
}

/** Statistics of a trace of jobs; needs 40 bytes of memory a row. `machine`: processors to measure the load against. */
export async function inspectJobs(rows: JobRows, shapes: Shapes, machine?: number): Promise<JobInspection> {
  const { origin, counts } = rows;
  const run = new Float64Array(counts.emitted);
  const width = new Float64Array(counts.emitted);
  const gpus = new Float64Array(counts.emitted);
  const estimate = new Float64Array(counts.emitted);
  const wait = new Float64Array(counts.emitted);
  const users = new Set<number>();
  const accounts = new Set<number>();
  const queues = new Set<number>();
  const arrivals = new ArrivalCounter();
  const work = new ExactSum();
  let [n, estimates, waits, overruns, cancelled, widest] = [0, 0, 0, 0, 0, 0];
  const stream = rows.open();
  for (let batch = await stream.next(); batch; batch = await stream.next())
    for (let i = 0; i < batch.length; i++, n++) {
      const shape = shapes.get(batch.shape[i]!);
      const processors = widthOf(shape);
      const time = batch.run[i]!;
      arrivals.add(batch.submit[i]!);
      run[n] = time;
      width[n] = processors;
      gpus[n] = shape.gpus;
      widest = Math.max(widest, processors);
      if (batch.estimate[i]! !== Number.POSITIVE_INFINITY) estimate[estimates++] = batch.estimate[i]!;
      if (batch.recordedStart[i]! >= 0) wait[waits++] = batch.recordedStart[i]! - batch.submit[i]!;
      if (time > batch.estimate[i]!) overruns++;
      if (batch.cancel[i]! !== Number.POSITIVE_INFINITY) cancelled++;
      else work.addProduct(Math.min(processors, 2 ** 20), time);
      users.add(batch.user[i]!);
      accounts.add(batch.account[i]!);
      queues.add(batch.queue[i]!);
    }
  await stream.close();
  const size = machine ?? origin.machineSize ?? widest;
  const { span } = arrivals.summary();
  return {
    kind: "jobs",
    origin,
    counts,
    arrivals: arrivals.summary(),
    run: summarise(run),
    estimate: summarise(estimate.subarray(0, estimates)),
    wait: summarise(wait.subarray(0, waits)),
    width: summarise(width),
    gpus: summarise(gpus),
    users: named(users),
    accounts: named(accounts),
    queues: named(queues),
    overruns,
    cancelled,
    machine: size,
    offeredLoad: span > 0 && size > 0 ? work.toNumber() / size / span : undefined,
  };
}

/** Statistics of a trace of requests; needs 16 bytes of memory a row. */
export async function inspectRequests(rows: RequestRows): Promise<RequestInspection> {
  const { origin, counts } = rows;
  const input = new Float64Array(counts.emitted);
  const output = new Float64Array(counts.emitted);
  const tenants = new Set<number>();
  const arrivals = new ArrivalCounter();
  let n = 0;
  const stream = rows.open();
  for (let batch = await stream.next(); batch; batch = await stream.next())
    for (let i = 0; i < batch.length; i++, n++) {
      arrivals.add(batch.arrival[i]!);
      input[n] = batch.inputTokens[i]!;
      output[n] = batch.outputTokens[i]!;
      tenants.add(batch.tenant[i]!);
    }
  await stream.close();
  const { span } = arrivals.summary();
  const inputTokens = summarise(input);
  const outputTokens = summarise(output);
  const rate = (tokens: Summary | undefined) =>
    tokens !== undefined && span > 0 ? (tokens.mean * tokens.n * SECOND) / span : undefined;
  return {
    kind: "requests",
    origin,
    counts,
    arrivals: arrivals.summary(),
    inputTokens,
    outputTokens,
    tenants: named(tenants),
    inputTokenRate: rate(inputTokens),
    outputTokenRate: rate(outputTokens),
  };
}

/** How many of the numbers are names; -1 is none. */
function named(numbers: Set<number>): number {
  return numbers.size - (numbers.has(-1) ? 1 : 0);
}
