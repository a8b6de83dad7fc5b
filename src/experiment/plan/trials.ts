import { InputError } from "../../core/errors.js";
import type { Result } from "../../metrics/result.js";
import { carriedWarnings } from "../compare/warnings.js";
import type { Executor } from "../executors/executor.js";
import type { Point } from "../point/point.js";
import type { Tasks } from "../point/tasks.js";
import { runTasks } from "../run-tasks.js";
import type { ResultStore } from "../store/store.js";
import { type Standing, standing, type Target } from "./targets.js";

export interface TrialOptions {
  readonly tasks: Tasks;
  readonly targets: readonly Target[];
  /** Every candidate meets the same ones, in this order. */
  readonly seeds: readonly string[];
  /** One-sided, of each target by itself. */
  readonly confidence: number;
  readonly executor: Executor;
  readonly store?: ResultStore;
  readonly stop?: AbortSignal;
  /** So many runs have ended. */
  readonly ended?: (done: number) => void;
}

/** How a candidate did. */
export interface Trial {
  /** Its assignments, `key=value` each. */
  readonly set: readonly string[];
  readonly replications: number;
  /** By target; empty for a candidate that cannot run. */
  readonly standings: readonly Standing[];
  readonly met: boolean;
  /** What its runs warn of, such as a queue that never stops growing. */
  readonly warnings: readonly string[];
  /** Why it cannot run: a fleet too small for some job, say. */
  readonly error?: InputError;
}

/** The search was stopped between two candidates. */
export class Stopped extends Error {}

/** Tries candidates under common random numbers. What has run for few replications is not run again for more. */
export class Trials {
  /** Runs that the candidates took so far. */
  runs = 0;
  readonly #options: TrialOptions;
  readonly #kept = new Map<string, Result[] | InputError>();
  readonly #names: ReadonlySet<string>;

  constructor(options: TrialOptions) {
    this.#options = options;
    this.#names = new Set(options.targets.map(({ metric }) => metric.name));
  }

  /**
   * Runs what is missing of each candidate, all at once, and holds it against the targets. With fewer replications than
   * there are seeds the means alone decide: whether to look closer.
   *
   * @throws Stopped after Ctrl-C, and Error for a fault of ours
   */
  async look(candidates: readonly (readonly string[])[], replications: number): Promise<Trial[]> {
    const { seeds, tasks } = this.#options;
    const missing = candidates.flatMap((set) => {
      const kept = this.#kept.get(nameOf(set)) ?? [];
      const from = kept instanceof InputError ? replications : kept.length;
      return seeds.slice(from, replications).map((seed): Point => ({ set, seed }));
    });
    const runnable: { point: Point; task: Awaited<ReturnType<Tasks["task"]>> }[] = [];
    for (const point of missing)
      try {
        runnable.push({ point, task: await tasks.task(point) });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.#kept.set(nameOf(point.set), error);
      }
    await this.#run(runnable);
    return candidates.map((set) => this.#judge(set, replications));
  }

  async #run(all: readonly { point: Point; task: Awaited<ReturnType<Tasks["task"]>> }[]): Promise<void> {
    const { tasks, executor, store, stop, ended } = this.#options;
    const before = this.runs;
    const outcomes = await runTasks(
      all.map(({ task }) => task),
      executor,
      {
        ...(store === undefined ? {} : { store }),
        ...(stop === undefined ? {} : { stop }),
        ended: (done) => ended?.(before + done),
      },
    );
    this.runs += all.length;
    for (const [i, { point }] of all.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined) throw new Stopped();
      const error = await tasks.errorOf(point, outcome);
      const refused =
        error instanceof InputError && !error.problems.some(({ code }) => /^(store|slurm)\//.test(code));
      if (error !== undefined && !refused) throw error;
      const kept = this.#kept.get(nameOf(point.set));
      if (error !== undefined) this.#kept.set(nameOf(point.set), error as InputError);
      else if ("result" in outcome && !(kept instanceof InputError))
        this.#kept.set(nameOf(point.set), [...(kept ?? []), this.#trimmed(outcome.result)]);
    }
  }

  #judge(set: readonly string[], replications: number): Trial {
    const { targets, confidence, seeds } = this.#options;
    const kept = this.#kept.get(nameOf(set))!;
    if (kept instanceof InputError)
      return { set, replications, standings: [], met: false, warnings: [], error: kept };
    const runs = kept.slice(0, replications);
    const sure = replications === seeds.length;
    const standings = targets.map((target) => standing(target, runs, confidence, sure));
    const met = standings.every(({ met }) => met);
    return { set, replications, standings, met, warnings: carriedWarnings([{ name: set.join(", "), runs }]) };
  }

  /** Many candidates are remembered: only by what the targets speak of. */
  #trimmed(result: Result): Result {
    return { ...result, metrics: result.metrics.filter(({ name }) => this.#names.has(name)) };
  }
}

function nameOf(set: readonly string[]): string {
  return set.join("\n");
}
