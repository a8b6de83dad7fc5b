import { InputError } from "../../core/errors.js";
import type { Result } from "../../metrics/result.js";
import type { Executor } from "../executors/executor.js";
import type { Point } from "../point/point.js";
import { replicationSeeds } from "../point/seeds.js";
import type { Tasks } from "../point/tasks.js";
import { runTasks } from "../run-tasks.js";
import type { ResultStore } from "../store/store.js";
import { type Axis, sizeOf, valueAt } from "../sweep/axis.js";
import { smallestPassing } from "./search.js";
import { type Standing, standing, type Target, targetsOf } from "./targets.js";

export interface PlanOptions {
  executor: Executor;
  store?: ResultStore;
  replications: number;
  /** One-sided, of each target by itself. */
  confidence: number;
  /** So many runs have ended. */
  ended?: (done: number) => void;
  stop?: AbortSignal;
}

/** One value that was tried. */
export interface Tried {
  readonly value: string;
  /** By target; empty for a value that cannot run. */
  readonly standings: readonly Standing[];
  readonly met: boolean;
  /** Why it cannot run: a fleet too small for some job, say. */
  readonly error?: string;
}

export interface Plan {
  readonly scenario: string;
  readonly key: string;
  readonly targets: readonly Target[];
  /** What was tried, in the order of the range. */
  readonly tried: readonly Tried[];
  /** The smallest value that meets all targets; undefined when the largest does not. */
  readonly smallest: Tried | undefined;
  readonly monotone: boolean;
  /** Values of the range, and those that were tried. */
  readonly values: number;
  readonly replications: number;
  readonly confidence: number;
}

/**
 * Finds the smallest value of a key with which the scenario meets its thresholds. All values meet the same random numbers.
 *
 * @throws InputError `plan/no-targets` without thresholds; located, for a value that cannot be run
 */
export async function plan(tasks: Tasks, axis: Axis, options: PlanOptions): Promise<Plan> {
  const { scenario, thresholds } = await tasks.load();
  const targets = targetsOf(thresholds);
  if (targets.length === 0)
    throw new InputError({
      code: "plan/no-targets",
      message: `${scenario.name} has no thresholds to meet`,
      hint: "give it some, such as thresholds: [ ttft.p99{service=chat} < 800ms ]",
    });
  const { replications, confidence } = options;
  const seeds = replicationSeeds(scenario.seed, replications);
  const tried = new Map<number, Tried>();
  let before = 0;
  const look = async (index: number) => {
    const value = valueAt(axis, index);
    const points = seeds.map((seed) => ({ set: [`${axis.key}=${value}`], seed }));
    let runs: Result[];
    try {
      runs = await runsOf(tasks, points, { ...options, ended: (done) => options.ended?.(before + done) });
    } catch (error) {
      // The largest value is looked at first: what is wrong with the scenario shows there.
      if (!(error instanceof InputError) || tried.size === 0) throw error;
      tried.set(index, { value, standings: [], met: false, error: error.message });
      return false;
    }
    before += seeds.length;
    const standings = targets.map((target) => standing(target, runs, confidence));
    const met = standings.every((one) => one.met);
    tried.set(index, { value, standings, met });
    return met;
  };
  const values = sizeOf(axis);
  const { index, monotone } = await smallestPassing(values, look);
  const inOrder = [...tried.keys()].sort((a, b) => a - b).map((i) => tried.get(i)!);
  return {
    scenario: scenario.name,
    key: axis.key,
    targets,
    tried: inOrder,
    smallest: tried.get(index),
    monotone,
    values,
    replications,
    confidence,
  };
}

async function runsOf(tasks: Tasks, points: readonly Point[], options: PlanOptions): Promise<Result[]> {
  const { executor, store, stop, ended } = options;
  async function* made() {
    for (const point of points) yield await tasks.task(point);
  }
  const outcomes = await runTasks(made(), executor, {
    ...(store === undefined ? {} : { store }),
    ...(stop === undefined ? {} : { stop }),
    ...(ended === undefined ? {} : { ended }),
  });
  const runs: Result[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome === undefined) throw new Stopped();
    const error = await tasks.errorOf(points[i]!, outcome);
    if (error !== undefined) throw error;
    if ("result" in outcome) runs.push(outcome.result);
  }
  return runs;
}

/** The search was stopped between two values. */
export class Stopped extends Error {}
