import { InputError } from "../../core/errors.js";
import type { LoadedScenario } from "../../scenario/load.js";
import { replicaGpus } from "../../scenario/replica-gpus.js";
import type { Prices } from "../../scenario/resolve-prices.js";

/** What is paid for: all GPUs of the fleet, or those that services' replicas hold. */
export type Paid = "fleet" | "replicas";

/** What an hour costs: in the user's currency where prices are known, else counted in GPUs. */
export type CostUnit = "price" | "gpus";

/** A search for the size of a pool is about what is bought; one for replicas alone, about what they hold of a fleet. */
export function paidFor(keys: readonly string[]): Paid {
  const grows = keys.some((key) => /^fleet\..*\.(nodes|gpusPerNode)$/.test(key));
  return !grows && keys.some((key) => key.startsWith("services.")) ? "replicas" : "fleet";
}

/** GPUs by type that are paid for. */
export function gpusOf({ scenario }: Pick<LoadedScenario, "scenario">, paid: Paid): Map<string, number> {
  const { pools } = scenario.fleet;
  const counts = new Map<string, number>();
  const add = (type: string | undefined, count: number) => {
    if (type !== undefined && count > 0) counts.set(type, (counts.get(type) ?? 0) + count);
  };
  if (paid === "fleet") for (const { gpu, nodes, gpusPerNode } of pools) add(gpu, nodes * gpusPerNode);
  else
    for (const service of scenario.services)
      add(
        service.gpu ?? pools.find(({ gpu }) => gpu !== undefined)?.gpu,
        service.replicas * replicaGpus(service),
      );
  return counts;
}

/** Adds up what candidates cost. */
export class Costs {
  readonly unit: CostUnit;
  readonly #paid: Paid;
  readonly #prices: Prices;
  #only: string | undefined;

  constructor(paid: Paid, prices: Prices) {
    this.#paid = paid;
    this.#prices = prices;
    this.unit = Object.keys(prices).length === 0 ? "gpus" : "price";
  }

  /**
   * Per hour.
   *
   * @throws InputError `plan/no-price` for a GPU type without price beside others: counts of different GPUs do not compare
   */
  of(loaded: Pick<LoadedScenario, "scenario">): number {
    let sum = 0;
    for (const [type, count] of gpusOf(loaded, this.#paid)) sum += count * this.#priceOf(type);
    return sum;
  }

  #priceOf(type: string): number {
    if (this.unit === "price") {
      const price = this.#prices[type];
      if (price === undefined) throw this.#noPrice(type);
      return price;
    }
    this.#only ??= type;
    if (type !== this.#only) throw this.#noPrice(type);
    return 1;
  }

  #noPrice(type: string): InputError {
    const beside = this.#only === undefined ? "" : ` and none of ${this.#only}`;
    return new InputError({
      code: "plan/no-price",
      message: `there is no price of a GPU-hour of ${type}${beside}: what is cheaper cannot be told`,
      hint: `--price ${type}=2.50, or prices: { ${type}: 2.50 } in the scenario, in any currency`,
    });
  }
}
