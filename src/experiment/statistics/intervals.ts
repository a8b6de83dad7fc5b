import { studentQuantile } from "./student.js";

/** A confidence interval of a mean or of a difference of means. */
export interface Interval {
  estimate: number;
  /** Infinite when the data bound nothing: fewer than two replications. */
  low: number;
  high: number;
  /** `Student`, `bootstrap-t`, … */
  method: string;
}

/** Mean over independent replications, with Student's interval. */
export function meanInterval(values: readonly number[], confidence: number): Interval {
  const estimate = mean(values);
  const n = values.length;
  if (n < 2) return unbounded(estimate);
  const error = standardError(values);
  return around(estimate, error === 0 ? 0 : error * criticalT(confidence, n - 1), "Student");
}

/** Mean of `after - before`, where replication i of both met the same random numbers. */
export function pairedInterval(
  before: readonly number[],
  after: readonly number[],
  confidence: number,
): Interval {
  const interval = meanInterval(differences(before, after), confidence);
  return { ...interval, method: `paired ${interval.method}` };
}

/** Mean of `after` less mean of `before`, from independent replications with variances of their own (Welch 1947). */
export function unpairedInterval(
  before: readonly number[],
  after: readonly number[],
  confidence: number,
): Interval {
  const estimate = mean(after) - mean(before);
  if (before.length < 2 || after.length < 2) return unbounded(estimate);
  const [b, a] = [standardError(before) ** 2, standardError(after) ** 2];
  if (a + b === 0) return around(estimate, 0, "Welch");
  const degrees = (a + b) ** 2 / (a ** 2 / (after.length - 1) + b ** 2 / (before.length - 1));
  return around(estimate, Math.sqrt(a + b) * criticalT(confidence, degrees), "Welch");
}

export function differences(before: readonly number[], after: readonly number[]): number[] {
  return after.map((value, i) => value - before[i]!);
}

/** Exact when all values are equal. */
export function mean(values: readonly number[]): number {
  if (areEqual(values)) return values[0]!;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean. */
export function standardError(values: readonly number[]): number {
  if (areEqual(values)) return 0;
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function areEqual(values: readonly number[]): boolean {
  return values.length > 0 && values.every((value) => value === values[0]);
}

const criticalValues = new Map<string, number>();

function criticalT(confidence: number, degrees: number): number {
  const key = `${confidence} ${degrees}`;
  let t = criticalValues.get(key);
  if (t === undefined) {
    t = studentQuantile((1 + confidence) / 2, degrees);
    if (Number.isInteger(degrees)) criticalValues.set(key, t);
  }
  return t;
}

function around(estimate: number, half: number, method: string): Interval {
  return { estimate, low: estimate - half, high: estimate + half, method };
}

function unbounded(estimate: number): Interval {
  return { estimate, low: -Infinity, high: Infinity, method: "one replication" };
}
