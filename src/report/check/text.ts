import type { Assertion, ScenarioCheck, ValueChange } from "../../experiment/check/assertion.js";
import { shown } from "../../experiment/check/baseline.js";
import { isLarge } from "../../experiment/compare/warnings.js";
import { countOf } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { NARROW, tableLines, tableWidth } from "../table.js";
import { wrap } from "../text.js";
import { baselineText, countText, evidence, foundText, metricText, placeText, worstFirst } from "./words.js";

export interface CheckTextOptions {
  width?: number;
  style?: Style;
  /** Show everything that passed too, however much that is. */
  all?: boolean;
}

/** As many that passed are shown one by one. */
const FEW = 12;

/** Checks for a terminal: for each scenario what failed, then what passed. Ends with a newline. */
export async function checkText(
  checks: readonly ScenarioCheck[],
  options: CheckTextOptions = {},
): Promise<string> {
  const parts: string[] = [];
  for (const check of checks) parts.push((await scenarioLines(check, options)).join("\n"));
  return `${parts.join("\n\n")}\n`;
}

async function scenarioLines(
  check: ScenarioCheck,
  { width = 80, style = PLAIN, all = false }: CheckTextOptions,
): Promise<string[]> {
  const { scenario, assertions, seeds, changes, partial } = check;
  const times = seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} replications`;
  const title = `${partial ? "Partial, interrupted: " : ""}${scenario}, ${times}: ${countText(assertions)}`;
  const lines = wrap(title, width, "  ").map(style.heading);
  if (changes.length > 0) lines.push(...changeLines(changes, width).map(style.faint));
  const passed = assertions.filter(({ passed }) => passed);
  const fold = !all && passed.length > FEW;
  const listed = worstFirst(assertions).filter((assertion) => !assertion.passed || !fold);
  lines.push(...(await assertionLines(listed, width, style)));
  const open = passed.filter(isOpen).length;
  if (open > 0)
    lines.push(
      ...wrap(
        `${countOf(open, "metric")} differed from the baseline by more than 10 % and could not be told from chance: more replications (-n ${4 * seeds.length}) would decide.`,
        width,
        "  ",
      ).map(style.warning),
    );
  if (fold) lines.push(...wrap(`${passed.length} passed; --all shows them.`, width).map(style.faint));
  return lines;
}

/** Passed, but only because the replications are too few to tell. */
function isOpen({ baseline, difference }: Assertion): boolean {
  if (baseline === undefined || difference === undefined || baseline === 0) return false;
  const { estimate, low, high } = difference;
  return low < 0 && high > 0 && isLarge(estimate / baseline);
}

function changeLines(changes: readonly ValueChange[], width: number): string[] {
  const texts = changes.map(({ key, before, after }) => `${key} ${shown(before)} -> ${shown(after)}`);
  return wrap(`Changed since the baseline: ${texts.join("; ")}`, width, "  ");
}

/** A row for each: expected, found, baseline; beneath those that were missed, what else is known of them. */
async function assertionLines(
  assertions: readonly Assertion[],
  width: number,
  style: Style,
): Promise<string[]> {
  if (assertions.length === 0) return [];
  const held = assertions.some(({ baseline }) => baseline !== undefined);
  const table = {
    head: ["", "expected", "found", ...(held ? ["baseline"] : [])],
    rows: assertions.map((assertion) => [
      `${markOf(assertion)} ${metricText(assertion)}`,
      assertion.expected,
      foundText(assertion),
      ...(held ? [baselineText(assertion)] : []),
    ]),
  };
  const fits = tableWidth(table) <= width && width >= NARROW;
  const [head, ...rows] = fits ? await tableLines(table, width, style) : ["", ...assertions.map(sentence)];
  const missed = ({ passed }: Assertion, lines: string[]) => (passed ? lines : lines.map(style.warning));
  return [
    ...(fits ? [head!] : []),
    ...assertions.flatMap((assertion, i) => [
      ...missed(assertion, fits ? [rows[i]!] : wrap(rows[i]!, width, "     ")),
      ...(assertion.passed ? [] : detailLines(assertion, !fits, width, style)),
    ]),
  ];
}

function markOf({ passed, level }: Assertion): string {
  return passed ? "pass" : level === "error" ? "FAIL" : "warn";
}

function sentence(assertion: Assertion): string {
  return `${markOf(assertion)} ${assertion.name}: found ${foundText(assertion)}`;
}

/** Where the threshold stands, and what stands behind the verdict. */
function detailLines(assertion: Assertion, withBaseline: boolean, width: number, style: Style): string[] {
  const place = placeText(assertion);
  const details = [...(place === undefined ? [] : [place]), ...evidence(assertion, withBaseline)];
  return wrap(details.join("; "), width - 5).map((line) => style.faint(`     ${line}`));
}
