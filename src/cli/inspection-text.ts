import { formatDuration } from "../core/units.js";
import { countOf, formatNumber, formatPercent, formatTime, NO_BREAK } from "../report/figures.js";
import { PLAIN } from "../report/style.js";
import { tableLines } from "../report/table.js";
import { wrap } from "../report/text.js";
import type { JobInspection, RequestInspection } from "../workload/inspect.js";
import type { TraceCounts } from "../workload/stream.js";
import type { Summary } from "../workload/summary.js";

/** An inspection for people. */
export async function inspectionText(
  found: JobInspection | RequestInspection,
  width: number,
): Promise<string> {
  const { kind, origin, counts, arrivals } = found;
  const facts = [`arrivals over ${formatDuration(arrivals.span)}`];
  if (arrivals.rate !== undefined) facts.push(`${formatNumber(arrivals.rate * 3600)}/h`);
  if (arrivals.gapCv !== undefined)
    facts.push(`coefficient of variation of the gaps ${arrivals.gapCv.toFixed(2)}`);
  const lines = [
    `${origin.name}: ${kind}, format ${origin.format}`,
    ...countLines(counts, width),
    "",
    ...wrap(`${facts.join(", ")}.`, width),
    ...wrap(`${(kind === "jobs" ? jobFacts(found) : requestFacts(found)).join(", ")}.`, width),
    "",
    ...(await tableLines(
      { head: ["", "mean", "p50", "p90", "p99", "max"], rows: rowsOf(found) },
      width,
      PLAIN,
    )),
  ];
  return `${lines.join("\n").replaceAll(NO_BREAK, " ")}\n`;
}

function countLines({ rows, emitted, dropped, adjusted, inversions }: TraceCounts, width: number): string[] {
  const item = (text: string) => wrap(`  ${text}`, width, "    ");
  return [
    `${countOf(rows, "row")}: ${formatNumber(emitted)} used, ${formatNumber(rows - emitted)} left out`,
    ...Object.entries(dropped).flatMap(([reason, { count, lines }]) =>
      item(
        `${formatNumber(count)} left out: ${reason} (line ${lines.join(", ")}${count > lines.length ? ", …" : ""})`,
      ),
    ),
    ...Object.entries(adjusted).flatMap(([reason, count]) =>
      item(`${formatNumber(count)} changed: ${reason}`),
    ),
    ...(inversions > 0 ? item(`${formatNumber(inversions)} out of time order`) : []),
  ];
}

function jobFacts(found: JobInspection): string[] {
  const { users, accounts, queues, overruns, cancelled, machine, offeredLoad, origin } = found;
  const facts = [countOf(users, "user"), countOf(accounts, "account"), countOf(queues, "queue")];
  if (overruns > 0) facts.push(`${formatNumber(overruns)} run longer than their estimate`);
  if (cancelled > 0) facts.push(`${formatNumber(cancelled)} cancelled while waiting`);
  if (offeredLoad !== undefined) {
    const whose = origin.machineSize === undefined ? "the widest job's" : "the recorded machine's";
    facts.push(`load ${formatPercent(offeredLoad)} of ${whose} ${countOf(machine, "processor")}`);
  }
  return facts;
}

function requestFacts({ tenants, inputTokenRate, outputTokenRate }: RequestInspection): string[] {
  const facts = [countOf(tenants, "tenant")];
  if (inputTokenRate !== undefined) facts.push(`${formatNumber(inputTokenRate)} input tokens/s`);
  if (outputTokenRate !== undefined) facts.push(`${formatNumber(outputTokenRate)} output tokens/s`);
  return facts;
}

function rowsOf(found: JobInspection | RequestInspection): string[][] {
  const row = (name: string, summary: Summary | undefined, show: (value: number) => string): string[][] =>
    summary === undefined
      ? []
      : [[name, ...[summary.mean, summary.p50, summary.p90, summary.p99, summary.max].map(show)]];
  if (found.kind === "requests")
    return [
      ...row("input tokens", found.inputTokens, formatNumber),
      ...row("output tokens", found.outputTokens, formatNumber),
    ];
  return [
    ...row("run time", found.run, formatTime),
    ...row("estimate", found.estimate, formatTime),
    ...row("recorded wait", found.wait, formatTime),
    ...row("processors", found.width, formatNumber),
    ...row("GPUs", found.gpus, formatNumber),
  ];
}
