import { formatPercent, formatTime, NO_BREAK } from "../figures.js";
import type { Lookup } from "../lookup.js";
import type { Section } from "./tables.js";

/** Groups of one kind that are shown; the result has all. */
const MOST_GROUPS = 5;

/** How far the replay of a trace agrees with what really happened; undefined when the trace does not say. */
export function historySection(found: Lookup): Section | undefined {
  const all = found.metric("history-starts", { within: "1m" });
  if (all === undefined) return undefined;
  const rows = [row(found, "all", {})];
  for (const key of ["qos", "size", "user"]) {
    const groups = found
      .all("history-starts", { within: "1m" })
      .filter(({ labels }) => labels[key] !== undefined)
      .sort((a, b) => b.n - a.n)
      .slice(0, MOST_GROUPS);
    if (groups.length > 1)
      rows.push(...groups.map(({ labels }) => row(found, `${key} ${labels[key]}`, { [key]: labels[key]! })));
  }
  return {
    heading: "Against history: how far to trust this replay",
    table: { head: ["", "jobs", "≤ 1 min", "15 min", "1 h", "wait then", "wait here"], rows },
    notes: [
      `Moving average wait (two weeks): mean error ${formatPercent(found.value("history-mape"))}; starts lie ${formatTime(found.value("history-error.mean") ?? 0)} apart on average`,
      ...explanations(found),
    ],
  };
}

function row(found: Lookup, name: string, labels: Record<string, string>): string[] {
  const share = (within: string) => formatPercent(found.value("history-starts", { ...labels, within }));
  const wait = (of: string) => formatTime(found.value("history-wait.mean", { ...labels, of }) ?? 0);
  const n = found.metric("history-starts", { ...labels, within: "1m" })?.n ?? 0;
  return [name, String(n), share("1m"), share("15m"), share("1h"), wait("history"), wait("replay")];
}

/** What could explain starts that lie far apart. */
function explanations(found: Lookup): string[] {
  const earlier = found.value("history-far", { side: "earlier" }) ?? 0;
  const late = found.all("history-far", { side: "later" }).filter(({ value }) => (value ?? 0) > 0);
  const later = late.reduce((sum, { value }) => sum + value!, 0);
  const notes: string[] = [];
  if (earlier > 0)
    notes.push(
      `${formatPercent(earlier)} started over 15 min earlier here: nodes that were drained or reserved then, limits or jobs that are not in the trace`,
    );
  if (later > 0) {
    const reasons = late
      .sort((a, b) => b.value! - a.value!)
      .slice(0, 3)
      .map(({ labels, value }) => `${labels.reason}${NO_BREAK}(${formatPercent(value)})`);
    notes.push(
      `${formatPercent(later)} started over 15 min later here, waiting last for ${reasons.join(", ")}: priorities and limits that were changed by hand, nodes that are not in the configuration`,
    );
  }
  const days = found.all("history-day").filter(({ value }) => (value ?? 0) >= 0.2);
  if (days.length > 0)
    notes.push(
      `${days.map(({ labels, value }) => `Day ${labels.day} has ${formatPercent(value)}`).join(", ")} of the distance: look for an outage or a reservation there`,
    );
  return notes;
}
