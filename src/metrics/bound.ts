import { parseDuration } from "../core/units.js";
import { ExpressionError } from "./expression-error.js";

export type Operator = "<" | "<=" | ">" | ">=" | "==";

export type Bound =
  | { readonly kind: "value"; readonly value: number }
  /** Of a baseline, with the change that is tolerated: a share of it, or an amount in the metric's unit. */
  | { readonly kind: "baseline"; readonly share: number; readonly amount: number };

/**
 * Reads what a metric is held against: a value in its unit, or `baseline` with what is tolerated.
 *
 * @param from index of the text in the whole expression
 * @throws ExpressionError
 */
export function parseBound(text: string, from: number, operator: Operator, unit: string): Bound {
  const [, sign, tolerance] = /^baseline\s*(?:([+-])\s*(.*))?$/.exec(text) ?? [];
  if (!text.startsWith("baseline")) return { kind: "value", value: quantity(text, from, unit) };
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
  return { kind: "baseline", share: 0, amount: quantity(tolerance, at, unit) };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  us: "write a duration, such as 800ms or 2h",
  "1": "write a number or a share, such as 0.85 or 85%",
  count: "write a number, such as 100 or 10k",
};

const PER: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86400 };

/** What a bound in a unit looks like. */
export function exampleOf(unit: string): string {
  return EXAMPLES[unit] ?? `write a number in ${unit}`;
}

/** A bound in the metric's own unit. */
function quantity(text: string, from: number, unit: string): number {
  const value = read(text, unit);
  if (value !== undefined) return value;
  throw new ExpressionError(
    `"${text}" is not a value in ${unit === "us" ? "units of time" : unit === "1" ? "plain numbers" : unit}`,
    from,
    text,
    exampleOf(unit),
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
