import { type Axis, sizeOf, valueAt } from "../sweep/axis.js";
import { runSearches, smallestPassing } from "./search.js";
import { assignments, costOf, type SearchEnd, type Setting, type Tried } from "./setting.js";

/** The smallest, or largest, value of one key that meets the targets, by halving. */
export async function extreme(axis: Axis, largest: boolean, setting: Setting): Promise<SearchEnd> {
  const { trials, replications } = setting;
  const n = sizeOf(axis);
  // The largest value that is still met is the first one from above.
  const valueOfIndex = (index: number) => valueAt(axis, largest ? n - 1 - index : index);
  const tried = new Map<number, Tried>();
  const [found] = await runSearches([smallestPassing(n)], async ([asked]) => {
    const { index } = asked!;
    const values = [valueOfIndex(index)];
    const set = assignments([axis], values);
    const [trial] = await trials.look([set], replications);
    const cost = await costOf(set, setting);
    tried.set(index, { ...trial!, values, ...(cost === undefined ? {} : { cost }) });
    return [trial!.met];
  });
  const { index, monotone } = found!;
  const order = [...tried.keys()].sort((a, b) => (largest ? b - a : a - b));
  return { tried: order.map((i) => tried.get(i)!), answer: tried.get(index), monotone, dropped: [] };
}
