import { InputError } from "../../core/errors.js";

/** A key of the scenario and what it is given in turn. */
export type Axis = ListAxis | RangeAxis;

export interface ListAxis {
  readonly key: string;
  /** YAML, as after `--set key=`. */
  readonly values: readonly string[];
}

/** Numbers from one end to the other, both included. */
export interface RangeAxis {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Undefined: 1 in a grid, and no grid of steps in a sample. */
  readonly step?: number;
  /** What follows each number: `h`, `/h`, `GiB`. */
  readonly unit: string;
}

const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})(\\D*?)\\.\\.(${NUMBER})(\\D*?)(?::(${NUMBER})(\\D*?))?$`);

/**
 * Reads `key=a,b,c` or `key=1..10[:step]`, where numbers may have a unit (`1h..8h:1h`).
 *
 * @param option the option's name, for messages
 * @throws InputError `usage/bad-vary`
 */
export function parseAxis(text: string, option = "--vary"): Axis {
  const equals = text.indexOf("=");
  const wrong = (message: string, hint: string, from = 0) =>
    new InputError({
      code: "usage/bad-vary",
      message,
      at: { file: option, line: 0, column: from + 1, length: Math.max(1, text.length - from), text },
      hint,
    });
  if (equals < 1 || equals === text.length - 1)
    throw wrong(`${option} needs a key and its values`, `such as ${option} scheduler.policy=fifo,easy`);
  const key = text.slice(0, equals);
  const said = text.slice(equals + 1);
  const range = RANGE.exec(said);
  if (range === null) {
    const values = splitList(said);
    if (values.includes(""))
      throw wrong("a value is empty", "values are separated by single commas", equals + 1);
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined) throw wrong(`${twice} stands there twice`, "name each value once", equals + 1);
    return { key, values };
  }
  const [, from, fromUnit, to, toUnit, step, stepUnit] = range as unknown as string[];
  const unit = toUnit || fromUnit || "";
  for (const other of [fromUnit, stepUnit])
    if (other && other !== unit)
      throw wrong(
        `the units ${other} and ${unit} differ`,
        "give both ends and the step in the same unit",
        equals + 1,
      );
  const axis = { key, from: Number(from), to: Number(to), unit };
  if (axis.from > axis.to) throw wrong("the range is empty", "the smaller number comes first", equals + 1);
  if (step === undefined) return axis;
  if (Number(step) <= 0) throw wrong("the step must be above 0", "such as 1..9:2", equals + 1);
  return { ...axis, step: Number(step) };
}

/**
 * Reads several, each of a key of its own.
 *
 * @throws InputError `usage/bad-vary`
 */
export function parseAxes(texts: readonly string[], option = "--vary"): Axis[] {
  const axes = texts.map((text) => parseAxis(text, option));
  const again = axes.find((axis, i) => axes.findIndex(({ key }) => key === axis.key) < i);
  const wrong = (message: string, hint: string) => new InputError({ code: "usage/bad-vary", message, hint });
  if (again !== undefined)
    throw wrong(`${again.key} stands in two ${option}`, "give all of its values in one");
  if (axes.some(({ key }) => key === "seed"))
    throw wrong(
      "each combination of values meets the same seeds",
      "--replications 20 says how many, and --seeds 1..20 of a sweep which",
    );
  return axes;
}

/** How many values an axis has in a grid. */
export function sizeOf(axis: Axis): number {
  if ("values" in axis) return axis.values.length;
  // A step such as 0.1 is not exact: the last value must not be lost to its rounding.
  return Math.floor((axis.to - axis.from) / (axis.step ?? 1) + 1e-9) + 1;
}

/** The value of an axis at an index of its grid. */
export function valueAt(axis: Axis, index: number): string {
  return "values" in axis ? axis.values[index]! : written(axis.from + index * (axis.step ?? 1), axis.unit);
}

/** The value of an axis at a share, from 0 up to but not including 1, of its extent. */
export function valueAtShare(axis: Axis, share: number): string {
  const whole = "values" in axis || axis.step !== undefined || isWhole(axis);
  if (whole) return valueAt(axis, Math.floor(share * sizeOf(axis)));
  return written(axis.from + share * (axis.to - axis.from), axis.unit, SAMPLED_DIGITS);
}

/** Drawn numbers are rounded to these many significant digits, which keeps them readable in tables. */
const SAMPLED_DIGITS = 6;

function isWhole({ from, to }: RangeAxis): boolean {
  return Number.isInteger(from) && Number.isInteger(to);
}

function written(value: number, unit: string, digits = 12): string {
  return `${Number(value.toPrecision(digits))}${unit}`;
}

/** Splits at commas that stand outside brackets and quotes. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if ("[{".includes(c)) depth++;
    else if ("]}".includes(c)) depth--;
    else if (c === "," && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}
