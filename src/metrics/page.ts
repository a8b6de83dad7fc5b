import { METRICS, type MetricDefinition } from "./registry.js";

const CHAPTERS: Record<MetricDefinition["about"], string> = {
  jobs: "Jobs",
  history: "Against history",
  requests: "Requests",
  fleet: "Fleet",
  fairness: "Fairness",
  waiting: "Where the waiting went",
};

const INTRODUCTION = `# Metrics

Generated from \`src/metrics/registry.ts\`; after a change there, \`npx vitest run test/metrics/page.test.ts --update\` writes it anew.

A metric is written \`name.stat{label=value,…}\`, such as \`wait.p95{queue=prod}\` or \`jain{over=user}\`. Times are in
microseconds (\`us\`) in results and in readable units on the terminal.

- **Window.** \`measure: {from, to}\` bounds what is measured: jobs submitted and requests that arrived in \`[from, to)\` are
  followed to the end of the run, and integrals over time are cut to the window. Work that has not ended when the run does
  is _censored_: each metric says how many members of its population are missing for that reason.
- **Percentiles** are of type 7 (linear interpolation between the order statistics around rank (n - 1)p) while a distribution has
  at most 4,194,304 samples (\`measure.exactSamples\`), and come from a DDSketch with a relative error of 0.1 % beyond; inter-token latencies
  always do. The method is part of every number. Maxima are exact, and so are means.
- **Replicas** of services hold GPUs through the cluster's scheduler and count in the fleet's utilisation, but not among the jobs.
`;

/** The documentation of every metric, as Markdown. */
export function metricsPage(): string {
  const definitions = Object.entries(METRICS) as [string, MetricDefinition][];
  const chapters = Object.entries(CHAPTERS).map(([about, title]) => {
    const entries = definitions.filter(([, definition]) => definition.about === about);
    return `## ${title}\n\n${entries.map(([name, definition]) => entry(name, definition)).join("\n")}`;
  });
  return [INTRODUCTION, ...chapters].join("\n");
}

function entry(name: string, definition: MetricDefinition): string {
  const { unit, direction, stats, labels, aliases = [], formula, population, source } = definition;
  const better = direction === "neutral" ? "neither is better" : `${direction} is better`;
  const names = [name, ...aliases].map((n) => `\`${n}\``).join(", also ");
  const lines = [
    `### ${names}`,
    "",
    `${formula}.`,
    "",
    `- Unit: \`${unit}\`; ${better}.`,
    ...(stats.length > 0 ? [`- Statistics: ${stats.join(", ")}.`] : []),
    ...Object.entries(labels).map(([label, meaning]) => `- Label \`${label}\`: ${meaning}.`),
    `- Population: ${population}.`,
    ...(source === "-" ? [] : [`- Source: ${source}.`]),
    "",
  ];
  return lines.join("\n");
}
