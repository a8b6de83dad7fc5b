import { HOUR } from "../core/units.js";
import type { RunFacts } from "../journal/facts.js";
import { JobOutcome, type JournalListener } from "../journal/journal.js";
import { TimeIntegral } from "./integral.js";
import { JobFairness } from "./job-fairness.js";
import { JobGroup, JobGroups } from "./job-groups.js";
import { Fate, JobRows } from "./job-rows.js";
import { JobTimes } from "./job-times.js";
import { OfferedLoad } from "./offered-load.js";
import type { MetricOptions } from "./options.js";
import type { MetricSink } from "./sink.js";
import { type Window, windowLength, within } from "./window.js";

/** Who ran, who waited, how long and how fairly: the jobs submitted in the window. Replicas' jobs are not counted. */
export class JobMetrics implements JournalListener {
  readonly all: JobGroup;
  readonly fairness: JobFairness;
  readonly queue: TimeIntegral;
  submitted = 0;
  timedOut = 0;
  cancelled = 0;
  /** Jobs pending after the instant of the last submission. */
  queueAtLastArrival = 0;
  load!: OfferedLoad;
  readonly #window: Window;
  readonly #groups: JobGroups;
  readonly #times: JobTimes;
  readonly #rows = new JobRows();
  #facts!: RunFacts;
  #endedInWindow = 0;
  #preemptions = 0;
  #firstSubmit = 0;
  #lastSubmit = -1;
  #lastEnd = 0;
  #runEnd = 0;

  constructor(options: MetricOptions) {
    this.all = new JobGroup(options);
    this.fairness = new JobFairness(options);
    this.queue = new TimeIntegral(options.window);
    this.#window = options.window;
    this.#groups = new JobGroups(options, this.fairness.books);
    this.#times = new JobTimes(options.window);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.load = new OfferedLoad(facts);
  }

  submit(time: number, job: number): void {
    const { jobs } = this.#facts;
    if (jobs.isReplica(job)) return;
    this.#times.submit(time, job);
    this.queue.add(time, 1);
    this.fairness.meet(jobs, job);
    if (!within(this.#window, time)) return;
    if (this.submitted++ === 0) this.#firstSubmit = time;
    this.#lastSubmit = time;
    this.queueAtLastArrival = this.queue.level;
    this.load.add(time, job);
  }

  start(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    const { jobs } = this.#facts;
    this.#times.start(time, job, jobs.gpus(job), jobs.cpus(job));
    this.queue.add(time, -1);
    if (time === this.#lastSubmit) this.queueAtLastArrival = this.queue.level;
  }

  preempt(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.preempt(time, job);
    this.queue.add(time, 1);
    if (within(this.#window, time)) this.#preemptions++;
  }

  suspend(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.suspend(time, job);
    this.queue.add(time, 1);
  }

  resume(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.resume(time, job);
    this.queue.add(time, -1);
  }

  end(time: number, job: number, outcome: JobOutcome): void {
    const times = this.#times;
    if (!times.isLive(job)) return;
    if (times.isPending(job)) this.queue.add(time, -1);
    times.leave(time, job);
    if (within(this.#window, time)) this.#endedInWindow++;
    const counts = within(this.#window, times.submitted(job));
    if (counts) this.#lastEnd = time;
    if (counts && outcome === JobOutcome.TimedOut) this.timedOut++;
    this.#record(job, counts ? Fate.Ended : Fate.Outside);
  }

  cancel(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.leave(time, job);
    this.queue.add(time, -1);
    const counts = within(this.#window, this.#times.submitted(job));
    if (counts) this.cancelled++;
    this.#record(job, counts ? Fate.Cancelled : Fate.Outside);
  }

  runEnd(time: number): void {
    this.#runEnd = time;
    this.queue.advance(time);
    const times = this.#times;
    for (let job = 0; job < times.end; job++) {
      if (!times.isLive(job)) continue;
      const fate = times.isRunning(job) ? Fate.Running : Fate.Pending;
      times.leave(time, job);
      this.#record(job, within(this.#window, times.submitted(job)) ? fate : Fate.Outside);
    }
    this.#workOff();
  }

  collect(sink: MetricSink): void {
    const { submitted, cancelled, all } = this;
    const { ended, unfinished: censored } = all;
    const states = {
      submitted,
      ended,
      "timed-out": this.timedOut,
      cancelled,
      censored,
      waited: all.samples.waited,
    };
    for (const [state, value] of Object.entries(states)) sink.count("jobs", value, { state });
    all.collect(sink, {});
    this.#groups.collect(sink);
    const length = windowLength(this.#window, this.#runEnd);
    const mean = length === 0 ? null : this.queue.sum.toNumber() / length;
    sink.add("queue-length", { value: mean, n: submitted, method: "time-weighted mean" }, "mean");
    sink.add("queue-length", { value: this.queue.max, n: submitted, method: "exact" }, "max");
    const perHour = length === 0 ? null : this.#endedInWindow / (length / HOUR);
    sink.add("throughput", { value: perHour, n: this.#endedInWindow, method: "exact" });
    const makespan = ended === 0 ? null : this.#lastEnd - this.#firstSubmit;
    sink.add("makespan", { value: makespan, n: ended, censored, method: "exact" });
    sink.count("preemptions", this.#preemptions);
    this.load.collect(sink);
    this.fairness.collect(sink);
  }

  #record(job: number, fate: Fate): void {
    if (this.#rows.add(this.#facts.jobs, job, this.#times, fate)) this.#workOff();
  }

  #workOff(): void {
    const rows = this.#rows;
    const { fate, wait, run } = rows;
    for (let i = 0; i < rows.length; i++) this.all.add(fate[i] as Fate, wait[i]!, run[i]!);
    this.fairness.add(rows);
    this.#groups.add(rows);
    rows.length = 0;
  }
}
