import { SlurmJobState } from "../../model/job.js";
import type { SchedulerContext } from "../context.js";
import type { QueueEntry } from "../order.js";
import type { PlainQueue } from "../plain-queue.js";
import { Reasons } from "../reasons.js";
import { BackfillQueue } from "./backfill-queue.js";
import { Planner } from "./planner.js";
import type { Attempt } from "./trial.js";
import { Vacancies } from "./vacancies.js";
import { WholeNodesPass } from "./whole/pass.js";

/**
 * The backfill scheduler: conservative backfill. Every pending job that is looked at gets a place in a map of the time
 * to come, in the order of the queue; who finds a place now, under all places of those before, starts. The map is made
 * anew in each pass.
 *
 * `_attempt_backfill` of src/plugins/sched/backfill/backfill.c, 22.05, taking no time: `TimedBackfill` is the one that does.
 */
export class BackfillScheduler {
  readonly #reasons: Reasons;
  readonly #planner: Planner;
  readonly #queue: BackfillQueue;
  readonly #vacancies: Vacancies;
  readonly #whole: WholeNodesPass | undefined;
  /** The last pass was one of `#whole`. */
  #counted = false;

  /**
   * `estimates`: somebody reads when jobs are expected to start. Otherwise a pass ends as soon as one is planned and no
   * job that is left can start in it. Without `shortcuts` it also plans as Slurm does, segment by segment and look by
   * look: starts and reasons are the same.
   */
  constructor(
    readonly context: SchedulerContext,
    readonly estimates = true,
    shortcuts = true,
    readonly plain?: PlainQueue | undefined,
  ) {
    this.#reasons = new Reasons(plain?.unlike);
    this.#planner = new Planner(context, this.#reasons, shortcuts);
    this.#queue = new BackfillQueue(context, this.#reasons, this.#planner);
    this.#vacancies = new Vacancies(context);
    if (plain !== undefined && !estimates && WholeNodesPass.fits(context.state))
      this.#whole = new WholeNodesPass(context, this.#planner.starter, plain);
  }

  /** The last pass has planned a job for later. */
  get plans(): boolean {
    return this.#counted ? this.#whole!.plans : this.#planner.plans;
  }

  /** One pass. Answers the number of jobs started. */
  pass(): number {
    const { context } = this;
    this.#counted = false;
    const known =
      this.#whole !== undefined && this.plain!.refresh(this.#reasons) ? this.plain!.entries : undefined;
    if (known !== undefined) {
      const started = this.#whole!.run();
      this.#counted = started >= 0;
      if (this.#counted) {
        this.#reasons.publish(context.actions);
        return started;
      }
    }
    this.plain?.forget();
    const planner = this.#planner;
    planner.begin();
    const entries = this.#queue.entries(known);
    if (entries.length > 0) {
      const vacancies = this.estimates || !this.#vacancies.applies() ? undefined : this.#vacancies;
      planner.prepare(entries, vacancies);
      for (let i = 0; i < entries.length; i++) {
        if (planner.plans && vacancies?.anyFrom(i) === false) break;
        if (!this.#tryEntry(entries[i]!)) break;
      }
      this.#queue.startHeterogeneous();
    }
    this.#reasons.publish(context.actions);
    return planner.started;
  }

  /** False when the pass ends. */
  #tryEntry(entry: QueueEntry): boolean {
    const queue = this.#queue;
    if (queue.exhausted) return false;
    if (!queue.awaits(entry)) return true;
    const attempt = queue.begin(entry);
    const goOn = attempt === undefined || this.#tryTasks(attempt);
    queue.end(entry);
    return goOn;
  }

  #tryTasks(attempt: Attempt): boolean {
    const { job } = attempt;
    for (;;) {
      const limit = job.timeLimit;
      const outcome = this.#planner.plan(attempt);
      if (job.state !== SlurmJobState.Pending) return outcome !== "stop";
      job.timeLimit = limit;
      if (outcome !== "next-task") return outcome === "next-job";
    }
  }
}
