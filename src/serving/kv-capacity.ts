import { InputError } from "../core/errors.js";
import { formatBytes } from "../core/units.js";
import type { GpuType } from "../fleet/catalogue.js";
import { kvBytesPerToken, type ModelSpec, weightBytes } from "./model/model-spec.js";

export interface CapacitySetup {
  model: ModelSpec;
  gpu: GpuType;
  tensorParallel: number;
  /** Share of the GPU's memory that the engine uses. */
  utilization: number;
  /** Tokens per block. */
  blockSize: number;
  /** The largest pass: its activations take memory that the KV cache cannot have. */
  largestBatch: { sequences: number; tokens: number };
}

const GiB = 2 ** 30;
/** Bytes per GPU that CUDA and NCCL take, with one GPU and with several (BLIS, sim/latency/kv_capacity.go). */
const NON_TORCH = { one: 0.15 * GiB, several: 0.6 * GiB };
/** Copies of the sampler's 32-bit logits alive at once; vLLM 0.19 on an RTX 4090 left 8.2 beside the other terms. */
const LOGIT_COPIES = 8;

/** Peak of one pass on one GPU: the sampler's logits of all sequences, or the hidden states of all tokens. */
function activationBytes({ model, tensorParallel, largestBatch }: CapacitySetup): number {
  const { sequences, tokens } = largestBatch;
  const { experts } = model;
  const width = Math.max(model.ffn, experts ? experts.perToken * experts.width : 0);
  const states = tokens * ((3 * width) / tensorParallel + 4 * model.hidden) * 2;
  return Math.max(sequences * model.vocab * 4 * LOGIT_COPIES, states);
}

/** Bytes that one GPU has left for KV, as vLLM's memory profiling would find; negative when the model does not fit. */
function bytesForCache(setup: CapacitySetup): number {
  const { model, gpu, tensorParallel, utilization } = setup;
  const other = tensorParallel > 1 ? NON_TORCH.several : NON_TORCH.one;
  return gpu.memory * utilization - weightBytes(model) / tensorParallel - activationBytes(setup) - other;
}

/**
 * KV blocks of one replica: what its GPUs have left, in whole blocks. vLLM takes one of them as the null block.
 *
 * @param path keys from the scenario's root to the service
 * @throws InputError `serving/does-not-fit` when not even one block is left
 */
export function kvBlocks(setup: CapacitySetup, path: readonly (string | number)[]): number {
  const blocks = (s: CapacitySetup) =>
    Math.floor(bytesForCache(s) / (kvBytesPerToken(s.model, s.tensorParallel) * s.blockSize));
  const found = blocks(setup);
  if (found >= 2) return found;
  const { model, gpu, tensorParallel, utilization } = setup;
  const enough = [2, 4, 8, 16, 32, 64].find(
    (tp) => tp > tensorParallel && model.heads % tp === 0 && blocks({ ...setup, tensorParallel: tp }) >= 2,
  );
  const available = gpu.memory * utilization;
  const needed = available - bytesForCache(setup);
  throw new InputError({
    code: "serving/does-not-fit",
    message:
      `${model.name} needs ${formatBytes(needed)} per ${gpu.name} with tensor_parallel_size ${tensorParallel} ` +
      `before its first KV block, and ${formatBytes(available)} are available`,
    hint:
      enough === undefined
        ? "take a GPU with more memory, or a quantized model"
        : `the smallest tensor_parallel_size that fits is ${enough}`,
    path,
  });
}
