import { closest } from "../core/suggest.js";
import { parseDuration } from "../core/units.js";
import { findMetric, METRICS, type MetricDefinition } from "./registry.js";
import { STATS, type Stat } from "./stats.js";

/** `wait.p95{queue=prod}`: which numbers of a result are meant. */
export interface MetricSelector {
  /** As results name it, statistic included. */
  readonly name: string;
  /** A number that has other labels too is meant when none has exactly these. */
  readonly labels: Readonly<Record<string, string>>;
  readonly definition: MetricDefinition;
}

export type Operator = "<" | "<=" | ">" | ">=" | "==";

export interface Expectation {
  readonly text: string;
  readonly metric: MetricSelector;
  readonly operator: Operator;
  readonly bound:
    | { readonly kind: "value"; readonly value: number }
    /** Of a baseline, with the change that is tolerated: a share of it, or an amount in the metric's unit. */
    | { readonly kind: "baseline"; readonly share: number; readonly amount: number };
}

/** What is wrong with an expression, and which part of its text. */
export class ExpressionError extends Error {
  constructor(
    message: string,
    /** Index of the part's first character. */
    readonly from: number,
    readonly part: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

const OPERATOR = /\s*(<=|>=|==|<|>)\s*/;

/**
 * Reads `metric operator bound`, such as `wait.p95{queue=prod} < 2h`, `jain{over=user} > 0.85` or
 * `ttft.p99 < baseline + 5%`.
 *
 * @throws ExpressionError
 */
export function parseExpectation(text: string): Expectation {
  const found = OPERATOR.exec(text);
  if (found === null)
    throw new ExpressionError("there is nothing to compare with", 0, text, "such as wait.p95 < 2h");
  const metric = parseSelector(text.slice(0, found.index), 0);
  const operator = found[1] as Operator;
  const at = found.index + found[0].length;
  const bound = text.slice(at).trimEnd();
  if (bound === "")
    throw new ExpressionError(
      "the number is missing",
      found.index,
      found[0].trim(),
      EXAMPLES[metric.definition.unit] ?? "such as 10",
    );
  return { text, metric, operator, bound: parseBound(bound, at, operator, metric) };
}

/**
 * Reads `name.stat{label=value,…}`.
 *
 * @param offset of the text in a longer one, for the positions of errors
 * @throws ExpressionError
 */
export function parseSelector(text: string, offset = 0): MetricSelector {
  const brace = text.indexOf("{");
  const full = (brace < 0 ? text : text.slice(0, brace)).trim();
  const from = offset + text.indexOf(full);
  const [word = "", ...rest] = full.split(".");
  const metric = findMetric(word);
  if (metric === undefined) throw unknownMetric(full, word, from);
  const definition: MetricDefinition = metric.definition;
  const stat = rest.join(".");
  checkStat(full, word, stat, definition, from);
  const labels = brace < 0 ? {} : parseLabels(text, brace, offset, word, definition);
  return { name: stat === "" ? metric.name : `${metric.name}.${stat}`, labels, definition };
}

function unknownMetric(full: string, word: string, from: number): ExpressionError {
  const names = Object.keys(METRICS);
  const near = closest(word, names);
  const alike =
    near === undefined ? names.filter((name) => name.includes(word) || word.includes(name)) : [near];
  const hint =
    word === "" || alike.length === 0
      ? "docs/metrics.md lists all of them"
      : `did you mean ${alike.slice(0, 3).join(" or ")}?`;
  return new ExpressionError(
    word === "" ? "the metric is missing" : `there is no metric "${word}"`,
    from,
    full === "" ? " " : word,
    hint,
  );
}

function checkStat(
  full: string,
  word: string,
  stat: string,
  { stats }: MetricDefinition,
  from: number,
): void {
  if (stat === "" ? stats.length === 0 : stats.includes(stat as Stat)) return;
  const list = stats.join(", ");
  if (stat === "")
    throw new ExpressionError(
      `${word} needs a statistic`,
      from,
      full,
      `one of ${list}, such as ${word}.${stats[0]}`,
    );
  const message =
    stats.length === 0
      ? `${word} is a single number and has no statistic`
      : (STATS as readonly string[]).includes(stat)
        ? `${word} has no ${stat}`
        : `"${stat}" is not a statistic`;
  throw new ExpressionError(
    message,
    from + word.length + 1,
    stat,
    stats.length === 0 ? `write ${word}` : `${word} has ${list}`,
  );
}

function parseLabels(
  text: string,
  brace: number,
  offset: number,
  word: string,
  { labels }: MetricDefinition,
): Record<string, string> {
  const end = text.indexOf("}", brace);
  const after = end < 0 ? "" : text.slice(end + 1).trim();
  if (end < 0)
    throw new ExpressionError("the brace is never closed", offset + brace, text.slice(brace).trimEnd());
  if (after !== "")
    throw new ExpressionError(
      "an operator must come here",
      offset + text.indexOf(after, end),
      after,
      "one of <, <=, >, >= and ==",
    );
  const parsed: Record<string, string> = {};
  let from = brace + 1;
  for (const part of text.slice(brace + 1, end).split(",")) {
    const start = offset + from + (part.length - part.trimStart().length);
    from += part.length + 1;
    const [, label, value] = /^\s*([^=\s]+)\s*=\s*"?([^"]*?)"?\s*$/.exec(part) ?? [];
    if (label === undefined || value === "" || value === undefined)
      throw new ExpressionError(
        "a label is written name=value",
        start,
        part.trim() || "}",
        "such as {queue=prod}",
      );
    if (!(label in labels)) {
      const names = Object.keys(labels);
      const hint = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
      throw new ExpressionError(`${word} has no label "${label}"`, start, label, hint);
    }
    parsed[label] = value;
  }
  return parsed;
}

function parseBound(
  text: string,
  from: number,
  operator: Operator,
  { definition }: MetricSelector,
): Expectation["bound"] {
  const [, sign, tolerance] = /^baseline\s*(?:([+-])\s*(.*))?$/.exec(text) ?? [];
  if (!text.startsWith("baseline")) return { kind: "value", value: quantity(text, from, definition.unit) };
  if (tolerance === undefined && text !== "baseline")
    throw new ExpressionError(
      "a baseline is followed by + or - and what is tolerated",
      from,
      text,
      "such as baseline + 5%",
    );
  if (tolerance === undefined) return { kind: "baseline", share: 0, amount: 0 };
  const right = operator.startsWith("<") ? "+" : operator.startsWith(">") ? "-" : undefined;
  if (sign !== right)
    throw new ExpressionError(
      right === undefined
        ? "equal to the baseline leaves nothing to tolerate"
        : `${operator} tolerates baseline ${right} something`,
      from,
      text,
      right === undefined ? "write == baseline" : `such as ${operator} baseline ${right} 5%`,
    );
  const at = from + text.length - tolerance.length;
  if (/^\d+(\.\d+)?\s*%$/.test(tolerance))
    return { kind: "baseline", share: Number.parseFloat(tolerance) / 100, amount: 0 };
  return { kind: "baseline", share: 0, amount: quantity(tolerance, at, definition.unit) };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  us: "write a duration, such as 800ms or 2h",
  "1": "write a number or a share, such as 0.85 or 85%",
  count: "write a number, such as 100 or 10k",
};

const PER: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86400 };

/** A bound in the metric's own unit. */
function quantity(text: string, from: number, unit: string): number {
  const value = read(text, unit);
  if (value !== undefined) return value;
  throw new ExpressionError(
    `"${text}" is not a value in ${unit === "us" ? "units of time" : unit === "1" ? "plain numbers" : unit}`,
    from,
    text,
    EXAMPLES[unit] ?? `write a number in ${unit}`,
  );
}

function read(text: string, unit: string): number | undefined {
  if (unit === "us") return parseDuration(text);
  const [, digits, suffix = ""] = /^(-?\d+(?:\.\d+)?)\s*(.*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (suffix === "" || suffix === unit) return number;
  if (unit === "1") return suffix === "%" ? number / 100 : undefined;
  if (unit === "count") return suffix === "k" ? number * 1e3 : suffix === "M" ? number * 1e6 : undefined;
  const [, given] = /^(?:tokens|1)?\/(s|min|h|d)$/.exec(suffix) ?? [];
  const [, own] = /\/(s|min|h|d)$/.exec(unit) ?? [];
  return given === undefined || own === undefined ? undefined : (number * PER[own]!) / PER[given]!;
}
