import { BitVector } from "../../../core/bit-vector.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Reservation } from "../model/reservation.js";
import type { SlurmState } from "../model/state.js";
import { year } from "./context.js";
import { namedNodes } from "./named-nodes.js";
import { untilNext } from "./recurrence.js";

/** How often a job that cannot run beside a reservation is moved behind it. */
const moves = 10;

export type ReservationAnswer =
  | "usable"
  /** Its own reservation begins later, or has no nodes. */
  | "not-yet"
  /** Its own reservation is over, or not for it. */
  | "invalid"
  /** Nodes that it requires are reserved. */
  | "busy"
  /** A reservation takes everything that it could use. */
  | "maintenance";

/** May this job use the reservation? */
export function admits(reservation: Reservation, job: SlurmJob): boolean {
  const { users, accounts } = reservation;
  if (users.length > 0 && !users.includes(job.user)) return false;
  return accounts.length === 0 || accounts.includes(job.account);
}

/** Seconds that a job takes at most where it is looked at. */
export function duration(job: SlurmJob, partition: Partition): number {
  const minutes = job.timeLimit ?? partition.config.maxTime;
  return minutes === Number.POSITIVE_INFINITY ? year : 60 * minutes;
}

/** A reservation that comes again moves on to its next occurrence when one is over: only the next is known. */
export function advance(reservation: Reservation, now: number): boolean {
  if (reservation.recurs === undefined || reservation.end > now) return false;
  const further = untilNext(reservation.recurs, now + reservation.epoch);
  reservation.start += further;
  reservation.end += further;
  reservation.idleSince = -1;
  return true;
}

/** Does it run now, for a job that asks for it? Undefined when it does, else why not. */
export function waitsForReservation(job: SlurmJob, state: SlurmState): boolean {
  const { reservation } = job;
  if (reservation === undefined) return job.request.reservation !== "";
  if (!admits(reservation, job)) return true;
  if (reservation.flags.has("FLEX")) return false;
  advance(reservation, state.now);
  return (
    state.now < reservation.start ||
    state.now > reservation.end ||
    (reservation.nodes.empty && !reservation.flags.has("ANY_NODES"))
  );
}

/**
 * Is its reservation too small for a job that was tested at its submission? The main scheduler passes such a job over; one
 * that came before its reservation has begun was not tested, and is told that it can never run.
 *
 * `_job_runnable_test3` of src/slurmctld/job_scheduler.c, 22.05; [run] in l-reservation-flags and l-reservations.
 */
export function outgrows(job: SlurmJob, partition: Partition): boolean {
  const { reservation, request } = job;
  if (reservation === undefined) return false;
  const tested =
    request.reservation === "" || reservation.flags.has("FLEX") || reservation.start <= job.submitTime;
  return tested && reservation.nodes.overlap(partition.nodes) < request.minNodes;
}

/** When the first reservation that has not ended at `time` ends, rounded up to `resolution`; 0 when there is none. */
export function nextEnd(state: SlurmState, time: number, resolution: number): number {
  let end = 0;
  for (const reservation of state.reservations)
    if (time <= reservation.end && (end === 0 || reservation.end < end)) end = reservation.end;
  return Math.ceil(end / resolution) * resolution;
}

/**
 * Which nodes advance reservations leave to a job that would start at a given time. The answer lies in the fields,
 * which the next test overwrites.
 *
 * `job_test_resv` of src/slurmctld/reservation.c, 22.05.
 */
export class ReservationTest {
  readonly nodes: BitVector;
  /** The time tested, moved on when the job had to be. */
  start = 0;
  /** Some nodes were taken from it. */
  overlap = false;
  /** Cores that it must not use. */
  cores: Map<number, BitVector> | undefined;
  #allNodes = false;

  constructor(readonly state: SlurmState) {
    this.nodes = new BitVector(state.nodes.count);
  }

  /** `move`: a job without a reservation may start later than `when` to come behind reservations. */
  test(job: SlurmJob, partition: Partition, when: number, move: boolean): ReservationAnswer {
    this.start = when;
    this.overlap = false;
    this.cores = undefined;
    if (job.reservation !== undefined || job.request.reservation !== "")
      return this.#inside(job, partition, when);
    this.#offerAll();
    if (this.state.reservations.length === 0) return "usable";
    return this.#outside(job, partition, move);
  }

  /** The whole fleet: refilled only when a reservation has taken something. */
  #offerAll(): void {
    if (!this.#allNodes) this.nodes.fill();
    this.#allNodes = true;
  }

  #inside(job: SlurmJob, partition: Partition, when: number): ReservationAnswer {
    const { state, nodes } = this;
    const { reservation } = job;
    if (reservation === undefined || !admits(reservation, job)) return "invalid";
    const { flags } = reservation;
    this.#allNodes = false;
    if (flags.has("FLEX")) nodes.fill();
    else {
      advance(reservation, state.now);
      if (when < reservation.start) {
        this.start = reservation.start;
        return "not-yet";
      }
      if (reservation.nodes.empty && !flags.has("ANY_NODES")) {
        this.start = state.now + 600;
        return "not-yet";
      }
      if (when > reservation.end) return "invalid";
      const { required } = namedNodes(job.request, state.nodes);
      if (required !== undefined && !flags.has("ANY_NODES") && !required.within(reservation.nodes))
        return "invalid";
      if (flags.has("ANY_NODES")) nodes.fill();
      else nodes.copyFrom(reservation.nodes);
    }
    if (!flags.has("MAINT")) this.#withoutOthers(reservation, when, when + duration(job, partition));
    if (reservation.cores !== undefined && !flags.has("FLEX"))
      this.cores = complement(reservation.cores, state);
    return "usable";
  }

  /** Nodes that other reservations take from one that they overlap. */
  #withoutOthers(own: Reservation, start: number, end: number): void {
    for (const other of this.state.reservations) {
      if (other === own || other.cores !== undefined) continue;
      if (own.flags.has("OVERLAP") && !other.flags.has("MAINT")) continue;
      if (this.#apart(other, start, end) || !this.nodes.overlaps(other.nodes)) continue;
      this.overlap = true;
      this.nodes.andNot(other.nodes);
    }
  }

  #outside(job: SlurmJob, partition: Partition, move: boolean): ReservationAnswer {
    const length = duration(job, partition);
    for (let moved = 0; ; moved++) {
      const answer = this.#takeAway(job, partition, this.start, this.start + length, move);
      if (answer === "usable" || !move || moved >= moves) return answer;
      this.#offerAll();
    }
  }

  #takeAway(
    job: SlurmJob,
    partition: Partition,
    start: number,
    end: number,
    move: boolean,
  ): ReservationAnswer {
    const { state, nodes } = this;
    const { required } = namedNodes(job.request, state.nodes);
    const whole = job.request.exclusive || partition.config.overSubscribe.mode === "EXCLUSIVE";
    for (const reservation of state.reservations) {
      const { flags, cores } = reservation;
      if (this.#apart(reservation, start, end)) continue;
      if (
        flags.has("ALL_NODES") ||
        (flags.has("PART_NODES") && reservation.partition === partition.name) ||
        (flags.has("MAINT") && partition.nodes.within(reservation.nodes))
      ) {
        if (move) this.start = reservation.end;
        return "maintenance";
      }
      if (required?.overlaps(reservation.nodes) && (cores === undefined || whole)) {
        if (move) this.start = reservation.end;
        return "busy";
      }
      if (cores === undefined || whole) {
        this.#allNodes = false;
        nodes.andNot(reservation.nodes);
      } else this.#addCores(cores);
      if (partition.nodes.overlaps(reservation.nodes)) this.overlap = true;
    }
    return "usable";
  }

  #apart(reservation: Reservation, start: number, end: number): boolean {
    const { now } = this.state;
    if (!reservation.flags.has("TIME_FLOAT")) {
      advance(reservation, now);
      return reservation.start >= end || reservation.end <= start;
    }
    // Its times are relative to whenever it is looked at.
    const from = now + reservation.start;
    return from >= end || from + reservation.length <= start;
  }

  #addCores(cores: ReadonlyMap<number, BitVector>): void {
    this.cores ??= new Map();
    for (const [node, set] of cores) {
      const sum = this.cores.get(node)?.clone() ?? new BitVector(set.capacity);
      sum.or(set);
      this.cores.set(node, sum);
    }
  }
}

/** All cores of these nodes but those reserved. */
function complement(reserved: ReadonlyMap<number, BitVector>, state: SlurmState): Map<number, BitVector> {
  const rest = new Map<number, BitVector>();
  for (const [node, set] of reserved) {
    const cores = state.nodes.sockets[node]! * state.nodes.coresPerSocket[node]!;
    const others = new BitVector(Math.max(cores, set.capacity));
    others.fill();
    others.andNot(set);
    rest.set(node, others);
  }
  return rest;
}
