import { createRandom } from "../../core/random.js";
import type { Metric, Result } from "../../metrics/result.js";
import type { Divergence } from "./divergence.js";
import { type Bounds, type Judgement, judge } from "./verdict.js";

/** Replications of one variant, in the order of their seeds. */
export interface Side {
  readonly name: string;
  readonly runs: readonly Result[];
}

/** One metric of all sides. */
export interface Row {
  readonly metric: Pick<Metric, "name" | "labels" | "unit" | "direction">;
  /** Mean over the replications that have a sample; null when none has. By side, the baseline first. */
  readonly values: readonly (number | null)[];
  /** Each of the others against the baseline; undefined without samples in common, or when neither way is better. */
  readonly judgements: readonly (Judgement | undefined)[];
}

export interface Comparison {
  /** Names of the sides, the baseline first. */
  readonly sides: readonly string[];
  readonly replications: number;
  /** All sides met the same random numbers. */
  readonly paired: boolean;
  readonly bounds: Bounds;
  readonly rows: readonly Row[];
  /** Decisions of the first replication against the baseline's, for each of the others; undefined if not recorded. */
  readonly divergences: readonly (Divergence | undefined)[];
  readonly warnings: readonly string[];
  /** True when Ctrl-C came before all replications had ended. */
  readonly partial: boolean;
}

/**
 * Compares variants with the first of them, metric by metric.
 *
 * @param seed of the resamples that percentiles' intervals rest on
 */
export function compareRuns(
  sides: readonly Side[],
  bounds: Bounds,
  seed: string,
): Pick<Comparison, "rows" | "paired"> {
  const [base, ...others] = sides as [Side, ...Side[]];
  const paired = others.every((side) => sameSeeds(side, base));
  const random = createRandom(seed);
  const columns = sides.map(({ runs }) => new Columns(runs));
  const shown = new Map<string, Metric>(sides.flatMap(({ runs }) => runs.flatMap(keyed)));
  const rows = [...shown].map(([key, metric]): Row => {
    const before = columns[0]!.of(key);
    const judgements = columns.slice(1).map((column) => {
      if (metric.direction === "neutral") return undefined;
      const samples = common(before, column.of(key), paired);
      return samples === undefined ? undefined : judge(samples, metric, bounds, random(`bootstrap ${key}`));
    });
    const { name, labels, unit, direction } = metric;
    return {
      metric: { name, labels, unit, direction },
      values: columns.map((c) => meanOf(c.of(key))),
      judgements,
    };
  });
  return { rows, paired };
}

function sameSeeds(side: Side, base: Side): boolean {
  return (
    side.runs.length === base.runs.length && side.runs.every(({ seed }, i) => seed === base.runs[i]!.seed)
  );
}

/** Labels that tell parts of a system apart; the others break one number down. */
const PARTS = ["service", "over", "resource"];

/** Whether a metric can be better or worse, and speaks of the whole and not of single tenants. */
export function isHeadline({ direction, labels }: Pick<Metric, "direction" | "labels">): boolean {
  return direction !== "neutral" && Object.keys(labels).every((label) => PARTS.includes(label));
}

/** `wait.p95{queue=prod}`: a metric's name with its labels. */
export function metricKey({ name, labels }: Pick<Metric, "name" | "labels">): string {
  const parts = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return parts.length === 0 ? name : `${name}{${parts.sort().join(",")}}`;
}

function keyed({ metrics }: Result): [string, Metric][] {
  return metrics.map((metric) => [metricKey(metric), metric]);
}

/** Values of each metric over replications. */
class Columns {
  readonly #runs: Map<string, Metric>[];

  constructor(runs: readonly Result[]) {
    this.#runs = runs.map((run) => new Map(keyed(run)));
  }

  of(key: string): (number | null)[] {
    return this.#runs.map((metrics) => metrics.get(key)?.value ?? null);
  }
}

/** The values that can be compared: of pairs both must be there. */
function common(before: readonly (number | null)[], after: readonly (number | null)[], paired: boolean) {
  const there = (value: number | null | undefined): value is number => typeof value === "number";
  const pairs = (values: readonly (number | null)[]) =>
    paired ? values.filter((_, i) => there(before[i]) && there(after[i])) : values;
  const samples = { before: pairs(before).filter(there), after: pairs(after).filter(there), paired };
  return samples.before.length === 0 || samples.after.length === 0 ? undefined : samples;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
