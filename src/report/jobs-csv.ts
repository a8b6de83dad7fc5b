import type { RunFacts } from "../journal/facts.js";
import { JobOutcome, type JournalListener } from "../journal/journal.js";
import { JobTimes } from "../metrics/job-times.js";
import { csvField, csvSeconds } from "./csv.js";
import { LineBuffer, type Sink } from "./line-buffer.js";

const COLUMNS =
  "job,user,account,queue,submit_s,start_s,end_s,wait_s,run_s,gpus,cpus,tasks,outcome,preemptions,nodes,reason";

const OUTCOMES: Record<JobOutcome, string> = {
  [JobOutcome.Completed]: "completed",
  [JobOutcome.TimedOut]: "timed-out",
  [JobOutcome.Cancelled]: "cancelled",
  [JobOutcome.Failed]: "failed",
  [JobOutcome.NodeFail]: "node-fail",
  [JobOutcome.Preempted]: "preempted",
};

/**
 * `jobs.csv`: one row for each job in the order in which they left, then those that still ran or waited at the end.
 * `start_s` is the last start; `wait_s` and `run_s` sum over all attempts; sizes and nodes are those of the last
 * attempt, or what was asked for. `reason` is why a job that never started waited last, or was sent away, in its
 * scheduler's own words. Replicas' jobs are left out.
 */
export class JobsCsv implements JournalListener {
  readonly #out: LineBuffer;
  readonly #times = new JobTimes();
  /** Nodes of the last start. */
  readonly #nodes: string[] = [];
  /** Number of the last reason; -1 none. */
  readonly #reason: number[] = [];
  #facts!: RunFacts;

  constructor(sink: Sink) {
    this.#out = new LineBuffer(sink);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.#out.line(COLUMNS);
  }

  submit(time: number, job: number): void {
    if (this.#facts.jobs.isReplica(job)) return;
    this.#times.submit(time, job);
    this.#nodes[job] = "";
    this.#reason[job] = -1;
  }

  reason(_time: number, job: number, reason: number): void {
    if (this.#times.isLive(job)) this.#reason[job] = reason;
  }

  start(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    const { jobs } = this.#facts;
    this.#times.start(time, job, jobs.gpus(job), jobs.cpus(job));
    this.#nodes[job] = jobs.placement(job);
  }

  preempt(time: number, job: number): void {
    if (this.#times.isLive(job)) this.#times.preempt(time, job);
  }

  suspend(time: number, job: number): void {
    if (this.#times.isLive(job)) this.#times.suspend(time, job);
  }

  resume(time: number, job: number): void {
    if (this.#times.isLive(job)) this.#times.resume(time, job);
  }

  end(time: number, job: number, outcome: JobOutcome): void {
    this.#leave(time, job, OUTCOMES[outcome]);
  }

  cancel(time: number, job: number): void {
    this.#leave(time, job, "cancelled");
  }

  runEnd(time: number): void {
    for (let job = 0; job < this.#times.end; job++) {
      if (!this.#times.isLive(job)) continue;
      const outcome = this.#times.isRunning(job) ? "running" : "pending";
      this.#times.leave(time, job);
      this.#row(job, -1, outcome);
    }
    this.#out.flush();
  }

  #leave(time: number, job: number, outcome: string): void {
    if (!this.#times.isLive(job)) return;
    this.#times.leave(time, job);
    this.#row(job, time, outcome);
  }

  #row(job: number, end: number, outcome: string): void {
    const { jobs } = this.#facts;
    const times = this.#times;
    const size = times.lastStart(job) < 0 ? jobs : times;
    const names = [jobs.id(job), jobs.user(job), jobs.account(job), jobs.queue(job)].map(csvField).join(",");
    const clock = [times.submitted(job), times.lastStart(job), end, times.waited(job), times.ran(job)]
      .map(csvSeconds)
      .join(",");
    const held = `${size.gpus(job)},${size.cpus(job)},${jobs.tasks(job)}`;
    const nodes = csvField(this.#nodes[job]!);
    const given = times.lastStart(job) < 0 ? this.#reason[job]! : -1;
    const why = given < 0 ? "" : csvField(this.#facts.reasonName(given));
    this.#out.line(`${names},${clock},${held},${outcome},${times.preemptions(job)},${nodes},${why}`);
  }
}
