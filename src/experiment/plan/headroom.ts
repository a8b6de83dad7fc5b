import { runSearches, type Search, smallestByHalving } from "./search.js";
import type { Setting, Tried } from "./setting.js";
import type { Trial } from "./trials.js";

/** How much more load the answer takes before it misses a target. */
export interface Headroom {
  /** The largest factor on the load that still meets all targets. */
  readonly holds: number;
  /** The smallest factor tried that does not, and how it did; undefined when the largest asked for still does. */
  readonly breaks: { readonly factor: number; readonly trial: Trial } | undefined;
  /** Runs that this took. */
  readonly runs: number;
}

/** Factors that are asked for: what a tenth more matters to, four times as much settles. */
const FACTORS = [1.02, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.5, 3, 4];

/** Finds by halving how many times as densely work may arrive at the answer. */
export async function headroomOf(
  { set }: Tried,
  { tasks, trials, replications }: Setting,
): Promise<Headroom> {
  const { load } = await tasks.load();
  const before = trials.runs;
  const seen = new Map<number, Trial>();
  const [found] = await runSearches([smallestByHalving(FACTORS.length) as Search], async ([asked]) => {
    const { index } = asked!;
    const key = `load=${Number((load * FACTORS[index]!).toPrecision(9))}`;
    const [trial] = await trials.look([[...set, key]], replications);
    seen.set(index, trial!);
    return [!trial!.met];
  });
  const { index } = found!;
  const last = index < 0 ? FACTORS.length - 1 : index - 1;
  return {
    holds: last < 0 ? 1 : FACTORS[last]!,
    breaks: index < 0 ? undefined : { factor: FACTORS[index]!, trial: seen.get(index)! },
    runs: trials.runs - before,
  };
}
