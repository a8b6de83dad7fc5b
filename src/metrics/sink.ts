import { METRICS, type MetricDefinition, type MetricName, metricOrder } from "./registry.js";
import type { Metric } from "./result.js";
import type { Summary } from "./samples.js";
import { DISTRIBUTION, STATS, type Stat } from "./stats.js";

type Labels = Record<string, string>;

export interface Observation {
  value: number | null;
  /** Samples behind the number. */
  n: number;
  labels?: Labels;
  censored?: number;
  method: string;
}

/** Gathers a run's metrics; what is the same for all of one name comes from the registry. */
export class MetricSink {
  readonly #metrics: Metric[] = [];

  /** One number, of the statistic `stat` or, without one, of the name itself. */
  add(name: MetricName, observation: Observation, stat?: Stat): void {
    const { unit, direction, population }: MetricDefinition = METRICS[name];
    const { value, n, labels = {}, censored = 0, method } = observation;
    const known = value === null || !Number.isFinite(value) ? null : value;
    const full = stat === undefined ? name : `${name}.${stat}`;
    this.#metrics.push({
      name: full,
      labels,
      unit,
      direction,
      population,
      n,
      censored,
      value: known,
      method,
    });
  }

  /** A count of things: itself its number of samples. */
  count(name: MetricName, value: number, labels: Labels = {}): void {
    this.add(name, { value, n: value, labels, method: "exact" }, "count");
  }

  /** Mean, percentiles and maximum; `note` is what else the method has to state. */
  distribution(name: MetricName, summary: Summary, labels: Labels = {}, censored = 0, note = ""): void {
    const { n } = summary;
    const values = [
      summary.mean,
      ...DISTRIBUTION.slice(1, -1).map((_, i) => summary.quantiles[i] ?? null),
      summary.max,
    ];
    DISTRIBUTION.forEach((stat, i) => {
      const method = stat === "mean" ? "mean" : stat === "max" ? "exact" : summary.method;
      this.add(name, { value: values[i]!, n, labels, censored, method: method + note }, stat);
    });
  }

  /** Ordered by the registry, then by labels (key=value, code units), then by statistic as STATS lists them. */
  sorted(): Metric[] {
    const keyed = this.#metrics.map((metric) => {
      const [name, ...stat] = metric.name.split(".");
      const labels = Object.entries(metric.labels).map(([key, value]) => `${key}=${value}`);
      return {
        metric,
        order: metricOrder[name!]!,
        labels: labels.sort().join("\u0000"),
        stat: STATS.indexOf(stat.join(".") as Stat),
      };
    });
    keyed.sort(
      (a, b) =>
        a.order - b.order || (a.labels < b.labels ? -1 : a.labels > b.labels ? 1 : 0) || a.stat - b.stat,
    );
    return keyed.map((entry) => entry.metric);
  }
}
