import { InputError } from "../core/errors.js";
import { Names } from "../core/names.js";
import { closest } from "../core/suggest.js";
import type { GpuType } from "../fleet/catalogue.js";
import { Batch } from "./batch.js";
import { contradiction, type EngineOptions, fillOptions } from "./engine-options.js";
import type { TierSetup } from "./kv/offload-tiers.js";
import { kvBlocks } from "./kv-capacity.js";
import { kvBytesPerToken, type ModelSpec } from "./model/model-spec.js";
import { quantizeOnline } from "./model/quantization.js";
import type { EngineLimits } from "./refusal.js";
import type { RequestScheduler, SchedulerSetup } from "./request-scheduler.js";
import { RequestTable } from "./request-table.js";
import type { ServiceConfig } from "./service-config.js";
import { RooflineTimeModel, type TimeModel } from "./time-model.js";
import { type TimePreset, timePresets } from "./time-presets.js";

/** Everything that a service's replicas have in common, worked out once. */
export interface EnginePlan {
  tensorParallel: number;
  /** Physical KV blocks, the null block included. */
  blocks: number;
  limits: EngineLimits;
  prefixCaching: boolean;
  /** Tiers below the GPUs of one replica; undefined for engines that do not offload. */
  offload: { host: TierSetup; disk: TierSetup } | undefined;
  /** Host memory of one replica for swapped blocks; undefined for engines that do not swap. */
  swap: { blocks: number; blockTime: number } | undefined;
  timeModel: TimeModel;
  /** Makes the scheduler of one replica. */
  createScheduler(random: SchedulerSetup["random"]): RequestScheduler;
  /** Flags on the command line that are not modelled. */
  notModelled: string[];
}

/**
 * Resolves a service's settings as the engine does at its start: command line, options, defaults, KV capacity.
 *
 * @throws InputError when they contradict each other, or the model does not fit its GPUs
 */
export function planEngine(config: ServiceConfig): EnginePlan {
  const { scheduler: entry, gpu, path = [] } = config;
  const enginePath = [...path, "engine"];
  // What only the command line says is wrong there.
  const onlyArgs = config.args !== undefined && Object.keys(config.options ?? {}).length === 0;
  const optionsPath = [...enginePath, onlyArgs ? "args" : "options"];
  const args = readArgs(config, [...enginePath, "args"]);
  const options = fillOptions(entry.info, { ...args.options, ...config.options });
  const shared = entry.ownNames?.read(options, gpu, config.tensorParallel) ?? options;
  const engine = { ...ENGINE_DEFAULTS, ...shared } as unknown as EngineOptions;
  const nameOf = (key: keyof EngineOptions) => entry.ownNames?.names[key] ?? key;

  const tensorParallel = config.tensorParallel ?? engine.tensor_parallel_size;
  const model = adapt(config.model, engine);
  if (model.heads % tensorParallel !== 0)
    throw contradiction(
      `${model.name} has ${model.heads} attention heads, which ${tensorParallel} GPUs cannot share evenly`,
      [...path, "tensorParallel"],
      `${nameOf("tensor_parallel_size")} must divide the number of attention heads`,
    );
  if (engine.gpu_memory_utilization <= 0 || engine.gpu_memory_utilization > 1)
    throw contradiction(
      `${nameOf("gpu_memory_utilization")} must be above 0 and at most 1`,
      optionsPath,
      "leave it out for its default",
    );
  const wanted = engine.max_model_len ?? model.maxModelLen;
  let maxModelLen = wanted > 0 ? wanted : model.maxModelLen;
  if (maxModelLen > model.maxModelLen)
    throw contradiction(
      `${nameOf("max_model_len")} (${maxModelLen}) is larger than what ${model.name} is made for (${model.maxModelLen})`,
      optionsPath,
      `set it to ${model.maxModelLen} or less`,
    );

  const timeModel = createTimeModel(config, model, tensorParallel, [...enginePath, "time"]);
  const prompt = promptPass();
  const setup = (random: SchedulerSetup["random"]): SchedulerSetup => ({
    gpu,
    maxModelLen,
    slo: config.slo ?? {},
    prefillTime: (tokens) => timeModel.time(prompt(tokens)),
    random,
    path: optionsPath,
  });
  const createScheduler = (random: SchedulerSetup["random"]) => entry.create(options, setup(random));
  const override = config.numGpuBlocks ?? engine.num_gpu_blocks_override;
  const blockSize = engine.block_size;
  let blocks = override ?? 0;
  if (override === undefined) {
    const utilization = engine.gpu_memory_utilization;
    // Asked only how large its passes are: the scheduler of no replica.
    const { largestBatch = { sequences: 256, tokens: 8192 } } = createScheduler(() => 0);
    blocks = kvBlocks({ model, gpu, tensorParallel, utilization, blockSize, largestBatch }, path);
    blocks = Math.min(blocks, engine.most_gpu_blocks ?? blocks);
    const room = blocks * blockSize;
    if (wanted < 0) maxModelLen = Math.min(maxModelLen, room - blockSize);
    else if (room < maxModelLen && !engine.cuts_to_cache)
      throw contradiction(
        `one request of max_model_len (${maxModelLen}) does not fit the KV cache of ${room} tokens`,
        optionsPath,
        `set max_model_len to ${room - blockSize} or less (-1: the longest that fits), or take more GPUs`,
      );
  } else if (override < 2)
    throw contradiction(
      "num_gpu_blocks must be at least 2",
      [...enginePath, "num_gpu_blocks"],
      "one block is the null block",
    );

  return {
    tensorParallel,
    blocks,
    limits: { maxModelLen, usableBlocks: blocks - 1, blockSize },
    prefixCaching: engine.enable_prefix_caching,
    offload: offloadOf(
      engine,
      kvBytesPerToken(model, tensorParallel) * blockSize,
      tensorParallel,
      gpu,
      optionsPath,
    ),
    swap: swapOf(engine, kvBytesPerToken(model, tensorParallel) * blockSize, gpu),
    timeModel,
    createScheduler,
    notModelled: args.notModelled,
  };
}

/** For a user's own scheduler, which need not list the options that all engines share. */
const ENGINE_DEFAULTS: Partial<EngineOptions> = {
  tensor_parallel_size: 1,
  block_size: 16,
  gpu_memory_utilization: 0.92,
  kv_cache_dtype: "auto",
  enable_prefix_caching: false,
};

function readArgs({ scheduler, args = "" }: ServiceConfig, path: readonly (string | number)[]) {
  if (scheduler.parseArgs) return scheduler.parseArgs(args, path);
  if (args.trim() === "") return { options: {}, notModelled: [] };
  throw new InputError({
    code: "serving/no-command-line",
    message: `the engine ${scheduler.info.name} has no command line`,
    hint: "write its settings under options",
    path,
  });
}

/** Each GPU reads its own part of a block over its own link, all at once; the disk is one for all. */
function offloadOf(
  engine: EngineOptions,
  blockBytes: number,
  gpus: number,
  gpu: GpuType,
  path: readonly (string | number)[],
): EnginePlan["offload"] {
  const { kv_offloading_size: host = 0, kv_offloading_disk_size: disk = 0 } = engine;
  if (host === 0 && disk === 0) return undefined;
  if (!engine.enable_prefix_caching)
    throw contradiction(
      "kv_offloading_size without enable_prefix_caching: what is kept there could not be found",
      path,
      "set enable_prefix_caching: true, or leave kv_offloading_size out",
    );
  if (host === 0)
    throw contradiction(
      "kv_offloading_disk_size without kv_offloading_size: blocks reach the disk through host memory",
      path,
      "set kv_offloading_size",
    );
  const blocks = (size: number) => Math.floor((size * 2 ** 30) / (blockBytes * gpus));
  const bandwidth = (engine.kv_offloading_disk_bandwidth ?? 7) * 1e9;
  return {
    host: { blocks: blocks(host), blockTime: (blockBytes * 1e6) / gpu.hostLink },
    disk: { blocks: blocks(disk), blockTime: (blockBytes * gpus * 1e6) / bandwidth },
  };
}

/** Each GPU swaps its own part of a block over its own link, all at once. */
function swapOf({ swap_space }: EngineOptions, blockBytes: number, gpu: GpuType): EnginePlan["swap"] {
  if (swap_space === undefined) return undefined;
  return {
    blocks: Math.floor((swap_space * 2 ** 30) / blockBytes),
    blockTime: (blockBytes * 1e6) / gpu.hostLink,
  };
}

/** Makes passes of one new request, on a table of their own; each call reuses the pass before. */
function promptPass(): (tokens: number) => Batch {
  const batch = new Batch(new RequestTable({ ids: new Names(), tenants: new Names() }));
  return (tokens) => {
    batch.clear();
    batch.add(0, tokens);
    batch.sample(0);
    return batch;
  };
}

/** The model as the engine's options store and cache it. */
function adapt(model: ModelSpec, { quantization, kv_cache_dtype }: EngineOptions): ModelSpec {
  const quantized = quantization === "fp8" && model.formats.ffn.bytes > 1 ? quantizeOnline(model) : model;
  if (kv_cache_dtype === "auto") return quantized;
  return { ...quantized, kvBytes: kv_cache_dtype.startsWith("fp8") ? 1 : 2 };
}

function createTimeModel(
  { time = {}, scheduler, gpu }: ServiceConfig,
  model: ModelSpec,
  tensorParallel: number,
  path: readonly (string | number)[],
): TimeModel {
  if ("model" in time) return time.model;
  const preset = time.preset ?? scheduler.timePreset ?? "any";
  const constants = timePresets[preset as TimePreset];
  if (constants === undefined) {
    const near = closest(preset, Object.keys(timePresets));
    throw new InputError({
      code: "serving/unknown-preset",
      message: `there is no preset "${preset}" of the iteration-time model`,
      hint:
        near === undefined ? `there are ${Object.keys(timePresets).join(", ")}` : `did you mean "${near}"?`,
      path: [...path, "preset"],
    });
  }
  return new RooflineTimeModel(model, gpu, tensorParallel, constants, time);
}
