import { InputError } from "../../core/errors.js";
import { closest } from "../../core/suggest.js";
import type { Side } from "../../experiment/compare/compare.js";
import type { Divergence } from "../../experiment/compare/divergence.js";

/** What both ways of comparing bring: runs, and where their decisions part. */
export interface Compared {
  sides: readonly Side[];
  divergences: readonly (Divergence | undefined)[];
  partial: boolean;
}

/** Puts the side with a name first. */
export function baselineFirst<T extends { name: string }>(
  sides: readonly T[],
  name: string | undefined,
): T[] {
  if (name === undefined) return [...sides];
  const index = sides.findIndex((side) => side.name === name);
  if (index >= 0) return [sides[index]!, ...sides.filter((_, i) => i !== index)];
  const names = sides.map((side) => side.name);
  const near = closest(name, names);
  throw new InputError({
    code: "usage/unknown-baseline",
    message: `nothing that is compared is called "${name}"`,
    hint: near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`,
  });
}
