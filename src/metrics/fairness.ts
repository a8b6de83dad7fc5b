import type { MetricName } from "./registry.js";
import type { MetricSink } from "./sink.js";

/** Tenants whose share a result lists. */
const LISTED = 100;

/** Jain's index of fairness (Jain, Chiu and Hawe 1984): 1 when all are equal, 1/n when one has all; null when nobody has anything. */
export function jain(values: readonly number[]): number | null {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return squares === 0 ? null : (sum * sum) / (values.length * squares);
}

interface TenantValue {
  name: string;
  value: number;
}

/** Jain's index of what each tenant received, and the largest shares. */
export function collectShares(
  sink: MetricSink,
  tenants: readonly TenantValue[],
  labels: Record<string, string>,
): void {
  const n = tenants.length;
  if (n === 0) return;
  sink.add("jain", { value: jain(tenants.map((t) => t.value)), n, labels, method: "exact" });
  const all = tenants.reduce((sum, t) => sum + t.value, 0);
  const largest = [...tenants].sort((a, b) => b.value - a.value || byName(a, b)).slice(0, LISTED);
  for (const { name, value } of largest)
    sink.add("share", { value: value / all, n, labels: { ...labels, tenant: name }, method: "exact" });
}

/** The tenant with the largest mean. */
export function collectWorst(
  sink: MetricSink,
  metric: MetricName,
  means: readonly (TenantValue & { n: number })[],
  labels: Record<string, string>,
): void {
  const worst = [...means].sort((a, b) => b.value - a.value || byName(a, b))[0];
  if (worst === undefined) return;
  sink.add(metric, {
    value: worst.value,
    n: worst.n,
    labels: { ...labels, tenant: worst.name },
    method: "mean",
  });
}

function byName(a: TenantValue, b: TenantValue): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
