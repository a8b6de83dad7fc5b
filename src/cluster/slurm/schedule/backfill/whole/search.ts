import { BitVector } from "../../../../../core/bit-vector.js";
import { Runs } from "../../../../../core/runs.js";
import type { SlurmState } from "../../../model/state.js";
import type { Releases } from "./releases.js";
import type { Timetable } from "./timetable.js";

/** A job's place: what `SlotSearch` finds with the map of segments, for jobs of whole nodes. */
export class WholeSearch {
  /** When it would start (seconds); -1 when no place was found. */
  start = -1;
  /** Enough nodes were found that are planned for nobody, in use or not. */
  tested = false;
  /** The nodes of the place. */
  readonly nodes = new Runs();
  /** All nodes that it could use over its time. */
  usable: BitVector;

  constructor(
    readonly state: SlurmState,
    readonly table: Timetable,
    readonly releases: Releases,
  ) {
    this.usable = new BitVector(state.nodes.count);
  }

  /**
   * Looks at one moment after the other at which nodes come free, until there is a place. Moments at which counts say
   * that there is none are passed over, unless it matters whether there would be enough nodes were they not in use
   * (`exhaustive`).
   */
  find(nodes: number, minutes: number, limitClass: number, exhaustive: boolean): void {
    const { state, table } = this;
    const { now } = state;
    const { borders, feasible } = table;
    const seconds = 60 * minutes;
    this.start = -1;
    this.tested = false;
    let possible = exhaustive ? 0 : feasible.first(limitClass, nodes, 0);
    let time = possible > 0 ? table.lastLookBefore(possible, now, seconds) : now;
    while (possible >= 0) {
      const slot = table.slot(time);
      // Nothing is planned behind the window; spans are told apart by slots of it.
      const last = Math.min(table.slots, table.slot(time + seconds));
      const next = borders.next(slot, last);
      if (possible < slot && !exhaustive) {
        possible = feasible.first(limitClass, nodes, slot);
        if (possible < 0) return;
      }
      const later = next < 0 ? Number.POSITIVE_INFINITY : table.time(next);
      if (next < 0 || possible < next || (possible === next && table.anyReleased(next))) {
        const start = this.#look(nodes, slot, last, later);
        if (start >= 0 && start <= later) {
          this.start = Math.max(start, time);
          if (this.start <= now || !table.conflicts(this.nodes, this.start, this.start + seconds)) return;
          time = this.start;
          this.start = -1;
          continue;
        }
      }
      if (next < 0) return;
      time = later;
    }
  }

  /**
   * Whether the job looked at last was tested at all, looks that were passed over included: enough nodes were planned for
   * nobody at one of them. To be asked at once.
   */
  isTested(nodes: number, minutes: number): boolean {
    const { table } = this;
    for (let time = this.state.now; !this.tested; ) {
      const slot = table.slot(time);
      const last = Math.min(table.slots, table.slot(time + 60 * minutes));
      if (table.spans.free(slot, last, nodes) !== undefined) return true;
      const next = table.borders.next(slot, last);
      if (next < 0) return false;
      time = table.time(next);
    }
    return true;
  }

  /** When it would start on what is free in these slots, if by `later`; -1 when there are too few nodes. */
  #look(nodes: number, slot: number, last: number, later: number): number {
    const span = this.table.spans.free(slot, last, nodes);
    if (span === undefined) return -1;
    this.tested = true;
    this.usable = span.free;
    return this.releases.expect(span, nodes, later, this.nodes);
  }
}
