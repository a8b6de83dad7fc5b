import { countOf, formatIndex, formatMetric, formatPercent, formatTime, NO_BREAK } from "../figures.js";
import type { Lookup } from "../lookup.js";
import type { Section } from "./tables.js";

/** Shares and reasons beyond these are in the result only. */
const MOST_SHARES = 3;
const MOST_REASONS = 4;
const BAR = 20;

/** Who got how much of the fleet, and who waited longest. */
export function fairnessSection(found: Lookup): Section | undefined {
  const notes = ["user", "account", "queue", "tenant"]
    .flatMap((over) => found.all("jain", { over }))
    .filter((jain) => jain.n > 1)
    .map(({ n, value, labels }) => {
      const indices = [`Jain ${formatIndex(value)} of service`];
      const slowdown = found.metric("jain-slowdown", labels);
      if (slowdown) indices.push(`${formatIndex(slowdown.value)} of slowdown`);
      const shares = found
        .all("share", labels)
        .slice()
        .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
        .slice(0, MOST_SHARES)
        .map((share) => `${share.labels.tenant}${NO_BREAK}(${formatPercent(share.value)})`);
      const worst = found.all("worst-mean-wait", labels)[0] ?? found.all("worst-mean-ttft", labels)[0];
      const what = worst?.name === "worst-mean-ttft" ? "mean TTFT" : "mean wait";
      const off = worst?.value ? `; worst off ${worst.labels.tenant}, ${what} ${formatMetric(worst)}` : "";
      const whose = labels.service === undefined ? "" : ` of ${labels.service}`;
      return `${countOf(n, labels.over!)}${whose}: ${indices.join(", ")}; largest shares ${shares.join(", ")}${off}`;
    });
  return notes.length === 0 ? undefined : { heading: "Fairness", notes };
}

/** The reasons that the most waiting time stood under, of jobs and of each service. */
export function waitingSections(found: Lookup): Section[] {
  const reasons = found.all("wait-reason");
  const owners = [...new Set(reasons.map((m) => m.labels.service))];
  return owners.flatMap((service) => {
    const own = reasons.filter((m) => m.labels.service === service && (m.value ?? 0) > 0);
    const total = own.reduce((sum, m) => sum + m.value!, 0);
    if (total === 0) return [];
    const largest = own.sort((a, b) => b.value! - a.value!).slice(0, MOST_REASONS);
    const rows = largest.map((m) => {
      const share = m.value! / total;
      return [
        m.labels.reason!,
        formatTime(m.value!),
        formatPercent(share),
        "█".repeat(Math.round(share * BAR)).padEnd(BAR),
      ];
    });
    const rest = own.length - largest.length;
    const whose = service === undefined ? "jobs" : `requests to ${service}`;
    return [
      {
        heading: `Where the waiting of the ${whose} went`,
        table: { head: ["", "in all", "share", ""], rows },
        notes: rest > 0 ? [`and ${countOf(rest, "other reason")}`] : [],
      },
    ];
  });
}
