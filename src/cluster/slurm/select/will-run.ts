import type { BitVector } from "../../../core/bit-vector.js";
import { versionAtLeast } from "../model/config.js";
import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import { preemptionCandidates, preemptModeOf } from "./preemption.js";
import { attempt, type Bench, type Trial } from "./trial.js";

/** When and where a job is expected to start. */
export interface Expected {
  readonly start: number;
  readonly nodes: BitVector;
}

/**
 * When a job could start if running jobs end at their limits: at once, at once after evictions, or when a batch of
 * running jobs has left. `_will_run_test` of select/cons_tres, 22.05.
 */
export function willRun(bench: Bench, trial: Trial): Expected | undefined {
  const { state, holdings, future } = bench;
  const now = attempt(bench, trial, holdings.resources);
  if (now !== undefined) return { start: state.now, nodes: now.chosen };

  future.copyFrom(holdings.resources);
  const candidates = new Set(preemptionCandidates(state, holdings.jobs, trial.job, trial.need.partition));
  let extraRow = false;
  for (const victim of candidates) {
    if (!victim.allocation!.nodes.overlaps(trial.offered)) continue;
    const suspends = preemptModeOf(state, victim) === "SUSPEND";
    if (suspends && state.config.preempt.type === "qos") extraRow = true;
    holdings.vacate(future, victim, suspends);
  }
  if (candidates.size > 0) {
    const found = attempt(bench, trial, future, { extraRow });
    if (found !== undefined) return { start: state.now, nodes: found.chosen };
  }

  const leaving = holdings.jobs.filter((other) => !candidates.has(other)).sort(byEnd);
  const batches = new Batches(state, leaving, trial.offered);
  const preferBusy = state.config.scheduler.parameters.bf_busy_nodes;
  while (batches.take((other) => holdings.vacate(future, other))) {
    const found = attempt(bench, trial, future, { extraRow, preferBusy });
    if (found === undefined) continue;
    const last = versionAtLeast(state.config.version, "25.05") ? batches.lastOn(found.chosen) : batches.last!;
    return { start: expectedEnd(state, last), nodes: found.chosen };
  }
  return undefined;
}

function byEnd(a: SlurmJob, b: SlurmJob): number {
  return a.endTime - b.endTime || a.id - b.id;
}

/**
 * Running jobs in the batches in which the will-run test takes them away: the first of 30 s from the next half minute
 * after the first end, each later one with twice the window.
 */
class Batches {
  private window = 30;
  private from = -1;
  private next = 0;
  /** The last job that was taken away. */
  last: SlurmJob | undefined;

  /** `jobs` by their end. */
  constructor(
    private readonly state: SlurmState,
    private readonly jobs: readonly SlurmJob[],
    private readonly nodes: BitVector,
  ) {}

  /** The last one that held a node of these: what counts from 25.05 on. */
  lastOn(nodes: BitVector): SlurmJob {
    for (let i = this.next - 1; i >= 0; i--)
      if (this.jobs[i]!.allocation!.nodes.overlaps(nodes)) return this.jobs[i]!;
    return this.last!;
  }

  /** Takes the next batch away. False when nothing is left. */
  take(remove: (job: SlurmJob) => void): boolean {
    const { jobs, nodes } = this;
    for (let removed = 0, any = false; ; ) {
      const job = jobs[this.next];
      if (job === undefined) return any;
      this.next++;
      if (!job.allocation!.nodes.overlaps(nodes)) continue;
      if (this.from < 0) this.from = job.endTime + 30 - mod(job.endTime, 30);
      this.last = job;
      remove(job);
      any = true;
      const after = jobs[this.next];
      if (after === undefined || after.endTime > this.from + this.window) {
        this.widen(after);
        return true;
      }
      // Past 200 jobs Slurm goes on without a test and without a wider window.
      if (removed++ > 200) removed = 0;
    }
  }

  private widen(after: SlurmJob | undefined): void {
    const linear = this.state.config.scheduler.parameters.bf_window_linear;
    do {
      if (linear > 0) this.window += linear;
      else this.window *= 2;
    } while (after !== undefined && after.endTime > this.from + this.window);
  }
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** When a job is expected to leave: at its limit, or a little later when it is past that. */
function expectedEnd(state: SlurmState, job: SlurmJob): number {
  if (job.endTime > state.now) return job.endTime;
  const over = job.partition.config.overTimeLimit ?? state.config.overTimeLimit;
  const end = Number.isFinite(over)
    ? job.endTime + state.config.killWait + 60 * over
    : state.now + (Number.isFinite(job.timeLimit) ? 60 * job.timeLimit! : 365 * 86400);
  return Math.max(end, state.now + 1);
}
