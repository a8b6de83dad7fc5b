import type { Assertion, ScenarioCheck, ValueChange } from "../../experiment/check/assertion.js";
import { shown } from "../../experiment/check/baseline.js";
import { isLarge } from "../../experiment/compare/warnings.js";
import { countOf } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { wrap } from "../text.js";
import { countText, evidence, foundText, placeText, worstFirst } from "./words.js";

export interface CheckTextOptions {
  width?: number;
  style?: Style;
  /** Show everything that passed too, however much that is. */
  all?: boolean;
}

/** As many that passed are shown one by one. */
const FEW = 12;

/** Checks for a terminal: for each scenario what failed, then what passed. Ends with a newline. */
export function checkText(checks: readonly ScenarioCheck[], options: CheckTextOptions = {}): string {
  return `${checks.map((check) => scenarioLines(check, options).join("\n")).join("\n\n")}\n`;
}

function scenarioLines(
  check: ScenarioCheck,
  { width = 80, style = PLAIN, all = false }: CheckTextOptions,
): string[] {
  const { scenario, assertions, seeds, changes, partial } = check;
  const times = seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} replications`;
  const title = `${partial ? "Partial, interrupted: " : ""}${scenario}, ${times}: ${countText(assertions)}`;
  const lines = wrap(title, width, "  ").map(style.heading);
  if (changes.length > 0) lines.push(...changeLines(changes, width).map(style.faint));
  const passed = assertions.filter(({ passed }) => passed);
  const fold = !all && passed.length > FEW;
  for (const assertion of worstFirst(assertions))
    if (!assertion.passed || !fold) lines.push(...assertionLines(assertion, width, style));
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

function assertionLines(assertion: Assertion, width: number, style: Style): string[] {
  const { passed, level, name } = assertion;
  const mark = passed ? "pass" : level === "error" ? "FAIL" : "warn";
  const [first = "", ...rest] = wrap(`${mark} ${name}: found ${foundText(assertion)}`, width, "     ");
  const head = [first, ...rest].map((line) => (passed ? line : style.warning(line)));
  if (passed) return head;
  const place = placeText(assertion);
  const details = [...(place === undefined ? [] : [place]), ...evidence(assertion)];
  return [...head, ...wrap(details.join("; "), width - 5).map((line) => style.faint(`     ${line}`))];
}
