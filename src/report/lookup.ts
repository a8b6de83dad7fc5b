import type { Metric } from "../metrics/result.js";

/** Finds metrics of a result by name and exact labels. */
export class Lookup {
  readonly #byKey = new Map<string, Metric>();

  constructor(readonly metrics: readonly Metric[]) {
    for (const metric of metrics) this.#byKey.set(key(metric.name, metric.labels), metric);
  }

  metric(name: string, labels: Record<string, string> = {}): Metric | undefined {
    return this.#byKey.get(key(name, labels));
  }

  /** null when the metric is absent or has no sample. */
  value(name: string, labels: Record<string, string> = {}): number | null {
    return this.metric(name, labels)?.value ?? null;
  }

  /** All of that name whose labels include these, in the result's order. */
  all(name: string, labels: Record<string, string> = {}): Metric[] {
    return this.metrics.filter(
      (m) => m.name === name && Object.entries(labels).every(([label, value]) => m.labels[label] === value),
    );
  }

  /** Names of the services, in the order of the alphabet. */
  get services(): string[] {
    return this.all("requests.count", { state: "arrived" }).map((m) => m.labels.service!);
  }
}

function key(name: string, labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return [name, ...parts.sort()].join("\u0000");
}
