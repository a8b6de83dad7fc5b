/** What a search over an ordered range found. */
export interface Found {
  /** The smallest index that passes; -1 when the last one does not. */
  readonly index: number;
  /** Whether everything that was looked at agrees with "once it passes, it passes". */
  readonly monotone: boolean;
}

/** Yields the index that it wants to know of next, and is told whether that one passes. Asks for none twice. */
export type Search = Generator<number, Found, boolean>;

/**
 * The smallest of `n` indices that passes, if passing never stops once it has begun: looks at both ends, halves what lies
 * between them, and at last at the one behind the answer, where a curve that falls again would show.
 */
export function* smallestPassing(n: number): Search {
  const seen = new Seen();
  if (!(yield* seen.look(n - 1))) return { index: -1, monotone: !(yield* seen.look(0)) || n === 1 };
  let fails = -1;
  let holds = n - 1;
  if (n > 1 && (yield* seen.look(0))) holds = 0;
  else if (n > 1) fails = 0;
  holds = yield* halve(seen, fails, holds);
  if (holds + 1 < n) yield* seen.look(holds + 1);
  return seen.answer(holds);
}

/** The same with nothing but halving: as few looks as can be, and none to spare for a curve that falls again. */
export function* smallestByHalving(n: number): Search {
  const seen = new Seen();
  const holds = yield* halve(seen, -1, n);
  return { index: holds === n ? -1 : holds, monotone: seen.agrees(holds) };
}

/**
 * The same from a guess: goes down or up from it in steps that double, then halves. Cheap when the guess is near, and no
 * more than twice the looks of halving when it is not.
 */
export function* smallestPassingNear(n: number, guess: number): Search {
  const seen = new Seen();
  let fails = -1;
  let holds = n;
  let at = Math.min(Math.max(guess, 0), n - 1);
  for (let step = 1; at > fails && at < holds; step *= 2) {
    if (yield* seen.look(at)) {
      holds = at;
      if (fails >= 0) break;
      at = Math.max(0, at - step);
    } else {
      fails = at;
      if (holds < n) break;
      at = Math.min(n - 1, at + step);
    }
  }
  if (holds === n) return { index: -1, monotone: seen.agrees(n) };
  return seen.answer(yield* halve(seen, fails, holds));
}

/** Halves between an index that fails and one that holds. */
function* halve(seen: Seen, fails: number, holds: number): Generator<number, number, boolean> {
  while (holds - fails > 1) {
    const middle = (fails + holds) >> 1;
    if (yield* seen.look(middle)) holds = middle;
    else fails = middle;
  }
  return holds;
}

class Seen {
  readonly #passed = new Map<number, boolean>();

  *look(index: number): Generator<number, boolean, boolean> {
    if (!this.#passed.has(index)) this.#passed.set(index, yield index);
    return this.#passed.get(index)!;
  }

  agrees(smallest: number): boolean {
    return [...this.#passed].every(([index, passed]) => passed === index >= smallest);
  }

  answer(index: number): Found {
    return { index, monotone: this.agrees(index) };
  }
}

/**
 * Runs searches side by side: all that they ask for at a time is looked at in one go.
 *
 * @param lookAt whether each of the indices passes, `search` being the place among the searches
 */
export async function runSearches(
  searches: readonly Search[],
  lookAt: (asked: readonly { search: number; index: number }[]) => Promise<readonly boolean[]>,
): Promise<Found[]> {
  const steps = searches.map((search) => search.next());
  for (;;) {
    const open = steps.flatMap((step, search) => (step.done ? [] : [{ search, index: step.value }]));
    if (open.length === 0) return steps.map((step) => step.value as Found);
    const passed = await lookAt(open);
    for (const [i, { search }] of open.entries()) steps[search] = searches[search]!.next(passed[i]!);
  }
}
