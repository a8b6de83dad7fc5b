import { BitVector } from "../../../../core/bit-vector.js";
import type { SlurmJob } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import type { SchedulerContext } from "../context.js";
import { namedNodes } from "../named-nodes.js";
import { nextEnd, ReservationTest } from "../reservations.js";
import { PlanList } from "./plan-list.js";
import type { PlanMap } from "./plan-map.js";
import { Window } from "./window.js";

/** What a job needs of a time in the map. */
export interface SlotNeeds {
  job: SlurmJob;
  partition: Partition;
  /** Minutes that it would run. */
  minutes: number;
  minNodes: number;
  licenses: readonly number[];
  /** Only whether it could start now is asked. */
  nowOnly: boolean;
}

/**
 * One look for a place in the plan: when a job could start at or after a given time, and where. The answer lies in the
 * fields.
 */
export class SlotSearch {
  /** When it would start, and the nodes that the selection chose; -1 when there is none. */
  start = -1;
  nodes: BitVector;
  /** Nodes that it may use over its whole time. */
  readonly usable: BitVector;
  /** From when another look may find more; 0 when none can. */
  later = 0;
  /** Selection was asked. */
  tested = false;
  /** Reservations forbid any time. */
  deferred = false;
  /** Nodes that came free during a pass that takes time: they wait for the next one. */
  ignored: BitVector | undefined;
  readonly #reservations: ReservationTest;
  readonly #candidates: BitVector;
  readonly #window: Window;

  constructor(
    readonly context: SchedulerContext,
    readonly map: PlanMap,
  ) {
    const { count } = context.state.nodes;
    this.#reservations = new ReservationTest(context.state);
    this.#candidates = new BitVector(count);
    this.#window = new Window(map, context.state.config.version);
    this.usable = this.#window.nodes;
    this.nodes = this.usable;
  }

  /**
   * The first time worth a look, when it is known that the job cannot start before `bound`: a look finds a start before
   * the next plan gives nodes back, or is repeated from there.
   */
  skip({ partition, minutes }: SlotNeeds, from: number, bound: number): number {
    const { map, context } = this;
    if (!(map instanceof PlanList) || context.state.reservations.length > 0) return from;
    const candidates = this.#candidates;
    candidates.copyFrom(partition.nodes);
    candidates.and(context.state.nodes.up);
    return map.lastReturnBefore(bound, candidates, from, this.#window.reach(60 * minutes));
  }

  /** `now`: the present for how long it would hold nodes when it started at once. */
  look(needs: SlotNeeds, from: number, windowEnd: number, now: number): void {
    const { state, selector } = this.context;
    const { job, partition } = needs;
    const test = this.#reservations;
    this.start = -1;
    this.later = 0;
    this.tested = false;
    this.deferred = test.test(job, partition, from, true) !== "usable";
    if (this.deferred) return;
    const earliest = test.start;
    const end = 60 * needs.minutes + Math.max(earliest, now);
    const candidates = this.#candidates;
    candidates.copyFrom(test.nodes);
    candidates.and(partition.nodes);
    candidates.and(state.nodes.up);
    if (this.ignored !== undefined) candidates.andNot(this.ignored);
    const window = this.#window;
    window.look(candidates, earliest, end, needs.minNodes, needs.licenses);
    this.later = window.later;
    if (test.overlap) {
      const behind = nextEnd(state, earliest, this.map.resolution) + 1;
      if (behind > 1 && behind < windowEnd && (this.later === 0 || behind < this.later)) this.later = behind;
    }
    const { required, excluded } = namedNodes(job.request, state.nodes);
    let { count } = window;
    if (excluded !== undefined) {
      this.usable.andNot(excluded);
      count = this.usable.count();
    }
    if (window.unlicensed || count < needs.minNodes) return;
    if (required !== undefined && !required.within(this.usable)) return;
    this.tested = true;
    const mode = needs.nowOnly ? "run" : "will-run";
    const until = this.later !== 0 && job.het === undefined ? this.later : Number.POSITIVE_INFINITY;
    const found = selector.select(job, partition, this.usable, mode, test.cores, until, earliest);
    if (found.kind === "now") this.#place(state.now, earliest, found.allocation.nodes);
    else if (found.kind === "preempt") this.#place(state.now, earliest, found.nodes);
    else if (found.kind === "later") this.#place(found.start, earliest, found.nodes);
  }

  #place(start: number, earliest: number, nodes: BitVector): void {
    this.start = Math.max(start, earliest);
    this.nodes = nodes;
  }
}
