import { HOUR } from "../core/units.js";
import type { RunFacts } from "../journal/facts.js";
import { JobOutcome, type JournalListener } from "../journal/journal.js";
import { TimeIntegral } from "./integral.js";
import { collectSamples, JobGroups } from "./job-groups.js";
import { JobSamples } from "./job-samples.js";
import { JobTimes } from "./job-times.js";
import { OfferedLoad } from "./offered-load.js";
import type { MetricOptions } from "./options.js";
import type { MetricSink } from "./sink.js";
import { type Window, windowLength, within } from "./window.js";

/** Who ran, who waited and how long: the jobs submitted in the window. Replicas' jobs are not counted. */
export class JobMetrics implements JournalListener {
  readonly samples: JobSamples;
  readonly queue: TimeIntegral;
  submitted = 0;
  ended = 0;
  timedOut = 0;
  cancelled = 0;
  /** Unfinished when the run ended: they run, or they wait. */
  running = 0;
  pending = 0;
  /** Jobs pending after the last submission. */
  queueAtLastArrival = 0;
  load!: OfferedLoad;
  readonly #window: Window;
  readonly #groups: JobGroups;
  readonly #times = new JobTimes();
  #facts!: RunFacts;
  #endedInWindow = 0;
  #preemptions = 0;
  #firstSubmit = 0;
  #lastEnd = 0;
  #runEnd = 0;

  constructor(options: MetricOptions) {
    this.samples = new JobSamples(options.tau, options.exactSamples);
    this.queue = new TimeIntegral(options.window);
    this.#window = options.window;
    this.#groups = new JobGroups(options);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.load = new OfferedLoad(facts);
  }

  submit(time: number, job: number): void {
    if (this.#facts.jobs.isReplica(job)) return;
    this.#times.submit(time, job);
    this.queue.add(time, 1);
    if (!within(this.#window, time)) return;
    if (this.submitted++ === 0) this.#firstSubmit = time;
    this.queueAtLastArrival = this.queue.level;
    this.load.add(time, job);
  }

  start(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.start(time, job);
    this.queue.add(time, -1);
  }

  preempt(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.preempt(time, job);
    this.queue.add(time, 1);
    if (within(this.#window, time)) this.#preemptions++;
  }

  end(time: number, job: number, outcome: JobOutcome): void {
    const times = this.#times;
    if (!times.isLive(job)) return;
    if (times.isPending(job)) this.queue.add(time, -1);
    times.leave(time, job);
    if (within(this.#window, time)) this.#endedInWindow++;
    if (!within(this.#window, times.submitted(job))) return;
    this.ended++;
    this.#lastEnd = time;
    if (outcome === JobOutcome.TimedOut) this.timedOut++;
    this.samples.add(times.waited(job), times.ran(job));
    this.#groups.add(this.#facts.jobs, job, times.waited(job), times.ran(job));
  }

  cancel(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.leave(time, job);
    this.queue.add(time, -1);
    if (within(this.#window, this.#times.submitted(job))) this.cancelled++;
  }

  runEnd(time: number): void {
    this.#runEnd = time;
    this.queue.advance(time);
    const times = this.#times;
    for (let job = 0; job < times.end; job++) {
      if (!times.isLive(job) || !within(this.#window, times.submitted(job))) continue;
      if (times.isRunning(job)) {
        this.running++;
        this.samples.addRunning(times.waited(job));
        this.#groups.addRunning(this.#facts.jobs, job, times.waited(job));
      } else {
        this.pending++;
        this.#groups.addPending(this.#facts.jobs, job);
      }
    }
  }

  collect(sink: MetricSink): void {
    const states = {
      submitted: this.submitted,
      ended: this.ended,
      "timed-out": this.timedOut,
      cancelled: this.cancelled,
      censored: this.running + this.pending,
      waited: this.samples.waited,
    };
    for (const [state, value] of Object.entries(states)) sink.count("jobs", value, { state });
    collectSamples(sink, this.samples, this.running, this.pending, {});
    this.#groups.collect(sink);
    const length = windowLength(this.#window, this.#runEnd);
    const mean = length === 0 ? null : this.queue.sum.toNumber() / length;
    sink.add("queue-length", { value: mean, n: this.submitted, method: "time-weighted mean" }, "mean");
    sink.add("queue-length", { value: this.queue.max, n: this.submitted, method: "exact" }, "max");
    const perHour = length === 0 ? null : this.#endedInWindow / (length / HOUR);
    sink.add("throughput", { value: perHour, n: this.#endedInWindow, method: "exact" });
    const makespan = this.ended === 0 ? null : this.#lastEnd - this.#firstSubmit;
    const censored = this.running + this.pending;
    sink.add("makespan", { value: makespan, n: this.ended, censored, method: "exact" });
    sink.count("preemptions", this.#preemptions);
    this.load.collect(sink);
  }
}
