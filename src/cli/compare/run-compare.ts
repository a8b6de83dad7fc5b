import { existsSync, statSync } from "node:fs";
import { InputError } from "../../core/errors.js";
import { type Comparison, compareRuns } from "../../experiment/compare/compare.js";
import { comparisonWarnings, undecided } from "../../experiment/compare/warnings.js";
import { countOf, judgedRows } from "../../report/compare/rows.js";
import type { CompareCliOptions } from "../commands/compare.js";
import { Exit } from "../exit.js";
import { fraction } from "../numbers.js";
import type { Terminal } from "../terminal.js";
import { compareSavedRuns } from "./saved-runs.js";
import { compareScenarios } from "./scenarios.js";

export async function runCompare(
  inputs: readonly string[],
  options: CompareCliOptions,
  terminal: Terminal,
): Promise<Exit> {
  const bounds = {
    confidence: fraction(options.confidence, "--confidence", { above: 0.5, below: 1 }),
    tolerance: fraction(options.tolerance, "--tolerance", { above: -1, below: Infinity }),
  };
  const folders = inputs.filter((input) => existsSync(input) && statSync(input).isDirectory());
  if (folders.length > 0 && folders.length < inputs.length)
    throw new InputError({
      code: "usage/mixed-inputs",
      message: "saved runs and scenarios cannot be compared with each other",
      hint: `${folders[0]} is a folder: run the scenarios with --out and compare the folders`,
    });
  const compare = folders.length > 0 ? compareSavedRuns : compareScenarios;
  const { sides, divergences, partial } = await compare(inputs, options, terminal);
  const replications = Math.min(...sides.map(({ runs }) => runs.length));
  if (replications === 0) {
    terminal.err("interrupted before the first replication had ended; what was run is kept\n");
    return Exit.Interrupted;
  }
  const compared = compareRuns(sides, bounds, sides[0]!.runs[0]!.seed);
  const comparison: Comparison = {
    sides: sides.map(({ name }) => name),
    replications,
    bounds,
    divergences,
    partial,
    warnings: [...undecided(compared.rows, replications), ...comparisonWarnings(sides)],
    ...compared,
  };
  await show(comparison, options, terminal);
  if (partial) return Exit.Interrupted;
  return options.failOn !== undefined && fails(comparison, options.failOn) ? Exit.Failed : Exit.Done;
}

async function show(comparison: Comparison, options: CompareCliOptions, terminal: Terminal): Promise<void> {
  if (options.json) {
    const { comparisonJson } = await import("../../report/compare/json.js");
    return terminal.out(comparisonJson(comparison));
  }
  if (options.markdown) {
    const { comparisonMarkdown } = await import("../../report/compare/markdown.js");
    return terminal.out(await comparisonMarkdown(comparison));
  }
  const { comparisonText } = await import("../../report/compare/text.js");
  const { width, style } = terminal;
  terminal.out(await comparisonText(comparison, { width, style, all: options.all ?? false }));
}

function fails(comparison: Comparison, on: "worse" | "change"): boolean {
  const rows = judgedRows(comparison);
  const verdicts = on === "worse" ? (["worse"] as const) : (["worse", "better", "within tolerance"] as const);
  return comparison.sides
    .slice(1)
    .some(
      (_, side) =>
        verdicts.some((verdict) => countOf(rows, side, verdict) > 0) ||
        (on === "change" && comparison.divergences[side]?.first !== undefined),
    );
}
