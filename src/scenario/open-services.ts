import { resolve } from "node:path";
import { InputError } from "../core/errors.js";
import { Names } from "../core/names.js";
import { findGpu, type GpuType } from "../fleet/catalogue.js";
import { FirstFit } from "../fleet/first-fit.js";
import { Fleet, type PoolSpec } from "../fleet/fleet.js";
import { Placement } from "../fleet/placement.js";
import type { RequestFacts, ServiceFacts } from "../journal/facts.js";
import { ReplicaState } from "../journal/journal.js";
import type { Result } from "../metrics/result.js";
import { engineOptions } from "../serving/engine-options.js";
import { findModel } from "../serving/model/catalogue.js";
import { readModelConfig } from "../serving/model/hugging-face.js";
import type { ModelSpec } from "../serving/model/model-spec.js";
import type { RequestSchedulerEntry } from "../serving/request-scheduler.js";
import { type RouterEntry, routers } from "../serving/router.js";
import { requestSchedulers } from "../serving/schedulers.js";
import type { Service } from "../serving/service.js";
import { Serving, type ServingSetup } from "../serving/serving.js";
import { readRequests } from "../workload/read.js";
import type { RequestNames, RequestRows } from "../workload/stream.js";
import { type OpenOptions, traceFile } from "./open-jobs.js";
import { resolveOptions } from "./policy-options.js";
import { isModelPath } from "./resolve-service.js";
import type { PolicySpec, RequestSource, Scenario, ServiceSpec } from "./scenario.js";
import { isModulePath, loadUserModule } from "./user-module.js";

type Path = readonly (string | number)[];

/** The services of a scenario, ready to run. */
export interface OpenedServices {
  readonly facts: RequestFacts;
  readonly services: readonly ServiceFacts[];
  readonly rows: readonly RequestRows[];
  /** Requests that will arrive. */
  readonly requests: number;
  /** Requests that have left. */
  finished(): number;
  /** Asks for the replicas' GPUs; after the journal's `runStart`. */
  start(): void;
  /** Books what engines did up to now; before the journal's `runEnd`. */
  settle(): void;
  /** What a reader of the numbers must know; after the run. */
  warnings(): Result["warnings"];
}

/** @throws InputError when a trace, a model, an engine's options or a replica's size cannot be run */
export async function openServices(
  { services, fleet }: Scenario,
  setup: Omit<ServingSetup, "names"> & OpenOptions,
): Promise<OpenedServices> {
  const names: RequestNames = { ids: new Names(), tenants: new Names() };
  const serving = new Serving({ ...setup, names });
  const rows: RequestRows[] = [];
  for (const [i, spec] of services.entries()) {
    const path: Path = ["services", i];
    const opened: RequestRows[] = [];
    for (const [k, source] of spec.requests.entries())
      opened.push(await openRequests(source, `${spec.name}/requests/${k}`, names, setup));
    rows.push(...opened);
    const model = await modelOf(spec, path, setup.folder);
    const service = serving.add({
      ...(await engineOf(spec, path, setup.folder)),
      ...hardwareOf(spec, fleet),
      name: spec.name,
      model,
      replicas: spec.replicas,
      startup: spec.startup,
      slo: spec.slo,
      requests: opened.map((r) => r.open()),
      path,
    });
    refuseImpossible(service, fleet.pools, path);
  }
  let finished = 0;
  setup.journal.listen({
    requestEnd() {
      finished++;
    },
  });
  return {
    facts: serving.requests,
    services: serving.services.map((service) => service.facts),
    rows,
    requests: rows.reduce((sum, { counts }) => sum + counts.emitted, 0),
    finished: () => finished,
    start: () => serving.start(),
    settle: () => serving.settle(),
    warnings: () => serving.services.flatMap(serviceWarnings),
  };
}

async function openRequests(
  source: RequestSource,
  name: string,
  names: RequestNames,
  options: OpenOptions,
): Promise<RequestRows> {
  if ("generate" in source) {
    const { generateRequests } = await import("../workload/generate/index.js");
    return generateRequests(source.generate, { name, random: options.random, names });
  }
  const { trace, ...reading } = source;
  return readRequests(traceFile(trace, options), names, {
    ...reading,
    sharedOnly: true,
    strict: options.strict || source.strict,
  });
}

function modelOf({ model }: ServiceSpec, path: Path, folder: string): Promise<ModelSpec> | ModelSpec {
  const at = [...path, "model"];
  return isModelPath(model) ? readModelConfig(resolve(folder, model), model, at) : findModel(model, at);
}

/** The scheduler inside each replica, the router in front of them, and how long a pass takes. */
async function engineOf({ engine, router, tensorParallel }: ServiceSpec, path: Path, folder: string) {
  const inEngine = [...path, "engine"];
  const scheduler = await entryOf<RequestSchedulerEntry>(
    "request",
    engine.scheduler,
    requestSchedulers,
    folder,
    [...inEngine, "scheduler"],
    [...inEngine, "options"],
  );
  const routing = await entryOf<RouterEntry>(
    "router",
    router,
    routers,
    folder,
    [...path, "router"],
    [...path, "router"],
  );
  return {
    scheduler: scheduler.entry,
    options: engine.scheduler.options,
    args: engine.args,
    time: engine.time,
    router: routing.entry,
    routerOptions: routing.options,
    ...(engine.numGpuBlocks === undefined ? {} : { numGpuBlocks: engine.numGpuBlocks }),
    ...(tensorParallel === undefined ? {} : { tensorParallel }),
  };
}

async function entryOf<Entry extends RequestSchedulerEntry | RouterEntry>(
  kind: "request" | "router",
  spec: PolicySpec,
  registry: Readonly<Record<string, Entry>>,
  folder: string,
  namePath: Path,
  optionsPath: Path,
): Promise<{ entry: Entry; options: Record<string, unknown> }> {
  if (!isModulePath(spec.policy)) {
    const entry = registry[spec.policy]!;
    return { entry, options: resolveOptions(entry.info, spec.options, optionsPath) };
  }
  const loaded = await loadUserModule<Entry>(resolve(folder, spec.policy), spec.policy, kind, namePath);
  const { checked } = loaded;
  const entry = kind === "request" && checked ? withEngineOptions(loaded.entry) : loaded.entry;
  return {
    entry,
    options: checked ? resolveOptions(entry.info, spec.options, optionsPath) : { ...spec.options },
  };
}

/** A user's own engine has the knobs that all engines share, beside those that its module lists. */
function withEngineOptions<Entry extends RequestSchedulerEntry | RouterEntry>(entry: Entry): Entry {
  const own = entry.info.options;
  const shared = engineOptions(false).filter(({ name }) => own.every((option) => option.name !== name));
  return { ...entry, info: { ...entry.info, options: [...own, ...shared] } };
}

/** A service that names no GPU type gets that of the first pool which has GPUs; in a fleet of one type any node will do. */
function hardwareOf(
  spec: ServiceSpec,
  { pools, gpuTypes }: Scenario["fleet"],
): { gpu: GpuType; anyGpu: boolean; gpusPerNode: number } {
  const name = spec.gpu ?? pools.find((pool) => pool.gpu !== undefined)!.gpu!;
  const fitting = pools.filter((pool) => pool.gpu === name);
  return {
    gpu: findGpu(name, gpuTypes),
    anyGpu: pools.every((pool) => pool.gpu === undefined || pool.gpu === name),
    gpusPerNode: fitting.reduce((most, pool) => Math.max(most, pool.gpusPerNode), 1),
  };
}

/** A replica that does not fit an empty fleet would wait for ever. */
function refuseImpossible(service: Service, pools: readonly PoolSpec[], path: Path): void {
  if (new FirstFit(new Fleet(pools)).place(service.shape, new Placement())) return;
  const { name, gpusPerReplica } = service.facts;
  throw new InputError({
    code: "scenario/replica-too-large",
    message: `a replica of ${name} needs ${gpusPerReplica} GPUs, and no pool has room for it even when empty`,
    path: [...path, "tensorParallel"],
    hint: "use a smaller tensor_parallel_size, or give the pool more nodes or GPUs",
  });
}

function serviceWarnings({ facts, replicas, plan, refused }: Service): Result["warnings"] {
  const pending = replicas.filter((replica) => replica.state === ReplicaState.Pending).length;
  const waited =
    pending === 0
      ? []
      : [
          {
            code: "serving/replicas-pending",
            message: `${pending} of ${replicas.length} replicas of ${facts.name} had no GPUs when the run ended`,
            hint: "they wait in the cluster's queue like jobs: give the fleet more GPUs, or the service fewer replicas",
          },
        ];
  const flags =
    plan.notModelled.length === 0
      ? []
      : [
          {
            code: "serving/flags-not-modelled",
            message: `flags of ${facts.name} without effect here: ${plan.notModelled.join(", ")}`,
          },
        ];
  const refusals = [...refused].map(([reason, count]) => ({
    code: "serving/refused",
    message: `${facts.name} refused ${count} ${count === 1 ? "request" : "requests"}: ${reason}`,
  }));
  return [...waited, ...flags, ...refusals];
}
