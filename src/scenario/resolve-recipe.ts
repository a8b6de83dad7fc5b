import { findGpu, type GpuType } from "../fleet/catalogue.js";
import { type ShapeSpec, Shapes } from "../fleet/shape.js";
import { demandShape } from "../workload/formats/demand.js";
import type {
  Arrivals,
  Distribution,
  JobRecipe,
  RequestRecipe,
  Weighted,
} from "../workload/generate/recipe.js";
import type { Path } from "./positions.js";
import { nameOf } from "./problems.js";
import type { Report } from "./report.js";
import type { ParsedJobRecipe, ParsedQuantity, ParsedRequestRecipe, ParsedShape } from "./schema-recipes.js";
import { definite } from "./values.js";

/** What a recipe may need to know of the scenario around it. */
export interface RecipeSetting {
  /** End of the run, µs; Infinity when it has none. */
  until: number;
  /** GPUs of the largest node. */
  gpusPerNode: number;
  gpuTypes: readonly GpuType[];
  /** Factor on how densely work arrives. */
  load: number;
}

export function resolveJobRecipe(
  parsed: ParsedJobRecipe,
  path: Path,
  setting: RecipeSetting,
  report: Report,
): JobRecipe {
  const { run, estimate, cancel, shapes } = parsed;
  const distribution = (quantity: ParsedQuantity, ...keys: (string | number)[]) =>
    resolveQuantity(quantity, [...path, ...keys], report);
  return {
    ...boundsOf(parsed, path, setting, report),
    run: distribution(run, "run"),
    ...definite({
      estimate: estimate && {
        factor: distribution(estimate.factor, "estimate", "factor"),
        ...definite({ roundUpTo: ascending(estimate.roundUpTo, [...path, "estimate", "roundUpTo"], report) }),
      },
      users: weighted(parsed.users),
      accounts: weighted(parsed.accounts),
      queues: weighted(parsed.queues),
      cancel: cancel && { share: cancel.share, after: distribution(cancel.after, "cancel", "after") },
    }),
    shapes: shapes.flatMap((shape, i) => resolveShape(shape, [...path, "shapes", i], setting, report)),
  };
}

export function resolveRequestRecipe(
  parsed: ParsedRequestRecipe,
  path: Path,
  setting: RecipeSetting,
  report: Report,
): RequestRecipe {
  const { prefixes, sessions, priority, slo } = parsed;
  const distribution = (quantity: ParsedQuantity, ...keys: string[]) =>
    resolveQuantity(quantity, [...path, ...keys], report);
  return {
    ...boundsOf(parsed, path, setting, report),
    inputTokens: distribution(parsed.inputTokens, "inputTokens"),
    outputTokens: distribution(parsed.outputTokens, "outputTokens"),
    ...definite({
      tenants: weighted(parsed.tenants),
      priority: priority === undefined ? undefined : distribution(priority, "priority"),
      slo:
        slo &&
        definite({
          ttft: slo.ttft === undefined ? undefined : distribution(slo.ttft, "slo", "ttft"),
          e2e: slo.e2e === undefined ? undefined : distribution(slo.e2e, "slo", "e2e"),
        }),
      prefixes: prefixes && {
        groups: prefixes.groups,
        tokens: distribution(prefixes.tokens, "prefixes", "tokens"),
        ...definite({ share: prefixes.share }),
      },
      sessions: sessions && {
        turns: distribution(sessions.turns, "sessions", "turns"),
        think: distribution(sessions.think, "sessions", "think"),
      },
    }),
  };
}

function boundsOf(
  parsed: ParsedJobRecipe | ParsedRequestRecipe,
  path: Path,
  setting: RecipeSetting,
  report: Report,
): Pick<JobRecipe, "arrivals" | "count" | "until" | "resolution"> {
  const { count, resolution } = parsed;
  const until =
    parsed.until ?? (count === undefined && Number.isFinite(setting.until) ? setting.until : undefined);
  if (count === undefined && until === undefined)
    report.add({
      code: "scenario/missing-key",
      message: `${nameOf(path)} needs "count" or "until"`,
      path,
      hint: "or the scenario an until: otherwise work arrives for ever",
    });
  return {
    arrivals: resolveArrivals(parsed.arrivals, path, setting.load, report),
    ...definite({ count, until, resolution }),
  };
}

function resolveArrivals(
  arrivals: ParsedJobRecipe["arrivals"],
  path: Path,
  load: number,
  report: Report,
): Arrivals {
  if (arrivals.process === "fixed") return { process: "fixed", interval: Math.round(arrivals.every / load) };
  const { daily, ...rest } = arrivals;
  if (daily?.every((weight) => weight === 0))
    report.add({
      code: "scenario/out-of-range",
      message: '"daily" must have an hour in which something arrives',
      path: [...path, "arrivals", "daily"],
    });
  return { ...rest, rate: rest.rate * load, ...definite({ daily }) };
}

function resolveQuantity(quantity: ParsedQuantity, path: Path, report: Report): Distribution {
  if (typeof quantity === "number") return { kind: "fixed", value: quantity };
  const wrong = (message: string, key?: string) =>
    report.add({
      code: "scenario/wrong-distribution",
      message: `${nameOf(path)} ${message}`,
      path: key === undefined ? path : [...path, key],
    });
  if (
    "min" in quantity &&
    quantity.min !== undefined &&
    quantity.max !== undefined &&
    quantity.min > quantity.max
  )
    wrong("has a min above its max", "min");
  switch (quantity.distribution) {
    case "uniform":
      return { kind: "uniform", min: quantity.min, max: quantity.max };
    case "exponential":
      return { kind: "exponential", mean: quantity.mean, ...clamp(quantity) };
    case "empirical": {
      const { values, weights } = quantity;
      if (weights !== undefined && weights.length !== values.length)
        wrong("needs one weight for each value", "weights");
      if (weights?.every((weight) => weight === 0)) wrong("needs a weight that is not 0", "weights");
      return { kind: "empirical", values, ...definite({ weights }) };
    }
    case "lognormal": {
      const { mean, cv, median, sigma } = quantity;
      if (mean !== undefined && cv !== undefined && median === undefined && sigma === undefined)
        return { kind: "lognormal", mean, cv, ...clamp(quantity) };
      if (median !== undefined && sigma !== undefined && mean === undefined && cv === undefined)
        return { kind: "lognormal", median, sigma, ...clamp(quantity) };
      wrong("needs mean and cv, or median and sigma");
      return { kind: "fixed", value: 0 };
    }
  }
}

function clamp({ min, max }: { min?: number | undefined; max?: number | undefined }) {
  return definite({ min, max });
}

/** Demands mean here what they mean in our own trace formats. */
function resolveShape(
  { weight, ...given }: ParsedShape,
  path: Path,
  { gpusPerNode, gpuTypes }: RecipeSetting,
  report: Report,
): Weighted<ShapeSpec> | [] {
  const gpuType =
    given.gpuType === undefined
      ? ""
      : report.attempt(() => findGpu(given.gpuType!, gpuTypes, [...path, "gpuType"]).name);
  if (gpuType === undefined) return [];
  const { gpus = 0, nodes = 0, gpusPerNode: perNode = 0, tasks = 0, cpus = 0, memory = 0 } = given;
  const shapes = new Shapes();
  const id = demandShape(
    { gpus, nodes, gpusPerNode: perNode, tasks, cpus, memory, gpuType },
    gpusPerNode,
    shapes,
  );
  if (typeof id === "string") {
    report.add({ code: "scenario/wrong-shape", message: `${nameOf(path)} cannot be: ${id}`, path });
    return [];
  }
  const { groups, exclusive, spread, gpuType: type } = shapes.get(id);
  const value: ShapeSpec = { groups: [...groups], exclusive, spread, ...definite({ gpuType: type }) };
  return { value, ...definite({ weight }) };
}

function weighted(names: Readonly<Record<string, number>> | undefined): Weighted<string>[] | undefined {
  return names && Object.entries(names).map(([value, weight]) => ({ value, weight }));
}

function ascending(
  times: readonly number[] | undefined,
  path: Path,
  report: Report,
): readonly number[] | undefined {
  const at = times?.findIndex((time, i) => i > 0 && time <= times[i - 1]!) ?? -1;
  if (at > 0)
    report.add({
      code: "scenario/out-of-range",
      message: `${nameOf(path)} must be in ascending order`,
      path: [...path, at],
    });
  return times;
}
