import { InputError, type Problem } from "../../core/errors.js";
import type { Executor } from "../executors/executor.js";
import type { Outcome, Point, Task } from "../point/point.js";
import type { Tasks } from "../point/tasks.js";
import type { ResultStore } from "../store/store.js";
import type { MetricFilter } from "./columns.js";
import type { Design } from "./design.js";
import { type SweepTable, TableBuilder } from "./table.js";

export interface SweepPlan {
  readonly design: Design;
  readonly seeds: readonly string[];
  readonly tasks: Tasks;
  readonly metrics: MetricFilter;
  /** Only every `count`-th point, from the `index`-th on: the share of one of several processes. */
  readonly shard?: { readonly index: number; readonly count: number };
}

export interface SweepProgress {
  /** Points whose outcome is known, of `total`; `ran` of them in this call. */
  done: number;
  ran: number;
  total: number;
}

export interface SweepOptions {
  executor: Executor;
  store?: ResultStore;
  stop?: AbortSignal;
  progress?: (progress: SweepProgress) => void;
}

export interface SweepEnd {
  table: SweepTable;
  /** Points that were not run because of a stop. */
  missing: number;
  /** Distinct points that gave no result: wrong input, and faults. */
  refused: number;
  faults: number;
  /** The first fault in full. */
  fault?: string;
}

/** Points of a sweep: each combination under each seed, the seed changing fastest; those of the shard alone. */
export function pointCount({ design, seeds, shard = ALL }: Omit<SweepPlan, "tasks" | "metrics">): number {
  return Math.max(0, Math.ceil((design.size * seeds.length - shard.index) / shard.count));
}

const ALL = { index: 0, count: 1 };

/** The point at an index. */
export function pointAt(plan: SweepPlan, index: number): Point & { values: readonly string[] } {
  const { seeds, shard = ALL } = plan;
  const at = shard.index + index * shard.count;
  return pointOf(plan, Math.floor(at / seeds.length), seeds[at % seeds.length]!);
}

function pointOf({ design }: SweepPlan, combination: number, seed: string) {
  const values = design.combination(combination);
  return { set: design.axes.map(({ key }, i) => `${key}=${values[i]}`), values, seed };
}

/**
 * Looks at enough points to have seen each value that is varied, so that a misspelt key or a value that cannot be ends a
 * sweep before it starts.
 *
 * @throws InputError located in the option that gives the value
 */
export async function checkSweep(plan: SweepPlan, option = "--vary"): Promise<void> {
  const problems: Problem[] = [];
  for (const index of plan.design.covering()) {
    const point = pointOf(plan, index, plan.seeds[0]!);
    try {
      await plan.tasks.task(point);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const problem of error.problems) {
        const { at } = problem;
        const varied = at !== undefined && at.line === 0 && point.set.includes(at.text ?? "");
        const moved = varied ? { ...problem, at: { ...at, file: option } } : problem;
        if (!problems.some((other) => same(other, moved))) problems.push(moved);
      }
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

/** The same misspelt key under many values is one mistake. */
function same(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.message === b.message && a.at?.column === b.at?.column;
}

/**
 * Runs the points that the store does not hold, each once, and gathers all of them.
 *
 * @throws InputError when results cannot be kept or the executor cannot work; what was kept stays
 */
export async function sweep(plan: SweepPlan, options: SweepOptions): Promise<SweepEnd> {
  const { executor, store, progress } = options;
  const failed = new AbortController();
  const stop = AbortSignal.any([failed.signal, ...(options.stop === undefined ? [] : [options.stop])]);
  const total = pointCount(plan);
  const builder = new TableBuilder(plan.metrics);
  const keys: string[] = [];
  const running: string[] = [];
  const under = new Set<string>();
  const end = { refused: 0, faults: 0 };
  let fault: string | undefined;
  let fatal: readonly Problem[] | undefined;
  let done = 0;
  let ran = 0;

  async function* missing(): AsyncGenerator<Task> {
    while (keys.length < total && !stop.aborted) {
      const task = await makeTask(keys.length);
      if (task === undefined) continue;
      keys.push(task.key);
      if (under.has(task.key) || builder.has(task.key)) {
        progress?.({ done: ++done, ran, total });
        continue;
      }
      const kept = store?.get(task.key);
      if (kept === undefined) {
        under.add(task.key);
        running.push(task.key);
        yield task;
      } else {
        builder.add(task.key, { result: kept });
        progress?.({ done: ++done, ran, total });
      }
    }
  }

  async function makeTask(index: number): Promise<Task | undefined> {
    try {
      return await plan.tasks.task(pointAt(plan, index));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // Only combinations get here: each value by itself was looked at before.
      const key = `refused ${index}`;
      keys.push(key);
      builder.fail(key, error.message);
      end.refused++;
      progress?.({ done: ++done, ran, total });
      return undefined;
    }
  }

  function ended(index: number, outcome: Outcome): void {
    if ("problems" in outcome) {
      if (outcome.problems.some(({ code }) => code.startsWith("store/"))) {
        fatal ??= outcome.problems;
        failed.abort();
        return;
      }
      end.refused++;
    } else if ("fault" in outcome) {
      end.faults++;
      fault ??= outcome.fault;
    }
    builder.add(running[index]!, outcome);
    progress?.({ done: ++done, ran: ++ran, total });
  }

  progress?.({ done, ran, total });
  await executor.run(missing(), ended, stop);
  if (fatal !== undefined) throw new InputError(fatal);
  const { design } = plan;
  const table = builder.build(
    design.axes.map(({ key }) => key),
    keys.map((key, index) => ({ ...pointAt(plan, index), key })),
  );
  return { table, missing: total - table.rows.length, ...end, ...(fault === undefined ? {} : { fault }) };
}
