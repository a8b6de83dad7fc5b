import { closest } from "../core/suggest.js";
import { type Bound, exampleOf, type Operator, parseBound } from "./bound.js";
import { ExpressionError } from "./expression-error.js";
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

export interface Expectation {
  readonly text: string;
  readonly metric: MetricSelector;
  readonly operator: Operator;
  readonly bound: Bound;
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
      text.indexOf(operator, found.index),
      operator,
      exampleOf(metric.definition.unit),
    );
  return { text, metric, operator, bound: parseBound(bound, at, operator, metric.definition.unit) };
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
