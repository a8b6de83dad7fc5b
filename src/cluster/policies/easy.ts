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
import { anyDue, handOverDue } from "./hand-over.js";
import { type Room, roomFor } from "./room/room.js";
import { ShortestFirst, shorter } from "./shortest-first.js";
import { tieOption } from "./ties.js";

/** The reservation has not been needed yet. */
const UNKNOWN = -1;

/**
 * EASY backfilling. The head of the queue has a reservation at the earliest time at which it fits if running jobs end as
 * estimated (the shadow time); another job may start now if it ends by then, or if the head still fits then beside it.
 *
 * Keeps what the last pass learnt: as long as nobody ends, the head stays and the shadow time has not passed, whoever was
 * refused would be refused again, so only jobs submitted since are tried.
 */
class Easy implements ClusterPolicy {
  readonly #endings = new Endings();
  readonly #shortest: ShortestFirst | undefined;
  /** Submitted since the last pass. */
  readonly #fresh = new IntList();
  #room: Room | undefined;
  /** The job that the reservation is for; -1 when nobody waits. */
  #head = -1;
  #shadow = UNKNOWN;
  /** What the last pass learnt holds no longer. */
  #again = false;

  constructor(
    readonly ties: TieRule,
    shortestFirst: boolean,
  ) {
    if (shortestFirst) this.#shortest = new ShortestFirst();
  }

  onEvent(event: ClusterEvent, job: number, view: ClusterView): void {
    if (event === "submit") {
      this.#fresh.push(job);
      this.#shortest?.add(view.jobs, job);
    } else if (event === "cancel") {
      if (job === this.#head) this.#again = true;
      this.#fresh.discard(job);
      this.#shortest?.remove(view.jobs, job);
    } else {
      this.#endings.remove(job, view.jobs.expectedEnd(job));
      this.#room?.freed();
      this.#again = true;
      if (event === "preempt") this.#shortest?.add(view.jobs, job);
    }
  }

  pass(view: ClusterView, act: ClusterActions): void {
    const { now, queue } = view;
    this.#room ??= roomFor(view);
    if (
      this.#again ||
      this.#head !== queue.first ||
      (this.#shadow !== UNKNOWN && now > this.#shadow) ||
      (this.ties === "pyss" && this.#head >= 0 && anyDue(this.#endings, now))
    ) {
      this.#startHeads(view, act, this.#room);
      if (this.#head >= 0 && queue.length > 1) this.#backfillAll(view, act, this.#room);
    } else {
      const fresh = this.#fresh;
      if (this.#shortest !== undefined) fresh.sort((a, b) => shorter(view.jobs, a, b));
      for (let i = 0; i < fresh.length; i++) this.#tryBackfill(fresh.items[i]!, view, act, this.#room);
    }
    this.#fresh.clear();
  }

  /** Starts jobs from the front until one does not fit. */
  #startHeads(view: ClusterView, act: ClusterActions, room: Room): void {
    const { queue, jobs } = view;
    this.#again = false;
    this.#shadow = UNKNOWN;
    for (let head = queue.first; head >= 0; head = queue.first) {
      const shape = jobs.shape(head);
      let fits = room.placeNow(shape);
      if (!fits && this.ties === "pyss" && handOverDue(this.#endings, view, act)) {
        room.freed();
        fits = room.placeNow(shape);
      }
      if (!fits) {
        this.#head = head;
        act.hold(head, "Resources");
        return;
      }
      this.#start(head, view, act, room);
    }
    this.#head = -1;
  }

  #backfillAll(view: ClusterView, act: ClusterActions, room: Room): void {
    const { queue } = view;
    const shortest = this.#shortest;
    if (shortest === undefined) {
      let next = -1;
      for (let job = queue.next(this.#head); job >= 0; job = next) {
        next = queue.next(job);
        this.#tryBackfill(job, view, act, room);
      }
    } else
      for (let i = 0; i < shortest.length; ) {
        const job = shortest.job[i]!;
        if (job === this.#head || !this.#tryBackfill(job, view, act, room)) i++;
      }
  }

  #tryBackfill(job: number, view: ClusterView, act: ClusterActions, room: Room): boolean {
    const { jobs, now } = view;
    if (!room.placeNow(jobs.shape(job))) return false;
    if (this.#shadow === UNKNOWN) this.#shadow = this.#reserve(view, room);
    if (now + jobs.estimate(job) > this.#shadow) {
      room.take();
      if (!room.fits(jobs.shape(this.#head))) {
        room.putBack();
        return false;
      }
    }
    this.#start(job, view, act, room);
    return true;
  }

  /** The shadow time; the room's copy is left as it will be then, when all who are to end at that time have ended. */
  #reserve(view: ClusterView, room: Room): number {
    const { now, jobs } = view;
    const endings = this.#endings;
    const shape = jobs.shape(this.#head);
    room.reset();
    endings.order();
    for (let i = endings.first; i < endings.end; ) {
      // Who overran the estimate is expected to end now.
      const time = Math.max(endings.time[i]!, now);
      do room.giveBack(endings.job[i]!);
      while (++i < endings.end && endings.time[i]! <= time);
      if (room.fits(shape)) return time;
    }
    return Number.POSITIVE_INFINITY;
  }

  #start(job: number, view: ClusterView, act: ClusterActions, room: Room): void {
    this.#shortest?.remove(view.jobs, job);
    act.start(job, room.placement);
    const end = view.jobs.expectedEnd(job);
    // Without length it counts as free at once.
    if (this.ties === "pyss" && end === view.now && act.handOver(job)) room.freed();
    else this.#endings.add(job, end);
  }
}

export const easy: ClusterPolicyEntry = {
  info: {
    name: "easy",
    kind: "cluster",
    summary: "EASY backfilling: others may overtake the head of the queue as long as they do not delay it.",
    follows:
      "Lifka 1995, with the rule of Mu'alem and Feitelson 2001; start times equal those of pyss and CQSim on the KTH-SP2 log",
    simplifies: ["a job that would delay the head where first fit puts it is not tried on other nodes"],
    options: [
      tieOption,
      {
        name: "backfill_order",
        type: "enum",
        values: ["fcfs", "sjf"],
        default: "fcfs",
        description:
          "Who is tried first behind the head: in order of submission, or the shortest by its estimate",
      },
    ],
  },
  create: (options) => new Easy(options.ties as TieRule, options.backfill_order === "sjf"),
};
