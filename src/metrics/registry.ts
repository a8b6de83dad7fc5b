import type { Metric } from "./result.js";
import { DISTRIBUTION, type Stat } from "./stats.js";

export interface MetricDefinition {
  /** Chapter of the documentation, and the order of the result. */
  about: "jobs" | "history" | "requests" | "fleet" | "fairness" | "waiting";
  unit: string;
  direction: Metric["direction"];
  /** Statistics that follow the name after a dot; none for a metric that is one number. */
  stats: readonly Stat[];
  /** What a label of this metric means, by label. */
  labels: Readonly<Record<string, string>>;
  /** Other names of the same number. */
  aliases?: readonly string[];
  formula: string;
  population: string;
  source: string;
}

const ENDED = "jobs submitted in the window that ran and ended";
const STARTED =
  "jobs submitted in the window that started; those still pending at the end of the run are censored";
const ARRIVED = "requests that arrived in the window";
const SERVICE = { service: "the service" };
const TIER = { ...SERVICE, tier: "where: gpu, host or disk" };
const GROUPS = { user: "with groupBy: user", account: "with groupBy: account", queue: "with groupBy: queue" };
const REQUEST_GROUPS = { ...SERVICE, tenant: "with groupBy: tenant" };
const OVER = {
  over: "user, account or queue for jobs, tenant for requests",
  service: "for requests, the service",
};
const TENANT = { ...OVER, tenant: "its name" };
const HISTORY = {
  qos: "its name",
  user: "its name",
  size: "GPUs (else cores) of the job, in classes; groups of ten jobs at least",
};
const RECORDED =
  "jobs submitted in the window that started, and whose start on the recorded machine is known";
const GPU_TIME = {
  state:
    "allocated, idle, or lost (allocated to work that a preemption threw away); powered-down: of the idle time, on nodes without power",
};

/** Every metric. A result lists them in this order. */
export const METRICS = {
  jobs: {
    about: "jobs",
    unit: "count",
    direction: "neutral",
    stats: ["count"],
    labels: {
      state:
        "submitted = ended + cancelled + censored; among the ended: timed-out; among the started: waited",
    },
    formula:
      "ended: ran and ended, whatever the outcome; timed-out: killed at its estimate; cancelled: left before it started; censored: not ended when the run was; waited: started later than submitted",
    population: "jobs submitted in the window",
    source: "-",
  },
  wait: {
    about: "jobs",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: GROUPS,
    formula: "turnaround - run time; without preemption, start - submission",
    population: STARTED,
    source: "Batsim docs/output-jobs.rst",
  },
  turnaround: {
    about: "jobs",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: GROUPS,
    aliases: ["jct"],
    formula: "end - submission; the GPU literature calls it job completion time (JCT)",
    population: ENDED,
    source: "Batsim docs/output-jobs.rst",
  },
  "bounded-slowdown": {
    about: "jobs",
    unit: "1",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: GROUPS,
    aliases: ["bsld"],
    formula:
      "max((wait + run time) / max(run time, tau), 1); tau is 10 s unless measure.tau says otherwise, and the method states it",
    population: ENDED,
    source: "Feitelson and Rudolph 1998; tau as in pyss schedulers/simulator.py",
  },
  "run-time": {
    about: "jobs",
    unit: "us",
    direction: "neutral",
    stats: DISTRIBUTION,
    labels: GROUPS,
    formula: "time running, summed over all attempts",
    population: ENDED,
    source: "-",
  },
  "queue-length": {
    about: "jobs",
    unit: "count",
    direction: "lower",
    stats: ["mean", "max"],
    labels: {},
    formula:
      "jobs pending, averaged over the window's time; the maximum counts lengths that lasted longer than an instant",
    population: "all jobs",
    source: "-",
  },
  throughput: {
    about: "jobs",
    unit: "1/h",
    direction: "higher",
    stats: [],
    labels: {},
    formula: "jobs that ended in the window / length of the window",
    population: "all jobs",
    source: "RAPS raps/stats.py",
  },
  makespan: {
    about: "jobs",
    unit: "us",
    direction: "lower",
    stats: [],
    labels: {},
    formula: "last end - first submission",
    population: ENDED,
    source: "Batsim docs/output-schedule.rst",
  },
  preemptions: {
    about: "jobs",
    unit: "count",
    direction: "lower",
    stats: ["count"],
    labels: {},
    formula: "times that a running job lost its GPUs",
    population: "all jobs, events in the window",
    source: "-",
  },
  "history-starts": {
    about: "history",
    unit: "1",
    direction: "neutral",
    stats: [],
    labels: { ...HISTORY, within: "1m, 15m or 1h" },
    formula: "share of the first starts that lie so close to the recorded ones",
    population: RECORDED,
    source: "-",
  },
  "history-mape": {
    about: "history",
    unit: "1",
    direction: "neutral",
    stats: [],
    labels: {},
    formula:
      "mean over submissions of |simulated - recorded| / recorded, each the mean wait of the jobs submitted in the two weeks before; shorter traces from their start",
    population: RECORDED,
    source: "FastSim (HewlettPackard/FastSim), which reports 7.3 % for its machine",
  },
  "history-error": {
    about: "history",
    unit: "us",
    direction: "neutral",
    stats: ["mean"],
    labels: HISTORY,
    formula: "|start - recorded start|",
    population: RECORDED,
    source: "-",
  },
  "history-wait": {
    about: "history",
    unit: "us",
    direction: "neutral",
    stats: ["mean"],
    labels: { ...HISTORY, of: "history or replay" },
    formula: "first start - submission",
    population: RECORDED,
    source: "-",
  },
  "history-far": {
    about: "history",
    unit: "1",
    direction: "neutral",
    stats: [],
    labels: {
      side: "earlier or later than recorded",
      reason: "of the later ones: for what they waited last in the replay",
    },
    formula: "share of the starts that lie more than 15 minutes from the recorded ones",
    population: RECORDED,
    source: "-",
  },
  "history-day": {
    about: "history",
    unit: "1",
    direction: "neutral",
    stats: [],
    labels: { day: "of the run, from 1; the five worst" },
    formula: "the day's part of the distance between starts that lie more than 15 minutes apart",
    population: RECORDED,
    source: "-",
  },
  "offered-load": {
    about: "jobs",
    unit: "1",
    direction: "neutral",
    stats: [],
    labels: { resource: "gpu or cpu" },
    formula:
      "sum of run time x size / (capacity x time between first and last submission); above 1 the queue grows without bound",
    population: "jobs submitted in the window",
    source: "-",
  },
  requests: {
    about: "requests",
    unit: "count",
    direction: "neutral",
    stats: ["count"],
    labels: { ...SERVICE, state: "arrived = ended + rejected + aborted + shed + censored" },
    formula:
      "ended: all its tokens came, or the engine cut it at its longest length; rejected: it can never fit; aborted: the caller gave up; shed: the engine gave it up, its deadline being out of reach; censored: not ended when the run was",
    population: ARRIVED,
    source: "-",
  },
  ttft: {
    about: "requests",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: REQUEST_GROUPS,
    formula: "time to first token: first token - arrival",
    population: `${ARRIVED} and got a token`,
    source: "vLLM benchmarks/serve.py",
  },
  tpot: {
    about: "requests",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: REQUEST_GROUPS,
    formula: "time per output token after the first: (last token - first token) / (tokens - 1)",
    population: `${ARRIVED}, ended, and got two tokens or more`,
    source: "vLLM benchmarks/serve.py",
  },
  itl: {
    about: "requests",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: SERVICE,
    formula:
      "inter-token latency: time between two deliveries of one request; tokens delivered together count as one delivery",
    population: `deliveries after the first to ${ARRIVED}`,
    source: "vLLM benchmarks/serve.py",
  },
  e2e: {
    about: "requests",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: REQUEST_GROUPS,
    formula: "end - arrival",
    population: `${ARRIVED} and ended`,
    source: "vLLM benchmarks/serve.py",
  },
  "queue-time": {
    about: "requests",
    unit: "us",
    direction: "lower",
    stats: DISTRIBUTION,
    labels: REQUEST_GROUPS,
    formula:
      "first time in a batch - arrival; waiting for a replica included, waiting after a preemption not",
    population: `${ARRIVED} and were scheduled`,
    source: "vLLM v1/metrics/stats.py",
  },
  "request-throughput": {
    about: "requests",
    unit: "1/s",
    direction: "higher",
    stats: [],
    labels: SERVICE,
    formula: "requests that ended in the window / length of the window",
    population: "all requests",
    source: "vLLM benchmarks/serve.py",
  },
  "output-throughput": {
    about: "requests",
    unit: "tokens/s",
    direction: "higher",
    stats: [],
    labels: SERVICE,
    formula: "output tokens delivered in the window / length of the window",
    population: "all requests",
    source: "vLLM benchmarks/serve.py",
  },
  "output-throughput-per-gpu": {
    about: "requests",
    unit: "tokens/s",
    direction: "higher",
    stats: [],
    labels: SERVICE,
    formula: "output tokens delivered in the window / GPU-seconds that replicas held in it, loading included",
    population: "all requests",
    source: "-",
  },
  "kv-use": {
    about: "requests",
    unit: "1",
    direction: "neutral",
    stats: ["mean", "max"],
    labels: SERVICE,
    formula: "KV blocks in use / blocks there are, averaged over the time in forward passes",
    population: "forward passes of the service's replicas in the window",
    source: "vLLM v1/core/block_pool.py get_usage",
  },
  "prefix-hit-share": {
    about: "requests",
    unit: "1",
    direction: "higher",
    stats: [],
    labels: TIER,
    formula: "prompt tokens found in the prefix cache when the request was first let in / prompt tokens",
    population: "requests that arrived in the window and have been in a batch",
    source: "vLLM v1/core/kv_cache_manager.py prefix_cache_stats, failed admissions left out",
  },
  "request-preemptions": {
    about: "requests",
    unit: "count",
    direction: "lower",
    stats: ["count"],
    labels: SERVICE,
    formula: "times that a request lost its KV blocks",
    population: "all requests, events in the window",
    source: "vLLM v1/core/sched/scheduler.py",
  },
  "slo-attainment": {
    about: "requests",
    unit: "1",
    direction: "higher",
    stats: [],
    labels: SERVICE,
    formula:
      "share that met every target, its own or its service's; a rejected, aborted or shed request missed, and so did an unfinished one that is past a target already; other unfinished ones are censored",
    population: ARRIVED,
    source: "DistServe (OSDI 2024)",
  },
  goodput: {
    about: "requests",
    unit: "1/s",
    direction: "higher",
    stats: [],
    labels: SERVICE,
    formula: "requests that ended in the window and met every target / length of the window",
    population: "all requests",
    source: "vLLM benchmarks/serve.py",
  },
  utilisation: {
    about: "fleet",
    unit: "1",
    direction: "higher",
    stats: [],
    labels: { resource: "gpu or cpu" },
    formula: "integral of what is allocated / (capacity x length of the window)",
    population: "the whole fleet; replicas included",
    source: "-",
  },
  "gpu-time": {
    about: "fleet",
    unit: "GPU-hours",
    direction: "neutral",
    stats: [],
    labels: GPU_TIME,
    formula: "exact integral over the window; allocated + idle = capacity x length of the window",
    population: "the whole fleet; replicas included",
    source: "-",
  },
  "core-time": {
    about: "fleet",
    unit: "core-hours",
    direction: "neutral",
    stats: [],
    labels: GPU_TIME,
    formula: "as gpu-time, for CPU cores",
    population: "the whole fleet; replicas included",
    source: "-",
  },
  "node-time": {
    about: "fleet",
    unit: "node-hours",
    direction: "neutral",
    stats: [],
    labels: { state: "up, down, drained, powering-down, powered-down, powering-up or rebooting" },
    formula:
      "exact integral over the window; all states together are the nodes x length of the window; only of runs in which a node was not up",
    population: "the whole fleet",
    source: "-",
  },
  jain: {
    about: "fairness",
    unit: "1",
    direction: "higher",
    stats: [],
    labels: OVER,
    formula:
      "(sum x)^2 / (n sum x^2), x = service received: GPU-time (core-time where no job holds GPUs), or for requests input + output tokens; from 1/n to 1; not normalised by demand or entitlement",
    population: "tenants with work in the window",
    source: "Jain, Chiu and Hawe 1984",
  },
  "jain-slowdown": {
    about: "fairness",
    unit: "1",
    direction: "higher",
    stats: [],
    labels: OVER,
    formula: "as jain, x = the tenant's mean bounded slowdown",
    population: `tenants of ${ENDED}`,
    source: "Jain, Chiu and Hawe 1984",
  },
  share: {
    about: "fairness",
    unit: "1",
    direction: "neutral",
    stats: [],
    labels: TENANT,
    formula: "the tenant's service / all tenants' service, for the 100 tenants with the largest",
    population: "tenants with work in the window",
    source: "-",
  },
  "worst-mean-wait": {
    about: "fairness",
    unit: "us",
    direction: "lower",
    stats: [],
    labels: TENANT,
    formula: "largest of the tenants' mean waits; the first by name among equals",
    population: `tenants of ${ENDED}`,
    source: "-",
  },
  "worst-mean-slowdown": {
    about: "fairness",
    unit: "1",
    direction: "lower",
    stats: [],
    labels: TENANT,
    formula: "largest of the tenants' mean bounded slowdowns; the first by name among equals",
    population: `tenants of ${ENDED}`,
    source: "-",
  },
  "worst-mean-ttft": {
    about: "fairness",
    unit: "us",
    direction: "lower",
    stats: [],
    labels: TENANT,
    formula: "largest of the tenants' mean times to first token; the first by name among equals",
    population: `tenants of ${ARRIVED} and got a token`,
    source: "-",
  },
  "wait-reason": {
    about: "waiting",
    unit: "us",
    direction: "neutral",
    stats: [],
    labels: {
      ...SERVICE,
      reason: "the scheduler's or the engine's own word; `unexplained` before it gives one",
    },
    formula:
      "waiting time in the window that the reason stood for; over all reasons, the integral of the queue's length",
    population: "all jobs; with a service label, its requests",
    source: "-",
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

const NAMES = Object.keys(METRICS) as MetricName[];

/** Place of a metric in the registry. */
export const metricOrder: Readonly<Record<string, number>> = Object.fromEntries(
  NAMES.map((name, i) => [name, i]),
);

/** The definition behind a name or an alias, with the name that results use; undefined when there is none. */
export function findMetric(name: string): { name: MetricName; definition: MetricDefinition } | undefined {
  const found = NAMES.find(
    (key) => key === name || ((METRICS[key] as MetricDefinition).aliases ?? []).includes(name),
  );
  return found === undefined ? undefined : { name: found, definition: METRICS[found] };
}
