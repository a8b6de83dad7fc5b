import type { BitVector } from "../../../core/bit-vector.js";
import { lowerBound } from "../../../core/lower-bound.js";
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
 *
 * @param from it is not to start before; 24.11 lets the jobs leave first that end by then, and asks then
 */
export function willRun(bench: Bench, trial: Trial, from: number): Expected | undefined {
  const { state, holdings } = bench;
  const candidates = new Set(preemptionCandidates(state, holdings.jobs, trial.job, trial.need.partition));
  const gone = goneBy(bench, from);
  const { unshared } = trial.need;
  if (unshared !== undefined && trial.job.request.constraint === "") {
    // Backfill asks first as if the job did not share; what that says of later counts for nothing.
    const found = atOnce(bench, { ...trial, need: unshared }, candidates, gone);
    if (found.nodes !== undefined) return { start: state.now, nodes: found.nodes };
  }
  const { nodes, extraRow } = atOnce(bench, trial, candidates, gone);
  if (nodes !== undefined) return { start: state.now, nodes };
  return afterEnds(bench, trial, new Set([...candidates, ...gone]), extraRow);
}

/** How many of the running jobs, by their end, count as gone at a time that is still to come: none in older releases. */
export function countGone(state: SlurmState, ends: readonly SlurmJob[], from: number): number {
  if (from <= state.now || !versionAtLeast(state.config.version, "24.11")) return 0;
  return lowerBound(ends.length, (at) => ends[at]!.endTime <= from);
}

function goneBy({ state, holdings }: Bench, from: number): readonly SlurmJob[] {
  return holdings.byEnd.slice(0, countGone(state, holdings.byEnd, from));
}

/**
 * Its nodes if it can start now, or once those `gone` have left, if need be after evictions: then `future` is without the
 * victims.
 */
function atOnce(
  bench: Bench,
  trial: Trial,
  candidates: ReadonlySet<SlurmJob>,
  gone: readonly SlurmJob[],
): { nodes?: BitVector; extraRow: boolean } {
  const { state, holdings, future } = bench;
  if (gone.length === 0) {
    const now = attempt(bench, trial, holdings.resources);
    if (now !== undefined) return { nodes: now.chosen, extraRow: false };
  }
  future.copyFrom(holdings.resources);
  for (const one of gone) if (!candidates.has(one)) holdings.vacate(future, one);
  if (gone.length > 0) {
    const then = attempt(bench, trial, future);
    if (then !== undefined) return { nodes: then.chosen, extraRow: false };
  }
  let extraRow = false;
  for (const victim of candidates) {
    if (!victim.allocation!.nodes.overlaps(trial.offered)) continue;
    const suspends = preemptModeOf(state, victim) === "SUSPEND";
    if (suspends && state.config.preempt.type === "qos") extraRow = true;
    holdings.vacate(future, victim, suspends);
  }
  if (candidates.size > 0) {
    const found = attempt(bench, trial, future, { extraRow });
    if (found !== undefined) return { nodes: found.chosen, extraRow };
  }
  return { extraRow };
}

function afterEnds(
  bench: Bench,
  trial: Trial,
  without: ReadonlySet<SlurmJob>,
  extraRow: boolean,
): Expected | undefined {
  const { state, holdings, future } = bench;
  const ends = holdings.byEnd;
  const leaving = without.size === 0 ? ends : ends.filter((other) => !without.has(other));
  const batches = new Batches(state, leaving);
  const preferBusy = state.config.scheduler.parameters.bf_busy_nodes;
  const leave = (other: SlurmJob) => {
    if (!other.allocation!.nodes.overlaps(trial.offered)) return false;
    holdings.vacate(future, other);
    return true;
  };
  const options = { ...trial.options, extraRow, preferBusy };
  while (batches.take(leave)) {
    const found = bench.test.run(trial.need, trial.offered, trial.required, future, options);
    if (found === undefined) continue;
    return { start: batches.start(found.chosen), nodes: found.chosen };
  }
  return undefined;
}

/**
 * Running jobs in the batches in which the will-run test takes them away: the first of 30 s from the next half minute
 * after the first end, each later one with twice the window.
 */
export class Batches {
  private window = 30;
  private from = -1;
  private next = 0;
  /** The last job that was taken away. */
  private last: SlurmJob | undefined;
  /** No job beyond the window is taken. */
  private readonly strict: boolean;

  /** `jobs` by their end. */
  constructor(
    private readonly state: SlurmState,
    private readonly jobs: readonly SlurmJob[],
  ) {
    this.strict = versionAtLeast(state.config.version, "24.11");
  }

  /** How many of the jobs have been looked at, and the end of the last one taken away. */
  get gone(): number {
    return this.next;
  }

  get end(): number {
    return this.last === undefined ? this.state.now : this.last.endTime;
  }

  /** The estimate once these nodes suffice: the end of the last job gone; from 25.05 on, of those that held them. */
  start(nodes: BitVector): number {
    const { state, jobs } = this;
    let last = this.last!;
    if (versionAtLeast(state.config.version, "25.05"))
      for (let i = this.next - 1; i >= 0; i--)
        if (jobs[i]!.allocation!.nodes.overlaps(nodes)) {
          last = jobs[i]!;
          break;
        }
    return expectedEnd(state, last);
  }

  /**
   * Takes the next batch away. `remove` answers whether the job held any of the nodes in question; who did not is
   * passed over. False when nothing is left.
   */
  take(remove: (job: SlurmJob) => boolean): boolean {
    const { jobs } = this;
    for (let removed = 0, any = false; ; ) {
      const job = jobs[this.next];
      if (job === undefined) return any;
      // 22.05 looks no further than to the next job, and takes whoever comes after one that holds none of the nodes.
      if (this.strict && any && job.endTime > this.from + this.window) {
        this.widen(job);
        return true;
      }
      this.next++;
      if (!remove(job)) continue;
      if (this.from < 0) this.from = job.endTime + 30 - mod(job.endTime, 30);
      this.last = job;
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
export function expectedEnd(state: SlurmState, job: SlurmJob): number {
  if (job.endTime > state.now) return job.endTime;
  const over = job.partition.config.overTimeLimit ?? state.config.overTimeLimit;
  const end = Number.isFinite(over)
    ? job.endTime + state.config.killWait + 60 * over
    : state.now + (Number.isFinite(job.timeLimit) ? 60 * job.timeLimit! : 365 * 86400);
  return Math.max(end, state.now + 1);
}
