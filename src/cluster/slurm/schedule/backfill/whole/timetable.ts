import { countBits } from "../../../../../core/bit-vector.js";
import type { Runs } from "../../../../../core/runs.js";
import type { SlurmState } from "../../../model/state.js";
import type { Blocks } from "./blocks.js";
import { Borders } from "./borders.js";
import type { Candidates } from "./candidates.js";
import { Feasible } from "./feasible.js";
import { NodePlans } from "./node-plans.js";
import type { RunningNodes } from "./running-nodes.js";
import { Spans } from "./spans.js";
import { Stretches } from "./stretches.js";

/**
 * The map of a backfill pass for jobs of whole nodes: which nodes are planned when, over slots of bf_resolution seconds
 * from the present on. It answers what `PlanList` answers, each question from the form that suits it: what is free over
 * a time from sets by block, where a search goes on from the borders of segments, whether there can be a place at all
 * from counts, and whether given nodes are free from their own plans.
 */
export class Timetable {
  readonly borders: Borders;
  readonly feasible: Feasible;
  /** Slots of the window. */
  slots = 0;
  readonly spans: Spans;
  readonly stretches: Stretches;
  readonly plans: NodePlans;
  readonly #released: Int32Array;
  /** The first slot, counted from the run's start. */
  #base = 0;

  constructor(
    nodes: number,
    slots: number,
    classes: number,
    readonly resolution: number,
    readonly candidates: Candidates,
    readonly running: RunningNodes,
    blocks: Blocks,
  ) {
    this.borders = new Borders(slots);
    this.feasible = new Feasible(slots, classes);
    const stretches = new Stretches(nodes, running);
    this.stretches = stretches;
    this.spans = new Spans(nodes, blocks, stretches);
    this.plans = new NodePlans(nodes, running, stretches);
    this.#released = new Int32Array(slots + 2);
  }

  /** Nothing is planned. `lengths`: slots that jobs of each class take; `vacant`: nodes that hold no job. */
  reset({ now, nodes, config }: SlurmState, lengths: readonly number[], vacant: number): void {
    this.#base = Math.floor(now / this.resolution);
    this.slots = this.slot(now + 60 * config.scheduler.parameters.bf_window);
    this.borders.reset(this.slots);
    this.stretches.reset(nodes.avail);
    this.spans.reset(nodes.avail);
    this.plans.reset(this.#base);
    const released = this.#released.fill(0);
    released[0] = vacant;
    const { ends, first, mask, jobs } = this.running.now;
    for (let i = 0; i < jobs.length; i++) {
      const slot = Math.max(0, this.slot(ends[i]!));
      // Jobs are in the order of their ends.
      if (slot > this.slots) break;
      for (let k = first[i]!; k < first[i + 1]!; k++) released[slot]! += countBits(mask[k]!);
    }
    this.feasible.reset(this.slots, lengths, released);
  }

  slot(time: number): number {
    return Math.floor(time / this.resolution) - this.#base;
  }

  time(slot: number): number {
    return (this.#base + slot) * this.resolution;
  }

  /** Does a running job leave in this slot? */
  anyReleased(slot: number): boolean {
    return this.#released[slot] !== 0;
  }

  /**
   * The last time to which a search from the present on comes for a job of so many seconds before a slot is behind it in
   * which it could begin for the first time.
   */
  lastLookBefore(possible: number, now: number, seconds: number): number {
    const { borders } = this;
    const wanted = borders.lastReturn(this.anyReleased(possible) ? possible - 1 : possible);
    if (wanted <= 0) return now;
    const length = Math.floor(seconds / this.resolution);
    const last = Math.min(this.slots, this.slot(now + seconds));
    const slot = Math.min(wanted, borders.reach(Math.min(this.slots, length), last));
    return slot === 0 ? now : this.time(slot);
  }

  conflicts(nodes: Runs, start: number, end: number): boolean {
    return this.plans.conflicts(nodes, this.slot(start), this.slot(end));
  }

  /** Plans nodes that are free from `start` to `end`, seconds; at least one slot long. */
  take(start: number, end: number, nodes: Runs): void {
    const from = Math.max(0, this.slot(start));
    if (from >= this.slots) return;
    const to = Math.min(this.slots, Math.max(from + 1, this.slot(end)));
    const plans = this.plans;
    plans.add(nodes, from, to);
    for (let i = 0; i < plans.groups; i++) {
      const count = plans.count[i]!;
      const begin = plans.begin[i]!;
      const end = plans.end[i]!;
      const planned = plans.planned[i] === 1;
      this.borders.hold(from, to, count, planned ? begin : -1, end);
      this.feasible.hold(from, to, count, Math.max(0, begin), end);
      if (begin < 0) this.candidates.hold(from, count, end);
    }
    this.spans.add(from, to, nodes);
    this.borders.plan(from, to);
  }
}
