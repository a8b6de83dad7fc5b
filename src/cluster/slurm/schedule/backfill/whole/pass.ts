import { Runs } from "../../../../../core/runs.js";
import { versionAtLeast } from "../../../model/config.js";
import type { SlurmState } from "../../../model/state.js";
import type { SchedulerContext } from "../../context.js";
import type { PlainEntry } from "../../plain-queue.js";
import type { Starter } from "../../start.js";
import { awaitsTest } from "../vacancies.js";
import { Blocks } from "./blocks.js";
import { Candidates } from "./candidates.js";
import { classify, mostClasses } from "./classes.js";
import { Releases } from "./releases.js";
import { RunningNodes } from "./running-nodes.js";
import { WholeSearch } from "./search.js";
import { Timetable } from "./timetable.js";

/** Longer windows, or finer resolutions, are left to the general map. */
const mostSlots = 4096;

/**
 * A backfill pass over jobs that all ask for a number of whole nodes and nothing else: starts the same jobs as `Planner`,
 * counted rather than tried.
 */
export class WholeNodesPass {
  readonly #candidates = new Candidates();
  readonly #running: RunningNodes;
  readonly #blocks: Blocks;
  readonly #table: Timetable;
  readonly #search: WholeSearch;
  readonly #nodes = new Runs();
  #vacancies = new Int32Array(64);
  #classes = new Int32Array(64);
  #lengths: readonly number[] = [];

  constructor(
    readonly context: SchedulerContext,
    readonly starter: Starter,
  ) {
    const { state } = context;
    const { bf_resolution } = state.config.scheduler.parameters;
    const { count } = state.nodes;
    const running = new RunningNodes(count, bf_resolution);
    this.#running = running;
    this.#blocks = new Blocks(state, running);
    this.#table = new Timetable(
      count,
      slotsOf(state),
      mostClasses,
      bf_resolution,
      this.#candidates,
      running,
      this.#blocks,
    );
    this.#search = new WholeSearch(state, this.#table, new Releases(state, running, this.#blocks));
  }

  /** Could passes of a cluster with this configuration be counted? */
  static fits({ config }: SlurmState): boolean {
    const p = config.scheduler.parameters;
    return (
      slotsOf({ config }) <= mostSlots &&
      p.bf_resolution <= 60 &&
      !versionAtLeast(config.version, "25.05") &&
      !p.bf_running_job_reserve &&
      !p.bf_licenses &&
      !p.bf_one_resv_per_job &&
      p.bf_min_age_reserve === 0 &&
      p.bf_min_prio_reserve === 0 &&
      p.bf_window_linear === 0 &&
      p.bf_job_part_count_reserve === 0 &&
      p.bf_max_job_user === 0 &&
      p.bf_max_job_part === 0 &&
      p.bf_max_job_user_part === 0 &&
      p.bf_max_job_assoc === 0
    );
  }

  /** Answers the number of jobs started; -1 when the pass cannot be counted. `queue`: in the order of the pass. */
  run(queue: readonly PlainEntry[]): number {
    const { state } = this.context;
    const { bf_max_job_start, bf_max_job_test } = state.config.scheduler.parameters;
    if (!this.#covers()) return -1;
    const candidates = this.#candidates;
    const vacant = state.nodes.idle.overlap(state.nodes.avail);
    this.#classify(queue, vacant);
    if (!candidates.anyFrom(0)) return 0;
    this.#blocks.reset();
    this.#table.reset(state, this.#lengths, vacant);
    let started = 0;
    let tested = 0;
    for (let i = 0; i < queue.length && candidates.anyFrom(i); i++) {
      if (tested >= bf_max_job_test) break;
      const outcome = this.#place(queue[i]!, this.#classes[i]!);
      // So many cannot be tested in a shorter queue.
      if (queue.length > bf_max_job_test && this.#search.isTested(queue[i]!.nodes, queue[i]!.minutes))
        tested++;
      if (outcome === "full") break;
      if (outcome !== "started") continue;
      started++;
      if (bf_max_job_start > 0 && started >= bf_max_job_start) break;
    }
    return started;
  }

  /** Every node that is held is held by one job. */
  #covers(): boolean {
    const { state, selector } = this.context;
    const { nodes } = state;
    if (!nodes.completing.empty || !selector.exclusive) return false;
    this.#running.update(selector.running());
    return this.#running.count + nodes.idle.count() === nodes.count;
  }

  /** Notes the class of each job, and how many vacant nodes make it worth a look. */
  #classify(queue: readonly PlainEntry[], vacant: number): void {
    const { state } = this.context;
    const { bf_resolution } = state.config.scheduler.parameters;
    if (queue.length > this.#classes.length) {
      this.#vacancies = new Int32Array(2 * queue.length);
      this.#classes = new Int32Array(2 * queue.length);
    }
    const minutes = classify(queue, this.#classes);
    for (let i = 0; i < queue.length; i++)
      this.#vacancies[i] = awaitsTest(queue[i]!.job, state) ? 0 : queue[i]!.nodes;
    const base = Math.floor(state.now / bf_resolution);
    const endOf = (limit: number) => Math.floor((state.now + 60 * limit) / bf_resolution) - base;
    this.#candidates.begin(this.#vacancies, this.#classes, queue.length, minutes.map(endOf), vacant);
    this.#lengths = minutes.map((limit) => Math.floor((60 * limit) / bf_resolution));
  }

  #place(entry: PlainEntry, limitClass: number): "started" | "planned" | "full" {
    const { job, partition, nodes, minutes } = entry;
    const { state, selector } = this.context;
    const { bf_window, bf_node_space_size } = state.config.scheduler.parameters;
    const search = this.#search;
    const table = this.#table;
    const untested = awaitsTest(job, state);
    search.find(nodes, minutes, limitClass, untested);
    // Any test sets the number of CPUs that it would get.
    if (untested && search.tested) selector.select(job, partition, state.nodes.avail, "will-run");
    const { start } = search;
    if (start < 0) return "planned";
    if (start <= state.now && this.#start(entry)) return "started";
    if (start > state.now + 60 * bf_window) return "planned";
    if (table.borders.records >= bf_node_space_size) return "full";
    table.take(start, start + 60 * minutes, search.nodes);
    return "planned";
  }

  #start({ job, partition, minutes }: PlainEntry): boolean {
    const { state, selector } = this.context;
    const { starter } = this;
    job.partition = partition;
    const order = { by: "backfill", limit: () => minutes } as const;
    if (starter.try(job, partition, state.nodes.avail, this.#search.usable, order) !== "started")
      return false;
    const record = starter.record!;
    const table = this.#table;
    this.#nodes.copyFromMembers(record.allocation!.node);
    // It keeps its nodes, which were vacant until now, up to its limit.
    if (table.borders.records < state.config.scheduler.parameters.bf_node_space_size)
      table.take(state.now, record.endTime, this.#nodes);
    else table.plans.cut(this.#nodes);
    this.#running.update(selector.running());
    const block = this.#blocks.enter(this.#running.now.jobs.indexOf(record));
    table.spans.enter(record.allocation!.node, block);
    return true;
  }
}

function slotsOf({ config }: Pick<SlurmState, "config">): number {
  const { bf_window, bf_resolution } = config.scheduler.parameters;
  return Math.ceil((60 * bf_window) / bf_resolution) + 1;
}
