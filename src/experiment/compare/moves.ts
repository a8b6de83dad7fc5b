import type { Subject } from "./decision-log.js";

/** How many started earlier or later. */
export interface Moved {
  earlier: number;
  later: number;
  same: number;
  /** Mean of the new start less the old one over all that started in both, µs. */
  meanShift: number;
}

/** Whose turns are counted. */
export type Worker = Exclude<Subject["kind"], "replica">;

export interface Moves {
  kind: Worker;
  all: Moved;
  /** Started in one of the runs only. */
  onlyBefore: number;
  onlyAfter: number;
  byTenant: ReadonlyMap<string, Moved>;
  /** By size, in powers of two: `1`, `2`, `3-4`, `5-8`… */
  bySize: ReadonlyMap<string, Moved>;
}

/** Counts who moved, subject by subject. */
export class Tally {
  readonly #all = newSums();
  readonly #tenants = new Map<string, Sums>();
  readonly #sizes = new Map<number, Sums>();
  #onlyBefore = 0;
  #onlyAfter = 0;

  constructor(readonly kind: Worker) {}

  add({ tenant, size }: Subject, before: number | undefined, after: number | undefined): void {
    if (before === undefined || after === undefined) {
      if (before !== undefined) this.#onlyBefore++;
      if (after !== undefined) this.#onlyAfter++;
      return;
    }
    const shift = after - before;
    const sizeClass = size <= 1 ? size : 2 ** Math.ceil(Math.log2(size));
    for (const sums of [this.#all, sumsOf(this.#tenants, tenant), sumsOf(this.#sizes, sizeClass)]) {
      if (shift < 0) sums.earlier++;
      else if (shift > 0) sums.later++;
      else sums.same++;
      sums.shift += shift;
    }
  }

  moves(): Moves {
    return {
      kind: this.kind,
      all: movedOf(this.#all),
      onlyBefore: this.#onlyBefore,
      onlyAfter: this.#onlyAfter,
      byTenant: new Map([...this.#tenants].sort().map(([name, sums]) => [name, movedOf(sums)])),
      bySize: new Map(
        [...this.#sizes].sort(([a], [b]) => a - b).map(([size, sums]) => [sizeName(size), movedOf(sums)]),
      ),
    };
  }
}

interface Sums {
  earlier: number;
  later: number;
  same: number;
  shift: number;
}

const newSums = (): Sums => ({ earlier: 0, later: 0, same: 0, shift: 0 });

function sumsOf<K>(groups: Map<K, Sums>, key: K): Sums {
  let sums = groups.get(key);
  if (sums === undefined) {
    sums = newSums();
    groups.set(key, sums);
  }
  return sums;
}

function movedOf({ earlier, later, same, shift }: Sums): Moved {
  const n = earlier + later + same;
  return { earlier, later, same, meanShift: n === 0 ? 0 : shift / n };
}

/** Those up to a power of two that the power below does not hold. */
function sizeName(size: number): string {
  return size <= 2 ? String(size) : `${size / 2 + 1}-${size}`;
}
