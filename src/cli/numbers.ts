import { InputError } from "../core/errors.js";

/** The whole number, at least 1, that an option gives; undefined when it was not given. */
export function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InputError({
    code: "usage/not-a-number",
    message: `${option} takes a whole number from 1 on`,
    at: { file: option, line: 0, column: 1, length: Math.max(1, text.length), text },
  });
}

/** The share that an option gives as `5%` or `0.05`. */
export function fraction(
  text: string,
  option: string,
  { above, below }: { above: number; below: number },
): number {
  const [, digits, percent] = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  const value = Number(digits) / (percent === "%" ? 100 : 1);
  if (value > above && value < below) return value;
  throw new InputError({
    code: "usage/not-a-share",
    message: `${option} takes a share such as 5% or 0.05`,
    at: { file: option, line: 0, column: 1, length: Math.max(1, text.length), text },
  });
}
