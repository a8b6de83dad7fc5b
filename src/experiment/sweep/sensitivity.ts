import type { Axis } from "./axis.js";
import type { SweepTable } from "./table.js";

/** How much of a metric one key explains. */
export interface Influence {
  readonly key: string;
  /** From 0 to 1. */
  readonly share: number;
  /**
   * `variance share`: what the means of the key's values vary by, of the metric's whole variance (the correlation ratio,
   * a first-order effect). `rank correlation`: Spearman's, squared, for numbers that were drawn.
   */
  readonly method: "variance share" | "rank correlation";
  /** Whether the metric grows (1) or falls (-1) with the key; 0 for keys whose values have no order. */
  readonly sign: -1 | 0 | 1;
}

/**
 * The varied keys by how much of a metric they explain, largest first; empty when the metric never varies. What the shares
 * lack to 1 is interactions and seeds.
 *
 * @param sampled whether values of ranges were drawn, so that each hardly ever comes twice
 */
export function influences(
  table: SweepTable,
  column: number,
  axes: readonly Axis[],
  sampled: boolean,
): Influence[] {
  const rows = table.rows.filter(({ metrics }) => metrics[column] !== null);
  const metric = rows.map(({ metrics }) => metrics[column]!);
  const whole = sumOfSquares(metric);
  if (rows.length < 3 || whole === 0) return [];
  return axes
    .map((axis, i): Influence => {
      const values = rows.map((row) => row.values[i]!);
      const numbers = "values" in axis ? undefined : values.map(Number.parseFloat);
      const rank = numbers === undefined ? 0 : correlation(ranks(numbers), ranks(metric));
      const sign = Math.sign(rank) as -1 | 0 | 1;
      return sampled && numbers !== undefined
        ? { key: axis.key, share: rank * rank, method: "rank correlation", sign }
        : { key: axis.key, share: between(values, metric) / whole, method: "variance share", sign };
    })
    .sort((a, b) => b.share - a.share);
}

/** Sum of squares of the groups' means about the mean of all, each weighted by its group's size. */
function between(groups: readonly string[], values: readonly number[]): number {
  const sums = new Map<string, { sum: number; n: number }>();
  groups.forEach((group, i) => {
    const entry = sums.get(group) ?? { sum: 0, n: 0 };
    sums.set(group, { sum: entry.sum + values[i]!, n: entry.n + 1 });
  });
  const all = mean(values);
  return [...sums.values()].reduce((total, { sum, n }) => total + n * (sum / n - all) ** 2, 0);
}

function sumOfSquares(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [middleA, middleB] = [mean(a), mean(b)];
  const common = a.reduce((sum, value, i) => sum + (value - middleA) * (b[i]! - middleB), 0);
  const scale = Math.sqrt(sumOfSquares(a) * sumOfSquares(b));
  return scale === 0 ? 0 : common / scale;
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last++;
    for (let i = first; i <= last; i++) result[order[i]!] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return result;
}
