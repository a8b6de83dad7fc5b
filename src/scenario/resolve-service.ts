import { resolve as resolvePath } from "node:path";
import { findGpu } from "../fleet/catalogue.js";
import type { Path } from "./positions.js";
import { either, meant } from "./problems.js";
import type { Report } from "./report.js";
import { checkPolicy } from "./resolve-policy.js";
import type { RecipeSetting } from "./resolve-recipe.js";
import { resolveRequests } from "./resolve-sources.js";
import type { Scenario, ServiceSpec } from "./scenario.js";
import type { ParsedService } from "./schema.js";
import { definite } from "./values.js";

/** A model named by the path of its configuration; names of models may hold slashes, but do not end like this. */
export function isModelPath(model: string): boolean {
  return /^\.{0,2}\//.test(model) || model.endsWith(".json");
}

/** Checks what one service names, and turns it into what is run. */
export async function resolveService(
  parsed: ParsedService,
  path: Path,
  folder: string,
  fleet: Scenario["fleet"],
  setting: RecipeSetting,
  report: Report,
): Promise<ServiceSpec> {
  // Only scenarios with services pay for loading what serves.
  if (isModelPath(parsed.model)) {
    const { readModelConfig } = await import("../serving/model/hugging-face.js");
    const file = resolvePath(folder, parsed.model);
    await report.attemptAsync(() => readModelConfig(file, parsed.model, [...path, "model"]));
  } else {
    const { findModel } = await import("../serving/model/catalogue.js");
    report.attempt(() => findModel(parsed.model, [...path, "model"]));
  }
  const gpu =
    parsed.gpu && report.attempt(() => findGpu(parsed.gpu!, fleet.gpuTypes, [...path, "gpu"]))?.name;
  checkGpu(gpu, path, fleet, report);

  const { engine } = parsed;
  const scheduler = { policy: engine.scheduler, options: engine.options };
  const inEngine = (key: string) => [...path, "engine", key];
  await checkPolicy(
    "request",
    scheduler,
    { name: inEngine("scheduler"), options: inEngine("options") },
    report,
  );
  const router = { policy: parsed.router, options: {} };
  await checkPolicy("router", router, { name: [...path, "router"], options: [...path, "router"] }, report);
  const { preset, alpha, beta } = engine.time;
  if (preset !== undefined) {
    const names = Object.keys((await import("../serving/time-presets.js")).timePresets);
    if (!names.includes(preset))
      report.add({
        code: "scenario/unknown-value",
        message: `"preset" must be ${either(names)}, not "${preset}"`,
        path: [...inEngine("time"), "preset"],
        ...definite({ hint: meant(preset, names) }),
      });
  }
  return {
    name: parsed.name,
    model: parsed.model,
    ...definite({ gpu, tensorParallel: parsed.tensorParallel }),
    engine: {
      scheduler,
      args: engine.args,
      ...definite({ numGpuBlocks: engine.num_gpu_blocks }),
      time: { alpha, beta, ...definite({ preset }) },
    },
    replicas: parsed.replicas,
    router,
    startup: parsed.startup,
    requests: await resolveRequests(parsed.requests, [...path, "requests"], folder, setting, report),
    slo: definite(parsed.slo),
  };
}

function checkGpu(gpu: string | undefined, path: Path, { pools }: Scenario["fleet"], report: Report): void {
  const types = [...new Set(pools.flatMap((pool) => pool.gpu ?? []))];
  const there = types.length === 0 ? "the fleet has no GPUs" : `the fleet has ${types.join(", ")}`;
  if (gpu === undefined ? types.length === 0 : !types.includes(gpu))
    report.add({
      code: "scenario/no-such-gpu",
      message:
        gpu === undefined
          ? "a service needs GPUs, and the fleet has none"
          : `no pool has the GPU type ${gpu}`,
      path: gpu === undefined ? path : [...path, "gpu"],
      hint: gpu === undefined ? "add a pool with gpu: and gpusPerNode:" : there,
    });
}
