import type { Problem } from "../../core/errors.js";
import type { Result } from "../../metrics/result.js";
import type { Outcome } from "../point/point.js";
import { type Column, compareColumns, type MetricFilter, metricId } from "./columns.js";

/** One point: its values, its seed, and what came out. */
export interface SweepRow {
  /** A value per varied key. */
  readonly values: readonly string[];
  readonly seed: string;
  /** By the columns of the table; null where the point has no such number. */
  readonly metrics: readonly (number | null)[];
  /** Codes of the result's warnings, each once. */
  readonly warnings: readonly string[];
  /** Start of the measured window, µs; null without a result. */
  readonly from: number | null;
  /** Why there are no metrics. */
  readonly error?: string;
}

/** All points of a sweep, in its order; what is in it does not depend on the order in which they ran. */
export interface SweepTable {
  readonly keys: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly SweepRow[];
  /** MSER-5 found where the measured windows begin. */
  readonly warmUp: boolean;
}

interface Entry {
  /** By the index of their column. */
  values: (number | null)[];
  warnings: readonly string[];
  from: number | null;
  error?: string;
}

/** Gathers a table from outcomes as they come. */
export class TableBuilder {
  readonly #columns = new Map<string, { index: number; column: Column }>();
  readonly #entries = new Map<string, Entry>();
  #warmUp = false;

  constructor(readonly filter: MetricFilter) {}

  add(key: string, outcome: Outcome): void {
    if ("result" in outcome) this.#entries.set(key, this.#entry(outcome.result));
    else this.fail(key, "fault" in outcome ? outcome.fault.split("\n")[0]! : sentence(outcome.problems));
  }

  fail(key: string, error: string): void {
    this.#entries.set(key, { values: [], warnings: [], from: null, error });
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** @param points what each row stands for, with the key that its outcome was added under */
  build(
    keys: readonly string[],
    points: Iterable<{ key: string; values: readonly string[]; seed: string }>,
  ): SweepTable {
    const columns = [...this.#columns.values()].sort((a, b) => compareColumns(a.column, b.column));
    const rows: SweepRow[] = [];
    for (const { key, values, seed } of points) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      const metrics = columns.map(({ index }) => entry.values[index] ?? null);
      const { warnings, from, error } = entry;
      rows.push({ values, seed, metrics, warnings, from, ...(error === undefined ? {} : { error }) });
    }
    return { keys, columns: columns.map(({ column }) => column), rows, warmUp: this.#warmUp };
  }

  #entry({ metrics, warnings, window }: Result): Entry {
    this.#warmUp ||= window.warmUp !== undefined;
    const values: (number | null)[] = [];
    for (const metric of metrics) {
      if (!this.filter(metric)) continue;
      const id = metricId(metric);
      let known = this.#columns.get(id);
      if (known === undefined) {
        const { name, labels, unit, direction } = metric;
        known = { index: this.#columns.size, column: { id, name, labels, unit, direction } };
        this.#columns.set(id, known);
      }
      values[known.index] = metric.value;
    }
    return { values, from: window.from, warnings: [...new Set(warnings.map(({ code }) => code))].sort() };
  }
}

function sentence(problems: readonly Problem[]): string {
  return problems.map(({ message }) => message).join("; ");
}
