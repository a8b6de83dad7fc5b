import * as z from "zod/mini";
import { parseBytes, parseDuration, SECOND } from "../core/units.js";

/**
 * The kinds of value that a scenario has, each with the words for a wrong one. They turn text into the number that the
 * simulation works with (µs, bytes, bytes/s); the JSON Schema shows the text.
 */

/** What a custom check hands to `problems.ts`. */
export interface FieldParams {
  code: string;
  /** The sentence after `"key" `. */
  must: string;
  hint?: string;
}

/** What the JSON Schema says of the text; `x-kind` is for the documentation. */
interface Field {
  description: string;
  [key: string]: unknown;
}

function field<T>(read: (value: unknown) => T | FieldParams, json: Field): z.ZodMiniType<T> {
  const parse = z.transform((value: unknown, ctx) => {
    const result = read(value);
    if (!isWrong(result)) return result;
    ctx.issues.push({ code: "custom", input: value, message: result.must, params: result });
    return z.NEVER as T;
  });
  return z.pipe(z.unknown(), parse).check(z.meta(json)) as unknown as z.ZodMiniType<T>;
}

function isWrong<T>(result: T | FieldParams): result is FieldParams {
  return typeof result === "object" && result !== null && "must" in result;
}

const missing: FieldParams = { code: "scenario/missing-key", must: "" };
const shown = (value: unknown) => JSON.stringify(value) ?? String(value);

interface Words {
  noun: string;
  example: string;
  examples: string;
}

function readQuantity(
  value: unknown,
  parse: (text: string) => number | undefined,
  { noun, example, examples }: Words,
  least = 0,
): number | FieldParams {
  if (value === undefined) return missing;
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  const parsed = parse(text);
  if (parsed !== undefined)
    return parsed >= least ? parsed : { code: "scenario/out-of-range", must: `must be more than ${text}` };
  if (/^\+?\d+(\.\d+)?$/.test(text))
    return {
      code: "scenario/unit",
      must: `is ${noun} and needs its unit`,
      hint: `such as ${text.replace("+", "")}${example}`,
    };
  if (/^-\s*\d/.test(text))
    return { code: "scenario/out-of-range", must: `must not be negative, but is ${text}` };
  return {
    code: "scenario/unit",
    must: `must be ${noun}, not ${shown(value)}`,
    hint: `write ${examples}`,
  };
}

function quantity(
  parse: (text: string) => number | undefined,
  words: Words,
  json: Field,
  least = 0,
): z.ZodMiniType<number> {
  return field<number>((value) => readQuantity(value, parse, words, least), {
    type: "string",
    "x-kind": words.noun,
    ...json,
  });
}

/** A duration in µs; `0` needs no unit. */
export function duration(description: string, json: Record<string, unknown> = {}): z.ZodMiniType<number> {
  const words = { noun: "a duration", example: "s", examples: "it as 90s, 5m, 2h30m or 7d" };
  return quantity(parseDuration, words, { description, examples: ["90s", "2h30m"], ...json });
}

/** A duration in µs, or one of some words. */
export function durationOr<const W extends string>(
  words: readonly W[],
  description: string,
): z.ZodMiniType<number | W> {
  const noun = `${words.join(", ")} or a duration`;
  const said = { noun, example: "s", examples: "a duration as 90s, 5m or 2h30m" };
  return field<number | W>(
    (value) => words.find((word) => word === value) ?? readQuantity(value, parseDuration, said),
    {
      type: "string",
      "x-kind": [...words, "a duration"].join(", "),
      description,
      examples: [...words, "1h"],
    },
  );
}

/** As `duration`, more than zero. */
export function positiveDuration(description: string, unit = "s"): z.ZodMiniType<number> {
  const words = { noun: "a duration", example: unit, examples: "it as 90s, 5m, 2h30m or 7d" };
  return quantity(parseDuration, words, { description, examples: ["90s", "2h30m"] }, 1);
}

/** A size in bytes. */
export function bytes(description: string): z.ZodMiniType<number> {
  const words = { noun: "a size", example: "GiB", examples: "it as 80GiB or 2TB" };
  return quantity(parseBytes, words, { description, examples: ["80GiB", "2TiB"] }, 1);
}

/** Bytes per second. */
export function byteRate(description: string): z.ZodMiniType<number> {
  const words = { noun: "a bandwidth", example: "GB/s", examples: "it as 450GB/s or 3.35TB/s" };
  const parse = (text: string) => (text.endsWith("/s") ? parseBytes(text.slice(0, -2)) : undefined);
  return quantity(parse, words, { description, examples: ["450GB/s", "3.35TB/s"] }, 1);
}

/** How often something happens, per second. */
export function rate(description: string): z.ZodMiniType<number> {
  const words = { noun: "a rate", example: "/s", examples: "it as 5/s, 12/min or 30/h" };
  const parse = (text: string) => {
    const [, times, unit] = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m|min|h|d)$/.exec(text) ?? [];
    return times === undefined ? undefined : (Number(times) * SECOND) / parseDuration(`1${unit}`)!;
  };
  return quantity(parse, words, { description, examples: ["5/s", "30/h"] }, Number.MIN_VALUE);
}

/** Text that is not empty. */
export function text(description: string, json: Record<string, unknown> = {}): z.ZodMiniType<string> {
  return field<string>(
    (value) => {
      if (value === undefined) return missing;
      // A name such as 2024 or 1.5 is text that YAML takes for a number.
      if (typeof value === "number") return String(value);
      if (typeof value !== "string")
        return { code: "scenario/wrong-type", must: `must be text, not ${shown(value)}` };
      return value.trim() === "" ? { code: "scenario/wrong-type", must: "must not be empty" } : value;
    },
    { type: "string", description, ...json },
  );
}

/** A whole number of at least `least`; `10k` and `2M` are understood. */
export function count(description: string, least = 1, most = Number.MAX_SAFE_INTEGER): z.ZodMiniType<number> {
  return field<number>(
    (value) => {
      if (value === undefined) return missing;
      const number = typeof value === "string" ? withSuffix(value) : value;
      if (typeof number !== "number" || !Number.isInteger(number))
        return { code: "scenario/wrong-type", must: `must be a whole number, not ${shown(value)}` };
      if (number < least)
        return { code: "scenario/out-of-range", must: `must be at least ${least}, not ${number}` };
      if (number > most)
        return { code: "scenario/out-of-range", must: `must be at most ${most}, not ${number}` };
      return number;
    },
    { type: ["integer", "string"], minimum: least, description },
  );
}

function withSuffix(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kM])$/.exec(value.trim());
  return match === null ? undefined : Math.round(Number(match[1]) * (match[2] === "k" ? 1e3 : 1e6));
}

/** A number; `above` excludes it and all below, `least` only what is below. */
export function number(
  description: string,
  range: { above?: number; least?: number; most?: number } = {},
): z.ZodMiniType<number> {
  return field<number>(
    (value) => {
      if (value === undefined) return missing;
      if (typeof value !== "number" || !Number.isFinite(value))
        return { code: "scenario/wrong-type", must: `must be a number, not ${shown(value)}` };
      const wrong = (must: string) => ({
        code: "scenario/out-of-range",
        must: `must be ${must}, not ${value}`,
      });
      if (range.above !== undefined && value <= range.above) return wrong(`more than ${range.above}`);
      if (range.least !== undefined && value < range.least) return wrong(`at least ${range.least}`);
      if (range.most !== undefined && value > range.most) return wrong(`at most ${range.most}`);
      return value;
    },
    {
      type: "number",
      description,
      ...(range.above === undefined ? {} : { exclusiveMinimum: range.above }),
      ...(range.least === undefined ? {} : { minimum: range.least }),
      ...(range.most === undefined ? {} : { maximum: range.most }),
    },
  );
}

export function flag(description: string): z.ZodMiniType<boolean> {
  return z.boolean().check(z.meta({ description }));
}

export function oneOf<const T extends string>(values: readonly T[], description: string): z.ZodMiniType<T> {
  return z
    .enum(values as unknown as [T, ...T[]])
    .check(z.meta({ description })) as unknown as z.ZodMiniType<T>;
}
