import { InputError } from "../core/errors.js";
import { findGpu, type GpuType } from "../fleet/catalogue.js";
import type { Report } from "./report.js";

/** Price of a GPU-hour by the name of its type as pools have it, in the user's currency. */
export type Prices = Readonly<Record<string, number>>;

/** Prices under the catalogue's names; a type that nobody knows is reported, at its key. */
export function resolvePrices(
  given: Readonly<Record<string, number>>,
  own: readonly GpuType[],
  report: Report,
): Prices {
  const prices: Record<string, number> = {};
  for (const [type, price] of Object.entries(given))
    try {
      prices[findGpu(type, own).name] = price;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const problem of error.problems)
        report.add({ ...problem, code: "scenario/unknown-key", path: ["prices", type] });
    }
  return prices;
}
