import type { SlurmJob } from "../model/job.js";
import type { Reservation } from "../model/reservation.js";
import { lacksNodes, nodesInstead } from "../operations/reservation-nodes.js";
import { advance } from "../schedule/reservations.js";
import { Due } from "./agenda.js";
import { gridUp } from "./clocks.js";
import type { Controller } from "./controller.js";

/** Seconds between two checks (`PERIODIC_TIMEOUT`). */
const PERIOD = 30;

/**
 * The lives of advance reservations (`job_resv_check`): at the check after its end one that does not come again goes,
 * its running jobs are killed after ResvOverRun, and its pending jobs wait for ever; one that comes again moves to its
 * next time; PURGE_COMP ends one in which nothing has run for so long.
 */
export class ReservationKeeper {
  constructor(readonly controller: Controller) {}

  add(reservation: Reservation): void {
    this.controller.state.reservations.push(reservation);
    this.changed();
  }

  /** A reservation has come, or has other times: the agenda learns its borders. */
  changed(): void {
    this.controller.rebuilt();
    const { agenda, state, phases } = this.controller;
    const check = (time: number) => agenda.at(gridUp(time, phases.limits, PERIOD), Due.Check);
    for (const { start, end, purgeAfter, flags } of state.reservations) {
      // Time moves one that floats along with it: nothing begins or ends.
      if (flags.has("TIME_FLOAT")) continue;
      for (const border of [start, end])
        if (border > state.now && border !== Number.POSITIVE_INFINITY) agenda.at(border, Due.Reservation);
      if (end === Number.POSITIVE_INFINITY) continue;
      check(Math.max(end, state.now));
      check(Math.max(end + state.config.resvOverRun, state.now));
      if (purgeAfter !== undefined) check(Math.max(start + purgeAfter, state.now));
    }
  }

  delete(name: string): void {
    const { state } = this.controller;
    const reservation = state.reservations.find((one) => one.name === name);
    if (reservation === undefined) return;
    state.reservations.splice(state.reservations.indexOf(reservation), 1);
    this.controller.rebuilt();
    this.freed();
    for (const job of [...state.pending]) if (job.reservation === reservation) this.#orphan(job, name);
  }

  /** Slurm keeps such a job held in the state RESV_DEL_HOLD. */
  #orphan(job: SlurmJob, name: string): void {
    job.reservation = undefined;
    if (job.priority > 0) this.controller.hold(job, `Reservation ${name} was deleted`);
  }

  /** Reservations get other nodes for those that have failed, and with REPLACE for those that jobs have. */
  replace(): void {
    for (const reservation of this.controller.state.reservations) this.replaceIn(reservation);
  }

  /** A job that asks for a reservation has come: its nodes are looked at. */
  replaceIn(reservation: Reservation | undefined): void {
    const { state } = this.controller;
    const nodes = reservation === undefined ? undefined : nodesInstead(state, reservation);
    if (nodes === undefined) return;
    reservation!.nodes.copyFrom(nodes);
    this.controller.rebuilt();
  }

  /** A job has begun: with REPLACE its nodes leave the reservations that have them. */
  occupied({ allocation }: SlurmJob): void {
    for (const reservation of this.controller.state.reservations)
      if (reservation.flags.has("REPLACE") && reservation.nodes.overlaps(allocation!.nodes))
        this.replaceIn(reservation);
  }

  /** Nodes have come free, or back: reservations that lack some look for others at the next check. */
  freed(): void {
    const { agenda, state, phases } = this.controller;
    if (state.reservations.some((reservation) => lacksNodes(state, reservation)))
      agenda.once(gridUp(state.now, phases.limits, PERIOD), Due.Check);
  }

  /** The check at a moment of the grid. */
  check(): void {
    const { state, host } = this.controller;
    const { now } = state;
    this.replace();
    for (const reservation of [...state.reservations]) {
      const { name, end, recurs, purgeAfter, flags } = reservation;
      if (flags.has("TIME_FLOAT")) continue;
      const over = end <= now || (purgeAfter !== undefined && this.#idleFor(reservation) >= purgeAfter);
      if (!over) continue;
      for (const job of [...state.running])
        if (job.reservation === reservation && end + state.config.resvOverRun <= now)
          host.kill(job, "TIMEOUT");
      if (recurs === undefined && ![...state.running].some((job) => job.reservation === reservation))
        this.delete(name);
    }
  }

  /** At a border: what comes again moves on. */
  border(): void {
    const { state } = this.controller;
    let moved = false;
    for (const reservation of state.reservations) while (advance(reservation, state.now)) moved = true;
    if (moved) this.changed();
  }

  /** Seconds since a job last ran in it. */
  #idleFor(reservation: Reservation): number {
    const { state } = this.controller;
    if (state.now < reservation.start) return 0;
    if ([...state.running].some((job) => job.reservation === reservation)) {
      reservation.idleSince = -1;
      return 0;
    }
    if (reservation.idleSince < 0) reservation.idleSince = Math.max(reservation.start, state.now);
    return state.now - reservation.idleSince;
  }
}
