import type { Metric } from "../../src/metrics/result.js";
import { MetricSink } from "../../src/metrics/sink.js";

/** What one listener reports. */
export function metricsOf(listener: { collect(sink: MetricSink): void }): Metric[] {
  const sink = new MetricSink();
  listener.collect(sink);
  return sink.sorted();
}

/** The only metric of that name with (at least) these labels; throws when there is none or more than one. */
export function metricOf(
  metrics: readonly Metric[],
  name: string,
  labels: Record<string, string> = {},
): Metric {
  const found = metrics.filter(
    (m) => m.name === name && Object.entries(labels).every(([key, value]) => m.labels[key] === value),
  );
  if (found.length !== 1) throw new Error(`${found.length} metrics ${name} ${JSON.stringify(labels)}`);
  return found[0]!;
}

export function numberOf(
  metrics: readonly Metric[],
  name: string,
  labels: Record<string, string> = {},
): number | null {
  return metricOf(metrics, name, labels).value;
}
