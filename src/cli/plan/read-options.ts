import { InputError } from "../../core/errors.js";
import { type Axis, parseAxes, parseAxis, sizeOf } from "../../experiment/sweep/axis.js";
import { findGpu } from "../../fleet/catalogue.js";
import type { LoadedScenario } from "../../scenario/load.js";
import type { Prices } from "../../scenario/resolve-prices.js";
import type { PlanCliOptions } from "../commands/plan.js";

/**
 * What is to be varied.
 *
 * @throws InputError when nothing is, or what is cannot be searched
 */
export function axesOf({ find = [], largest }: Pick<PlanCliOptions, "find" | "largest">): Axis[] {
  if ((find.length === 0) === (largest === undefined))
    throw new InputError({
      code: "usage/bad-find",
      message: largest === undefined ? "there is nothing to find" : "--find and --largest exclude each other",
      hint: "--find fleet.pools.0.nodes=1..64 for the smallest, --largest load=1..4:0.1 for the largest",
    });
  if (largest !== undefined) return [rangeOf(largest, "--largest")];
  return parseAxes(find, "--find");
}

function rangeOf(text: string, option: string): Axis {
  const axis = parseAxis(text, option);
  if (!("values" in axis)) return axis;
  throw new InputError({
    code: "usage/bad-find",
    message: `${option} needs a range of numbers`,
    at: { file: option, line: 0, column: 1, length: text.length, text },
    hint: `such as ${axis.key}=1..16`,
  });
}

/**
 * Prices by GPU type: those of the scenario, replaced by those of the command line.
 *
 * @throws InputError `usage/bad-price`, and for a GPU type that nobody knows
 */
export function pricesOf(given: readonly string[], { prices, scenario }: LoadedScenario): Prices {
  const said = given.map((text) => {
    const [, type, price] = /^(.+)=(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
    const at = { file: "--price", line: 0, column: 1, length: Math.max(1, text.length), text };
    if (type === undefined)
      throw new InputError({
        code: "usage/bad-price",
        message: "--price needs a GPU type and what one costs for an hour",
        at,
        hint: "such as --price H100-SXM=2.50",
      });
    try {
      return [findGpu(type, scenario.fleet.gpuTypes).name, Number(price)] as const;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(error.problems.map((problem) => ({ ...problem, at })));
    }
  });
  return { ...prices, ...Object.fromEntries(said) };
}

/** About as many runs as a search takes, for its progress. */
export function expectedRuns(axes: readonly Axis[], replications: number, headroom: boolean): number {
  const sizes = axes.map(sizeOf);
  const size = Math.max(...axes.map((axis, i) => ("values" in axis ? 1 : sizes[i]!)));
  const lanes = sizes.reduce((product, n) => product * n, 1) / size;
  const looks = Math.ceil(Math.log2(size + 1));
  const search = lanes === 1 ? replications * (looks + 2) : lanes * (looks + replications) + 4 * replications;
  return search + (headroom ? 4 * replications : 0);
}
