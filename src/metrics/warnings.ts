import { formatDuration, SECOND } from "../core/units.js";
import type { JobMetrics } from "./job-metrics.js";
import type { RequestMetrics } from "./request-metrics.js";
import type { Metric, Result } from "./result.js";
import type { HeadAndRest } from "./samples.js";
import { SKETCH_METHOD } from "./sketch.js";
import { trendOf } from "./steady.js";

export type Warning = Result["warnings"][number];

/** What the user has set already: advice must not name it again. */
export interface Settings {
  /** `measure: {from}` and `until` are given. */
  measuresFrom: boolean;
  until: boolean;
  partial: Result["partial"];
  /** The run ended because nothing could happen any more. */
  settled?: boolean;
}

/** A queue shorter than this says nothing about growth. */
const LONG_QUEUE = 20;

/** What a reader of the numbers ought to know: the suspected cause, and what helps. */
export function runWarnings(jobs: JobMetrics, requests: RequestMetrics, settings: Settings): Warning[] {
  const growing = [...growingQueue(jobs), ...growingServices(requests)];
  return [
    ...growing,
    ...unfinished(jobs, requests, settings),
    ...killed(jobs),
    ...rejected(requests),
    ...(growing.length > 0 ? [] : (settings.measuresFrom ? notSteady : warmUp)(jobs, requests)),
  ];
}

function growingQueue(jobs: JobMetrics): Warning[] {
  const load = jobs.load.value;
  const queue = jobs.queueAtLastArrival;
  const grew = queue >= LONG_QUEUE && queue >= 0.9 * jobs.queue.max;
  if (!grew || (load <= 1 && queue < 0.1 * jobs.submitted)) return [];
  const cause =
    load > 1 ? `: the jobs bring ${load.toFixed(2)} times the work that the fleet can do as they arrive` : "";
  return [
    {
      code: "jobs/saturated",
      message: `the queue was still growing when the last job arrived (${queue} waited)${cause}`,
      hint: "waits then only measure how long the arrivals lasted: compare throughput and makespan, or give the pools more nodes",
    },
  ];
}

function growingServices(requests: RequestMetrics): Warning[] {
  return requests.services
    .filter((s) => {
      const queue = s.queueAtLastArrival;
      return queue >= LONG_QUEUE && queue >= 0.9 * s.queue.max && queue >= 0.1 * s.arrived;
    })
    .map((s) => ({
      code: "requests/saturated",
      message: `requests to ${s.facts.name} were still piling up when the last one arrived (${s.queueAtLastArrival} waited)`,
      hint: "TTFT then only measures how long the arrivals lasted: give the service more replicas or fewer requests",
    }));
}

function unfinished(jobs: JobMetrics, requests: RequestMetrics, settings: Settings): Warning[] {
  const hint =
    settings.partial === "interrupted"
      ? "the run was interrupted: let it come to its end"
      : settings.until
        ? "a later until, or an earlier measure.to, lets the measured work finish"
        : "an earlier measure.to lets the measured work finish";
  const report = (what: string, missing: number, all: number): Warning[] =>
    missing === 0
      ? []
      : [
          {
            code: "run/censored",
            message: `${missing} of ${all} ${what} had not ended when the run did; what is missing is likely to be the longest`,
            hint,
          },
        ];
  return [
    ...report("jobs", jobs.all.unfinished, jobs.submitted),
    ...requests.services.flatMap((s) => report(`requests to ${s.facts.name}`, s.all.unfinished, s.arrived)),
  ];
}

function killed(jobs: JobMetrics): Warning[] {
  if (jobs.timedOut < 0.01 * jobs.all.ended || jobs.timedOut === 0) return [];
  return [
    {
      code: "jobs/timed-out",
      message: `${jobs.timedOut} of ${jobs.all.ended} jobs were killed at their requested time`,
      hint: "with overrun: tolerate they run on, as they did on the recorded machine",
    },
  ];
}

function rejected(requests: RequestMetrics): Warning[] {
  return requests.services
    .filter((s) => s.rejected > 0)
    .map((s) => ({
      code: "requests/rejected",
      message: `${s.facts.name} refused ${s.rejected} of ${s.arrived} requests: they can never fit`,
      hint: "a larger max_model_len, or more KV memory, admits longer prompts",
    }));
}

/** An empty fleet serves the first jobs at once; replicas that still load let the first requests wait. */
function warmUp(jobs: JobMetrics, requests: RequestMetrics): Warning[] {
  const hint = "leave the warm-up out with --warm-up auto (MSER-5), or a time that you know";
  const wait = jobs.all.samples.headAndRest();
  const warnings: Warning[] = [];
  if (wait !== undefined && wait.rest > 60 * SECOND && wait.rest > 2 * wait.head)
    warnings.push({
      code: "jobs/warm-up",
      message: `${contrast("jobs to end waited", wait)}: the fleet starts empty`,
      hint,
    });
  for (const service of requests.services) {
    const ttft = service.all.ttft.headAndRest();
    if (ttft === undefined || ttft.head < SECOND || ttft.head < 2 * ttft.rest) continue;
    const what = `requests to ${service.facts.name} had their first token after`;
    warnings.push({
      code: "requests/warm-up",
      message: `${contrast(what, ttft)}: its replicas were loading`,
      hint,
    });
  }
  return warnings;
}

/** Who leaves a warm-up out asks for a steady state: whether there is one. */
function notSteady(jobs: JobMetrics, requests: RequestMetrics): Warning[] {
  const series = [
    { kind: "jobs", what: "waits of jobs", values: jobs.all.samples.waits() },
    ...requests.services.map((service) => ({
      kind: "requests",
      what: `times to first token of ${service.facts.name}`,
      values: service.all.ttft.series(),
    })),
  ];
  return series.flatMap(({ kind, what, values }) => {
    const trend = values && trendOf(values);
    if (trend === undefined) return [];
    const time = (mean: number) => formatDuration(Math.round(mean));
    const way = trend.last > trend.first ? "grew" : "fell";
    return [
      {
        code: `${kind}/not-steady`,
        message: `${what} still ${way} over the measured window, from ${time(trend.first)} on average in its first quarter to ${time(trend.last)} in its last (Mann and Kendall's test, 1 %)`,
        hint: "a later measure.from, or a longer run, measures a steady state; a load that changes by day has none",
      },
    ];
  });
}

function contrast(what: string, { head, rest }: HeadAndRest): string {
  return `the first tenth of the ${what} ${formatDuration(Math.round(head))} on average, the others ${formatDuration(Math.round(rest))}`;
}

/** What the numbers of samples and the methods call for. */
export function sampleWarnings(metrics: readonly Metric[]): Warning[] {
  const few = metrics.filter(
    (m) => (m.name === "wait.p99.9" || m.name === "ttft.p99.9") && !isGroup(m) && m.n > 0 && m.n < 1000,
  );
  const sketched = metrics.filter(
    (m) =>
      m.method.startsWith(SKETCH_METHOD) && m.name.endsWith(".p50") && m.name !== "itl.p50" && !isGroup(m),
  );
  const names = (some: readonly Metric[]) => some.map((m) => m.name.split(".")[0]).join(", ");
  return [
    ...few.map((m) => ({
      code: "samples/few",
      message: `${m.name} rests on ${m.n} samples, fewer than 1000, and is little else than the maximum`,
      hint:
        m.n < 100 ? "read p90 instead, or measure a longer run" : "read p99 instead, or measure a longer run",
    })),
    ...(sketched.length === 0
      ? []
      : [
          {
            code: "samples/sketched",
            message: `percentiles of ${names(sketched)} come from a sketch with a relative error of 0.1 %`,
            hint: "keep more samples with measure.exactSamples",
          },
        ]),
  ];
}

/** True for numbers of one tenant or queue. */
function isGroup(metric: Metric): boolean {
  return Object.keys(metric.labels).some((label) => label !== "service");
}
