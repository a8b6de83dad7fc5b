import { countOf, formatMetric, formatNumber, formatPercent } from "../figures.js";
import type { Lookup } from "../lookup.js";
import type { TableText } from "../table.js";

const SHOWN = ["mean", "p50", "p90", "p95", "p99", "max"];

/** A chapter: its heading, a table, and sentences below it. */
export interface Section {
  heading: string;
  table?: TableText;
  notes: string[];
}

function distributions(
  found: Lookup,
  names: Record<string, string>,
  labels: Record<string, string>,
): TableText {
  const rows = Object.entries(names)
    .filter(([name]) => (found.metric(`${name}.mean`, labels)?.n ?? 0) > 0)
    .map(([name, title]) => [
      title,
      ...SHOWN.map((stat) => formatMetric(found.metric(`${name}.${stat}`, labels))),
    ]);
  return { head: ["", ...SHOWN], rows };
}

export function jobsSection(found: Lookup): Section | undefined {
  const count = (state: string) => found.value("jobs.count", { state }) ?? 0;
  if (count("submitted") === 0) return undefined;
  const slowdown = found.metric("bounded-slowdown.mean")?.method.split(", ")[1];
  const names = {
    wait: "wait",
    turnaround: "turnaround (JCT)",
    "bounded-slowdown": `slowdown, ${slowdown}`,
    "run-time": "run time",
  };
  const counts = [
    `${formatNumber(count("submitted"))} submitted`,
    `${formatNumber(count("ended"))} ended`,
    ...(["timed-out", "cancelled"] as const)
      .filter((state) => count(state) > 0)
      .map(
        (state) => `${formatNumber(count(state))} ${state === "timed-out" ? "killed at their limit" : state}`,
      ),
    ...(count("censored") > 0 ? [`${formatNumber(count("censored"))} unfinished`] : []),
  ];
  const queue = `queue ${formatNumber(found.value("queue-length.mean"))} on average, ${formatNumber(found.value("queue-length.max"))} at most`;
  const rate = `${formatNumber(found.value("throughput"))} jobs/h, makespan ${formatMetric(found.metric("makespan"))}`;
  const preempted = found.value("preemptions.count") ?? 0;
  const preemptions = preempted > 0 ? [countOf(preempted, "preemption")] : [];
  return {
    heading: "Jobs",
    table: distributions(found, names, {}),
    notes: [counts.join(", "), [queue, rate, ...preemptions].join("; ")],
  };
}

/** What prompts found in the prefix cache, when they found anything. */
function prefixHits(found: Lookup, labels: Record<string, string>): string[] {
  const [gpu, host, disk] = ["gpu", "host", "disk"].map(
    (tier) => found.value("prefix-hit-share", { ...labels, tier }) ?? 0,
  ) as [number, number, number];
  if (gpu + host + disk === 0) return [];
  const below = [
    ...(host > 0 ? [`${formatPercent(host)} in host memory`] : []),
    ...(disk > 0 ? [`${formatPercent(disk)} on disk`] : []),
  ];
  const where = below.length > 0 ? ` (${below.join(", ")})` : "";
  return [`${formatPercent(gpu + host + disk)} of prompt tokens found cached${where}`];
}

export function serviceSection(found: Lookup, service: string): Section {
  const labels = { service };
  const count = (state: string) => found.value("requests.count", { ...labels, state }) ?? 0;
  const names = { ttft: "TTFT", tpot: "TPOT", itl: "ITL", e2e: "E2E", "queue-time": "queue time" };
  const counts = ["ended", "rejected", "aborted", "shed", "censored"]
    .filter((state) => state === "ended" || count(state) > 0)
    .map((state) => `${formatNumber(count(state))} ${state === "censored" ? "unfinished" : state}`);
  const number = (name: string) => formatNumber(found.value(name, labels));
  const tokens = `${number("output-throughput")} output tokens/s (${number("output-throughput-per-gpu")} per GPU)`;
  const kv = `KV cache ${formatPercent(found.value("kv-use.mean", labels))} on average, ${formatPercent(found.value("kv-use.max", labels))} at most`;
  const preempted = found.value("request-preemptions.count", labels) ?? 0;
  const slo = found.metric("slo-attainment", labels);
  const rates = [
    `${number("request-throughput")} requests/s`,
    tokens,
    kv,
    ...prefixHits(found, labels),
    ...(preempted > 0 ? [countOf(preempted, "preemption")] : []),
    ...(slo ? [`targets met by ${formatPercent(slo.value)}, goodput ${number("goodput")} requests/s`] : []),
  ];
  const arrived = `${formatNumber(count("arrived"))} arrived`;
  return {
    heading: `Requests to ${service}`,
    table: distributions(found, names, labels),
    notes: [[arrived, ...counts].join(", "), rates.join("; ")],
  };
}

export function fleetSection(found: Lookup): Section | undefined {
  const line = (resource: string, name: string, unit: string) => {
    const used = found.metric("utilisation", { resource });
    if (
      used === undefined ||
      (resource === "cpu" && used.value === 0 && found.metric("utilisation", { resource: "gpu" }))
    )
      return [];
    const allocated = found.value(name, { state: "allocated" }) ?? 0;
    const idle = found.value(name, { state: "idle" }) ?? 0;
    const lost = found.value(name, { state: "lost" }) ?? 0;
    const hours = `${formatNumber(allocated)} of ${formatNumber(allocated + idle)} ${unit}`;
    const wasted = lost > 0 ? `, ${formatNumber(lost)} of them lost to preemptions` : "";
    return [
      `${formatPercent(used.value)} of ${formatNumber(used.n)} ${unit.split("-")[0]}s allocated: ${hours}${wasted}`,
    ];
  };
  const notes = [...line("gpu", "gpu-time", "GPU-hours"), ...line("cpu", "core-time", "core-hours")];
  const off = found.metric("node-time", { state: "powered-down" });
  if (off !== undefined && (off.value ?? 0) > 0) {
    const gpus = found.value("gpu-time", { state: "powered-down" }) ?? 0;
    const rest = gpus > 0 ? `, ${formatNumber(gpus)} GPU-hours` : "";
    notes.push(`${formatNumber(off.value!)} node-hours without power${rest}`);
  }
  return notes.length === 0 ? undefined : { heading: "Fleet", notes };
}
