/** What a search over an ordered range found. */
export interface Found {
  /** The smallest index that passes; -1 when the last one does not. */
  readonly index: number;
  /** Whether everything that was looked at agrees with "once it passes, it passes". */
  readonly monotone: boolean;
}

/**
 * The smallest of `n` indices that passes, if passing never stops once it has begun: looks at both ends, halves what lies
 * between them, and at last at the one behind the answer, where a curve that falls again would show.
 *
 * @param passes asked at most once for each index
 */
export async function smallestPassing(
  n: number,
  passes: (index: number) => Promise<boolean>,
): Promise<Found> {
  const seen = new Map<number, boolean>();
  const look = async (index: number) => {
    if (!seen.has(index)) seen.set(index, await passes(index));
    return seen.get(index)!;
  };
  if (!(await look(n - 1))) return { index: -1, monotone: !(await look(0)) || n === 1 };
  let fails = -1;
  let holds = n - 1;
  if (n > 1 && (await look(0))) holds = 0;
  else if (n > 1) fails = 0;
  while (holds - fails > 1) {
    const middle = (fails + holds) >> 1;
    if (await look(middle)) holds = middle;
    else fails = middle;
  }
  if (holds + 1 < n) await look(holds + 1);
  const monotone = [...seen].every(([index, passed]) => passed === index >= holds);
  return { index: holds, monotone };
}
