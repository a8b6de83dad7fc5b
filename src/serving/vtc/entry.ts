import { InputError, type Problem } from "../../core/errors.js";
import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry, SchedulerSetup } from "../request-scheduler.js";
import { reservingOptions } from "../reserving/options.js";
import { type VtcOptions, VtcScheduler } from "./scheduler.js";

export const vtc: RequestSchedulerEntry = {
  info: {
    name: "vtc",
    kind: "request",
    summary: "Fair by virtual token counter: the tenant that was served least is next.",
    follows:
      "Sheng et al., Fairness in Serving Large Language Models, OSDI 2024; Ying1123/VTC-artifact 192c2e20, slora/server/router (vtc_fair, linear cost)",
    simplifies: [
      "max_total_token_num is the size of the KV cache; with blocks of more than one token each request counts for a block's waste more",
      "tenants stand for adapters; no LoRA, whose weights take room in the cache there",
      "an engine without requests looks at once for new ones, not every 10 ms",
    ],
    options: [
      {
        name: "fair_weights",
        type: "any",
        description: "Weights of tenants by name, such as {gold: 2}: twice the service; 1 for the others",
      },
      { name: "input_price", type: "number", minimum: 0, default: 1, description: "Cost of a prompt token" },
      {
        name: "output_price",
        type: "number",
        minimum: 0,
        default: 2,
        description: "Cost of a generated token",
      },
      ...reservingOptions(10),
      ...engineOptions(false),
    ],
  },
  create(options, setup) {
    const vtcOptions = options as unknown as VtcOptions;
    check(vtcOptions, setup);
    return new VtcScheduler(vtcOptions, setup.maxModelLen);
  },
};

function check({ fair_weights = {}, input_price, output_price }: VtcOptions, { path }: SchedulerSetup) {
  const problems: Problem[] = [];
  if (typeof fair_weights !== "object" || fair_weights === null || Array.isArray(fair_weights))
    problems.push({
      code: "serving/wrong-weights",
      message: "fair_weights must give a number for each tenant",
      path: [...path, "fair_weights"],
      hint: "write fair_weights: {gold: 2, free: 1}",
    });
  else
    for (const [tenant, weight] of Object.entries<unknown>(fair_weights))
      if (typeof weight !== "number" || !(weight > 0) || weight === Number.POSITIVE_INFINITY)
        problems.push({
          code: "serving/wrong-weights",
          message: `the weight of ${tenant} is not a number above 0`,
          path: [...path, "fair_weights", tenant],
          hint: "a tenant of weight 2 gets twice the service of one of weight 1",
        });
  if (input_price === 0 && output_price === 0)
    problems.push({
      code: "serving/contradictory-options",
      message: "input_price and output_price are both 0: nothing would count as service",
      path: [...path, "output_price"],
      hint: "the defaults are 1 and 2",
    });
  if (problems.length > 0) throw new InputError(problems);
}
