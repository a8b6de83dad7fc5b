import { BitVector } from "../../../../core/bit-vector.js";
import { SECOND } from "../../../../core/units.js";
import type { PausablePass } from "../../controller/parts.js";
import { SlurmJobState } from "../../model/job.js";
import type { TestTimes } from "../../model/test-times.js";
import type { SchedulerContext } from "../context.js";
import type { QueueEntry } from "../order.js";
import { Reasons } from "../reasons.js";
import { isIndependent } from "../runnable.js";
import { BackfillQueue } from "./backfill-queue.js";
import { Planner } from "./planner.js";
import type { Attempt, Outcome, Trial } from "./trial.js";

/** Where a pass gives its locks away. */
type Pauses<T> = Generator<undefined, T>;

/**
 * The backfill scheduler when its tests take time: a pass gives its locks away each bf_yield_interval, and goes on later
 * with the queue and the plans that it has; and it is over when bf_max_time is. What it starts between two sleeps starts
 * at the end of the first.
 *
 * `_attempt_backfill` and `_yield_locks` of src/plugins/sched/backfill/backfill.c, 22.05.
 */
export class TimedBackfill implements PausablePass {
  took = 0;
  plansIdle = false;
  readonly #reasons = new Reasons();
  readonly #planner: Planner;
  readonly #queue: BackfillQueue;
  #rest: Pauses<void> | undefined;
  /** Second at which the pass began. */
  #began = 0;
  /** When it last took its locks, µs. */
  #since = 0;
  /** Nodes that were neither DOWN nor drained when it fell asleep. */
  readonly #avail: BitVector;
  /** Nodes that have come free since the pass began: jobs of less priority must not get what those before were not offered. */
  readonly #ignored: BitVector;
  /** Nodes that the pass has planned with, for jobs that have started meanwhile, too. */
  readonly #planned: BitVector;

  constructor(
    readonly context: SchedulerContext,
    readonly times: TestTimes["backfill"],
  ) {
    this.#planner = new Planner(context, this.#reasons, false);
    this.#queue = new BackfillQueue(context, this.#reasons, this.#planner);
    const { count } = context.state.nodes;
    this.#avail = new BitVector(count);
    this.#ignored = new BitVector(count);
    this.#planned = new BitVector(count);
  }

  get plans(): boolean {
    return this.#planner.plans;
  }

  begin(now: number): void {
    this.#began = Math.floor(now / SECOND);
    this.#ignored.clear();
    this.#planned.clear();
    this.#planner.begin();
    this.#rest = this.#walk();
    this.#avail.copyFrom(this.context.state.nodes.avail);
  }

  run(now: number): boolean {
    this.took = 0;
    this.#since = now;
    this.#ignoreBack();
    const over = this.#rest!.next().done === true;
    if (over) this.#finish();
    else {
      this.#avail.copyFrom(this.context.state.nodes.avail);
      this.#reasons.publish(this.context.actions);
    }
    return over;
  }

  stop(): void {
    this.took = 0;
    this.#finish();
  }

  #finish(): void {
    const { state, actions } = this.context;
    this.#rest = undefined;
    this.#queue.startHeterogeneous();
    this.#reasons.publish(actions);
    this.plansIdle = this.#planned.overlaps(state.nodes.idle);
  }

  freed(node: number): void {
    const { idle, completing } = this.context.state.nodes;
    if (idle.has(node) && !completing.has(node)) this.#ignored.add(node);
  }

  /** Nodes that have been given back by the administrator are passed over as well. */
  #ignoreBack(): void {
    const back = this.context.state.nodes.avail.clone();
    back.andNot(this.#avail);
    this.#ignored.or(back);
    this.#planner.slots.ignored = this.#ignored.empty ? undefined : this.#ignored;
  }

  /** bf_max_time is over; slurmctld looks at whole seconds. */
  get #late(): boolean {
    const { bf_max_time } = this.context.state.config.scheduler.parameters;
    return Math.floor((this.#since + this.took) / SECOND) - this.#began >= bf_max_time;
  }

  /** It has kept its locks for bf_yield_interval. */
  get #yields(): boolean {
    return this.took >= this.context.state.config.scheduler.parameters.bf_yield_interval;
  }

  *#walk(): Pauses<void> {
    const queue = this.#queue;
    const entries = queue.entries();
    if (entries.length === 0) return;
    this.#planner.prepare(entries, undefined);
    this.took += this.times.entry;
    for (const entry of entries) {
      if (queue.exhausted || this.#late) return;
      if (this.#yields) yield;
      this.took += this.times.entry;
      if (!queue.awaits(entry)) continue;
      const attempt = queue.begin(entry);
      const goOn = attempt === undefined || (yield* this.#tryTasks(entry, attempt));
      queue.end(entry);
      if (!goOn) return;
    }
  }

  *#tryTasks(entry: QueueEntry, attempt: Attempt): Pauses<boolean> {
    const { job } = attempt;
    for (;;) {
      const limit = job.timeLimit;
      const outcome = yield* this.#search(entry, attempt);
      if (job.state !== SlurmJobState.Pending) return outcome !== "stop";
      job.timeLimit = limit;
      if (outcome !== "next-task") return outcome === "next-job";
    }
  }

  *#search(entry: QueueEntry, attempt: Attempt): Pauses<Outcome> {
    const { job, partition } = attempt;
    // Its partitions may have changed while the pass slept.
    if (!job.partitions.includes(partition)) return "next-job";
    const trial = this.#planner.open(attempt);
    if (trial === undefined) return "next-job";
    for (let looks = 0; ; looks++) {
      if (this.#late) return "stop";
      if (this.#yields && !(yield* this.#sleep(entry, trial))) {
        this.took += this.times.entry;
        return "next-job";
      }
      const outcome = this.#planner.look(trial);
      this.took += this.times.slot + (looks === 0 ? this.times.job : 0);
      if (outcome === undefined) continue;
      if (job.plannedNodes !== undefined) this.#planned.or(job.plannedNodes);
      return outcome;
    }
  }

  /** In the middle of a job's turn. False when the job has started meanwhile, or may not start any longer. */
  *#sleep({ magnetic }: QueueEntry, { job, partition, limit }: Trial): Pauses<boolean> {
    const { timeLimit } = job;
    job.timeLimit = limit;
    if (magnetic !== undefined) job.reservation = undefined;
    yield;
    if (job.state !== SlurmJobState.Pending || job.priority === 0) return false;
    job.partition = partition;
    if (magnetic !== undefined) job.reservation = magnetic;
    if (!isIndependent(job, this.context, this.#reasons)) return false;
    job.timeLimit = timeLimit;
    return true;
  }
}
