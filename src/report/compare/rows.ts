import { type Comparison, isHeadline, metricKey, type Row } from "../../experiment/compare/compare.js";
import type { Verdict } from "../../experiment/compare/verdict.js";

/** Rows that people look at: those that can be better or worse, of the whole and not of single tenants. */
export function judgedRows({ rows }: Comparison): Row[] {
  return rows.filter(
    ({ metric, judgements }) => isHeadline(metric) && judgements.some((judgement) => judgement !== undefined),
  );
}

export function isUnchanged({ judgements }: Row): boolean {
  return judgements.every((judgement) => judgement === undefined || judgement.verdict === "no change");
}

/** Rows in sections: jobs and the fleet first, then each service, whose label need not be repeated. */
export function sections(rows: readonly Row[]): { title: string; rows: { name: string; row: Row }[] }[] {
  const titles = [...new Set(rows.map(({ metric }) => metric.labels.service))];
  return titles
    .sort((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1))
    .map((service) => ({
      title: service === undefined ? "Jobs and fleet" : `Requests to ${service}`,
      rows: rows
        .filter(({ metric }) => metric.labels.service === service)
        .map((row) => {
          const { service: _, ...labels } = row.metric.labels;
          return { name: metricKey({ ...row.metric, labels }), row };
        }),
    }));
}

const ORDER: readonly Verdict[] = ["worse", "better", "within tolerance", "no change"];

/** How many metrics of a variant got each verdict: `3 worse, 12 better, 40 no change`. */
export function tallyText(rows: readonly Row[], side: number): string {
  return ORDER.map((verdict) => [verdict, countOf(rows, side, verdict)] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(", ");
}

export function countOf(rows: readonly Row[], side: number, verdict: Verdict): number {
  return rows.filter(({ judgements }) => judgements[side]?.verdict === verdict).length;
}
