import type { Comparison } from "../../experiment/compare/compare.js";
import type { Divergence } from "../../experiment/compare/divergence.js";
import type { Moved } from "../../experiment/compare/moves.js";

/** Versioned as results are: readers ignore what they do not know of a newer minor version. */
const SCHEMA_VERSION = "1.0";

/** A comparison for programs: every metric, every group. */
export function comparisonJson(comparison: Comparison): string {
  const { sides, replications, paired, bounds, rows, divergences, warnings, partial } = comparison;
  const [baseline, ...others] = sides;
  const document = {
    schemaVersion: SCHEMA_VERSION,
    baseline,
    variants: others,
    replications,
    paired,
    ...bounds,
    partial,
    metrics: rows.map(({ metric, values, judgements }) => ({
      ...metric,
      baseline: values[0],
      variants: others.map((name, side) => {
        const judgement = judgements[side];
        const value = values[side + 1] ?? null;
        if (judgement === undefined) return { name, value };
        const { verdict, relative, difference } = judgement;
        const { estimate, low, high, method } = difference;
        return {
          name,
          value,
          difference: estimate,
          low: finite(low),
          high: finite(high),
          relative,
          verdict,
          method,
        };
      }),
    })),
    decisions: others.map((name, side) => ({ name, ...divergenceJson(divergences[side]) })),
    warnings,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function divergenceJson(divergence: Divergence | undefined) {
  if (divergence === undefined) return { recorded: false };
  const { first, moves } = divergence;
  return {
    recorded: true,
    first: first ?? null,
    moved: moves.map(({ kind, all, onlyBefore, onlyAfter, byTenant, bySize }) => ({
      kind,
      ...all,
      onlyBefore,
      onlyAfter,
      byTenant: groups(byTenant),
      bySize: groups(bySize),
    })),
  };
}

function groups(of: ReadonlyMap<string, Moved>) {
  return [...of].map(([name, moved]) => ({ name, ...moved }));
}
