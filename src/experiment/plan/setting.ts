import { InputError } from "../../core/errors.js";
import type { Tasks } from "../point/tasks.js";
import type { Axis } from "../sweep/axis.js";
import type { Costs } from "./cost.js";
import type { Trial, Trials } from "./trials.js";

/** What the ways to search work with. */
export interface Setting {
  readonly tasks: Tasks;
  readonly trials: Trials;
  readonly costs: Costs;
  /** Of what counts as tried. */
  readonly replications: number;
}

/** A candidate that was tried with all replications. */
export interface Tried extends Trial {
  /** A value per key. */
  readonly values: readonly string[];
  /** Per hour; undefined where it cannot be told. */
  readonly cost?: number;
}

/** A combination of all keys but the size, which was given up. */
export interface Dropped {
  /** `key=value` of each of them. */
  readonly set: readonly string[];
  /** What it was looked at with, before. */
  readonly replications: number;
  /** The size that seemed enough then, and what that costs; undefined when the largest did not do. */
  readonly size: string | undefined;
  readonly cost: number | undefined;
}

/** What a way to search brings home. */
export interface SearchEnd {
  /** In the order of the range, or of the cost. */
  readonly tried: readonly Tried[];
  /** What meets all targets; undefined when nothing does. */
  readonly answer: Tried | undefined;
  /** Nothing that was tried contradicts "once it is enough, more is enough". */
  readonly monotone: boolean;
  /** Combinations that were given up before they had all replications. */
  readonly dropped: readonly Dropped[];
}

export function assignments(axes: readonly Axis[], values: readonly string[]): string[] {
  return axes.map(({ key }, i) => `${key}=${values[i]}`);
}

/** What a candidate costs; undefined when it cannot be told of it. */
export async function costOf(set: readonly string[], { tasks, costs }: Setting): Promise<number | undefined> {
  try {
    const { scenario } = await tasks.load();
    return costs.of(await tasks.load({ set, seed: scenario.seed }));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
