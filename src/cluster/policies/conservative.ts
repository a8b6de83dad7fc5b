import { IntList } from "../../core/int-list.js";
import type {
  ClusterActions,
  ClusterEvent,
  ClusterPolicy,
  ClusterPolicyEntry,
  ClusterView,
  TieRule,
} from "../policy.js";
import { Endings } from "./endings.js";
import { handOverDue } from "./hand-over.js";
import { type Plan, planFor } from "./plan/plan.js";
import { tieOption } from "./ties.js";

/**
 * Conservative backfilling: every pending job has a reservation at the earliest start that delays nobody's. An arrival
 * only adds one; when a job leaves before its expected end, reservations are compressed: in order of submission each
 * moves to its earliest start.
 */
class Conservative implements ClusterPolicy {
  readonly #endings = new Endings();
  /** Submitted since the last pass. */
  readonly #fresh = new IntList();
  #plan: Plan | undefined;
  /** Resources came free that the plan did not expect. */
  #compress = false;
  /** A job ran longer than the plan expected. */
  #replan = false;
  /** A job's time has come, but its place is not free yet. */
  #late = false;
  /** The earliest reservation to come. */
  #next = Number.POSITIVE_INFINITY;

  constructor(readonly ties: TieRule) {}

  onEvent(event: ClusterEvent, job: number, view: ClusterView): void {
    if (event === "submit") {
      this.#fresh.push(job);
      return;
    }
    if (event === "cancel") {
      this.#plan?.withdraw(job);
      this.#fresh.discard(job);
      this.#compress = true;
      return;
    }
    const expected = view.jobs.expectedEnd(job);
    this.#endings.remove(job, expected);
    this.#plan!.ended(job);
    if (expected < view.now) this.#replan = true;
    else if (expected > view.now) this.#compress = true;
    if (event === "preempt") this.#fresh.push(job);
  }

  pass(view: ClusterView, act: ClusterActions): void {
    const { queue, now } = view;
    const endings = this.#endings;
    this.#plan ??= planFor(view, endings);
    if (queue.length === this.#fresh.length) this.#startFresh(this.#plan, view, act);
    if (queue.length === 0) {
      this.#compress = false;
      this.#late = false;
      this.#next = Number.POSITIVE_INFINITY;
      return;
    }
    endings.order();
    const overdue = endings.first < endings.end && endings.time[endings.first]! < now;
    const all = overdue || this.#replan || this.#compress || this.#late || now >= this.#next;
    this.#reserve(overdue, this.#plan, view);
    this.#startDue(all, this.#plan, view, act);
    this.#fresh.clear();

    if (queue.length === 0) return;
    act.hold(queue.first, "Resources");
    // With an overdue job the plan is a guess of the moment: the next event makes another.
    if (!overdue && this.#next < Number.POSITIVE_INFINITY) act.wake(this.#next);
  }

  /** Nobody waited: starts newcomers in order until one has to. */
  #startFresh(plan: Plan, view: ClusterView, act: ClusterActions): void {
    const fresh = this.#fresh;
    let started = 0;
    for (; started < fresh.length && plan.startAtOnce(fresh.items[started]!, act); started++)
      this.#endings.add(fresh.items[started]!, view.jobs.expectedEnd(fresh.items[started]!));
    if (started > 0) fresh.dropFirst(started);
  }

  /** Brings the plan up to date. */
  #reserve(overdue: boolean, plan: Plan, view: ClusterView): void {
    const { queue } = view;
    const fresh = this.#fresh;
    if (overdue || this.#replan) {
      plan.restart();
      for (let job = queue.first; job >= 0; job = queue.next(job)) plan.reserve(job);
    } else if (this.#compress) {
      for (let job = queue.first; job >= 0; job = queue.next(job))
        if (plan.at(job) < 0) plan.reserve(job);
        else plan.advance(job);
    } else for (let i = 0; i < fresh.length; i++) plan.reserve(fresh.items[i]!);
    this.#replan = false;
    this.#compress = false;
  }

  /** Starts whose time has come, in order of submission: of `all`, or of those submitted since the last pass. */
  #startDue(all: boolean, plan: Plan, view: ClusterView, act: ClusterActions): void {
    const { queue } = view;
    const fresh = this.#fresh;
    if (!all) {
      for (let i = 0; i < fresh.length; i++) this.#startIfDue(fresh.items[i]!, plan, view, act);
      return;
    }
    this.#late = false;
    this.#next = Number.POSITIVE_INFINITY;
    let next = -1;
    for (let job = queue.first; job >= 0; job = next) {
      next = queue.next(job);
      this.#startIfDue(job, plan, view, act);
    }
  }

  #startIfDue(job: number, plan: Plan, view: ClusterView, act: ClusterActions): void {
    const at = plan.at(job);
    const started =
      at <= view.now &&
      (plan.start(job, act) ||
        (this.ties === "pyss" && handOverDue(this.#endings, view, act) && plan.start(job, act)));
    if (started) this.#endings.add(job, view.jobs.expectedEnd(job));
    else if (at <= view.now) this.#late = true;
    else this.#next = Math.min(this.#next, at);
  }
}

export const conservative: ClusterPolicyEntry = {
  info: {
    name: "conservative",
    kind: "cluster",
    summary: "Conservative backfilling: every waiting job has a reservation, and nobody may delay another's.",
    follows:
      "Mu'alem and Feitelson 2001; start times equal those of pyss and CQSim on the KTH-SP2 log with exact estimates",
    simplifies: [],
    options: [tieOption],
  },
  create: (options) => new Conservative(options.ties as TieRule),
};
