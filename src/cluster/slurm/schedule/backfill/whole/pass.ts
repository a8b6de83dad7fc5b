import { BitVector } from "../../../../../core/bit-vector.js";
import { versionAtLeast } from "../../../model/config.js";
import type { SlurmState } from "../../../model/state.js";
import type { SchedulerContext } from "../../context.js";
import type { PlainEntry, PlainQueue } from "../../plain-queue.js";
import type { Starter } from "../../start.js";
import { Kernel, Stop } from "./kernel.js";
import { RunningJobs } from "./running-jobs.js";
import { mostClasses, WaitingJobs } from "./waiting-jobs.js";

/** Longer windows, or finer resolutions, are left to the general map. */
const mostSlots = 4096;
/** The kernel counts nodes in 16 bits; larger clusters are left to the general map as well. */
const mostNodes = 65535;

/**
 * A backfill pass over jobs that all ask for a number of whole nodes and nothing else: starts the same jobs as `Planner`,
 * counted rather than tried. The kernel plans; what changes the cluster is done here.
 */
export class WholeNodesPass {
  readonly #kernel: Kernel;
  readonly #running: RunningJobs;
  readonly #waiting: WaitingJobs;
  readonly #usable: BitVector;
  /** The last pass has planned a job for later. */
  plans = false;

  constructor(
    readonly context: SchedulerContext,
    readonly starter: Starter,
    readonly queue: PlainQueue,
  ) {
    const { state } = context;
    const { count } = state.nodes;
    const { bf_resolution } = state.config.scheduler.parameters;
    this.#kernel = new Kernel(count, slotsOf(state), mostClasses, bf_resolution);
    this.#running = new RunningJobs(context, this.#kernel);
    this.#waiting = new WaitingJobs(state, this.#kernel);
    queue.watcher = this.#waiting;
    this.#usable = new BitVector(count);
  }

  /** Could passes of a cluster with this configuration be counted? */
  static fits({ config, nodes }: SlurmState): boolean {
    const p = config.scheduler.parameters;
    return (
      nodes.count <= mostNodes &&
      slotsOf({ config }) <= mostSlots &&
      p.bf_resolution <= 60 &&
      !versionAtLeast(config.version, "24.11") &&
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

  /** Answers the number of jobs started; -1 when the pass cannot be counted. */
  run(): number {
    this.plans = false;
    const { entries } = this.queue;
    if (!this.#covers()) return -1;
    if (entries.length === 0) return 0;
    this.#begin(entries);
    const started = this.#walk(entries);
    this.plans = this.#kernel.exports.plans() === 1;
    return started;
  }

  #walk(queue: readonly PlainEntry[]): number {
    const { bf_max_job_start } = this.context.state.config.scheduler.parameters;
    const { exports } = this.#kernel;
    for (let started = 0; ; exports.next()) {
      const stop = exports.run();
      if (stop === Stop.AtEnd) return started;
      const entry = queue[exports.at()]!;
      const start = stop === Stop.AtUntested ? this.#test(entry) : 0;
      if (start === 0 && this.#start(entry)) {
        if (++started === bf_max_job_start) return started;
      } else if (exports.plan() === 0) return started;
    }
  }

  /** Every node that is held is held by one job. */
  #covers(): boolean {
    const { state, selector } = this.context;
    const { nodes } = state;
    if (!nodes.completing.empty || !selector.exclusive) return false;
    return this.#running.advance() + nodes.idle.count() === nodes.count;
  }

  /** Tells the kernel which nodes are vacant, and the queue. */
  #begin(queue: readonly PlainEntry[]): void {
    const { nodes, now, config } = this.context.state;
    const { exports } = this.#kernel;
    const { bf_resolution, bf_window, bf_max_job_test, bf_node_space_size } = config.scheduler.parameters;
    const view = this.#kernel.view();
    view.set(nodes.idle.words, exports.idleAt() >> 2);
    view.set(nodes.avail.words, exports.availAt() >> 2);
    this.#waiting.tell(queue);
    exports.setPresent(now % bf_resolution, now % 30, 60 * bf_window);
    exports.begin(this.#waiting.classes.length, bf_max_job_test, bf_node_space_size);
  }

  /** Looks for a place for a job that any test changes. Answers when it could start, -1 for never. */
  #test({ job, partition }: PlainEntry): number {
    const { state, selector } = this.context;
    const { exports } = this.#kernel;
    const start = exports.find(true);
    if (exports.tested()) selector.select(job, partition, state.nodes.avail, "will-run");
    return start;
  }

  #start({ job, partition, minutes }: PlainEntry): boolean {
    const { state } = this.context;
    const { starter } = this;
    const { exports } = this.#kernel;
    const { words } = this.#usable;
    const usable = exports.usableAt() >> 2;
    words.set(this.#kernel.view().subarray(usable, usable + words.length));
    job.partition = partition;
    const order = { by: "backfill", limit: () => minutes } as const;
    if (starter.try(job, partition, state.nodes.avail, this.#usable, order) !== "started") return false;
    // It keeps its nodes, which were vacant until now, up to its limit.
    exports.start(this.#running.lastCame);
    return true;
  }
}

function slotsOf({ config }: Pick<SlurmState, "config">): number {
  const { bf_window, bf_resolution } = config.scheduler.parameters;
  return Math.ceil((60 * bf_window) / bf_resolution) + 1;
}
