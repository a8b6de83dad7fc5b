import type { Problem } from "../core/errors.js";
import type { PolicyInfo } from "../core/policy-info.js";
import type { Random } from "../core/random.js";
import type { GpuType } from "../fleet/catalogue.js";
import type { Fleet, PoolSpec } from "../fleet/fleet.js";
import type { Placement } from "../fleet/placement.js";
import type { Shape } from "../fleet/shape.js";
import type { JobOutcome, NodeState } from "../journal/journal.js";

/**
 * A cluster policy decides which pending job gets which GPUs, and when. It sees a read-only view at each scheduling
 * point and answers by acting. Our own policies have no privileges that a user's module lacks.
 */
export interface ClusterPolicy {
  /**
   * One scheduling pass. Called once per instant after all ends and submissions of that instant (or after each event,
   * by `ties`), whenever something has changed or a `wake` is due.
   */
  pass(view: ClusterView, act: ClusterActions): void;
  /** Hears of each change before the pass that follows it; for policies that keep books instead of searching. */
  onEvent?(event: ClusterEvent, job: number, view: ClusterView): void;
  /** When passes happen relative to simultaneous events; `instant` when absent. */
  readonly ties?: TieRule;
  /** Set when the policy itself ends the jobs that overrun (`kill`): none is then killed at its estimate. */
  readonly enforcesLimits?: boolean;
  /** Set when it wants a pass at time 0, for what is to happen before the first job comes. */
  readonly opens?: boolean;
  /** After the run: what a reader of its numbers must know. */
  warnings?(): readonly PolicyWarning[];
}

export interface PolicyWarning {
  code: string;
  message: string;
}

/** `start` is not among them: only the policy itself starts jobs. */
export type ClusterEvent = "submit" | "end" | "cancel" | "preempt";

/**
 * What happens at one instant, in which order:
 * - `instant`: all ends, all submissions, then one pass;
 * - `event-finish-first`: each end, then each submission, a pass after every event;
 * - `pyss`: submissions before ends, a pass after every event, and a running job whose estimated end has come may hand
 *   its resources over before its end is handled (`ClusterActions.handOver`), as the simulator pyss does.
 */
export type TieRule = "instant" | "event-finish-first" | "pyss";

/** Jobs by number. A number is reused after its job has left: forget it at `end` and `cancel`. */
export interface JobView {
  submitTime(job: number): number;
  startTime(job: number): number;
  /** Requested wall-clock time, µs; Infinity when the job has none (replicas never do). */
  estimate(job: number): number;
  /** startTime + estimate. */
  expectedEnd(job: number): number;
  shape(job: number): Shape;
  id(job: number): string;
  user(job: number): string;
  account(job: number): string;
  queue(job: number): string;
  isReplica(job: number): boolean;
  /** How it was submitted, in its scheduler's own words (sbatch's options); empty when the trace does not say. */
  submission(job: number): string;
  /** Name of the array or heterogeneous job that it is part of, and its task (or -1 minus its component's offset). */
  group(job: number): string;
  member(job: number): number;
  /** What it will exit with when it runs to its end. */
  exitCode(job: number): number;
  /** Order of submission over the whole run. */
  readonly sequence: Float64Array;
  /** First entry of what the running job holds, in `fleet.allocations`; -1 when it does not run. */
  readonly allocation: Int32Array;
}

/** A list in a defined order; -1 ends it. */
export interface JobList {
  readonly first: number;
  readonly last: number;
  readonly length: number;
  next(job: number): number;
  previous(job: number): number;
}

export interface ClusterView {
  /** µs since the run's start. */
  readonly now: number;
  readonly jobs: JobView;
  /** Pending jobs in order of submission. */
  readonly queue: JobList;
  /** Running jobs in order of start. */
  readonly running: JobList;
  readonly fleet: Fleet;
  /**
   * Set when every job of the run is a number of equal processors that may sit anywhere in the one pool: then `free`
   * and `shape.tasks` say all there is to know, and a job fits exactly when its tasks are no more than the free ones.
   */
  readonly counting: boolean;
  /** In counting mode: processors free now, and in all. */
  free(): number;
  readonly capacity: number;
  /** A placement of the shape by first-fit decreasing on what is free now, valid until the next call; else undefined. */
  place(shape: Shape): Placement | undefined;
  /** Does anybody want to know why jobs wait? */
  readonly wantsReasons: boolean;
}

export interface ClusterActions {
  /** Starts a pending job, by default where `place` would put it. False, and nothing happens, when it has no room. */
  start(job: number, placement?: Placement): boolean;
  /** Takes a running job's resources; its work is lost and it waits again, at its old place in the queue. */
  preempt(job: number): void;
  /** Ends a running or suspended job now; its remaining work is not done. */
  kill(job: number, outcome: JobOutcome): void;
  /** A pending job leaves without having run, `reason` being why. */
  withdraw(job: number, reason: string): void;
  /** Stops a running job, which keeps its GPUs and memory, gives its cores back and waits by `reason`. */
  suspend(job: number, reason: string): void;
  /**
   * A suspended job goes on where it stood; its cores must be free. `cpus`: what it takes of each of its nodes from now
   * on, when it shares the others with jobs that run.
   */
  resume(job: number, cpus?: readonly number[]): void;
  /**
   * Says why a pending job waits from now on. A job that was submitted and about which the policy says nothing waits
   * by `Priority`: others are ahead.
   */
  hold(job: number, reason: string): void;
  /** Puts down in the journal what the scheduler's own command would print now; `print` is asked only if somebody reads it. */
  note(command: string, print: () => readonly string[]): void;
  /** What a node is from now on, for the record: the policy itself gives jobs only what they may have. */
  nodeState(node: number, state: NodeState): void;
  /**
   * Asks for a pass at a later time (µs), when nothing else may happen until then. `idle`: the run need not last until then
   * when nothing else is to come.
   */
  wake(time: number, idle?: boolean): void;
  /** Under `pyss`: a running job whose end is due at this very instant gives up its resources now. False when it is not due. */
  handOver(job: number): boolean;
}

/** Where a policy is used. */
export interface PolicySetting {
  /** That paths are relative to. */
  folder: string;
  /** The scenario's fleet; undefined when it has none. */
  pools: readonly PoolSpec[] | undefined;
  gpuTypes: readonly GpuType[];
}

/** What a policy made of its options. */
export interface ConfiguredPolicy {
  /** For `create`. */
  options: Record<string, unknown>;
  /** The fleet by the policy's own configuration. */
  pools?: readonly PoolSpec[];
  warnings?: readonly Problem[];
}

/** A policy as the registry holds it. */
export interface ClusterPolicyEntry {
  readonly info: PolicyInfo;
  /**
   * For a policy whose options are a configuration in words of its own, files included: reads and checks it, so that
   * `info.options` need not name every knob.
   *
   * @throws InputError with everything that is wrong
   */
  configure?(options: Readonly<Record<string, unknown>>, setting: PolicySetting): ConfiguredPolicy;
  /** It tells itself of jobs that can never run; without it, a scenario with such a job is an error. */
  readonly judges?: boolean;
  /** `options` holds every knob of `info.options` that has a default, and those that the scenario gives. */
  create(options: Record<string, unknown>, random: Random): ClusterPolicy;
}
