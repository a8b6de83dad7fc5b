import type { GpuType, Precision } from "../fleet/catalogue.js";
import type { Batch } from "./batch.js";
import { kvBytesPerToken, type ModelSpec, parametersOf, type WeightFormat } from "./model/model-spec.js";
import type { TimeConstants } from "./time-presets.js";

/**
 * How long forward passes take. A batch of which every request decodes one token (`batch.isDecode`) starts a stretch:
 * while the same requests go on, its j-th pass (from 0) takes `time + j * growth` µs, at least for `linear` passes. That
 * closed form is what lets an engine leap over many passes and end at the very microsecond where single steps would.
 */
export interface TimeModel {
  /** µs of one pass, not rounded; at least 1. */
  time(batch: Batch): number;
  /** µs by which each further pass of a decode stretch takes longer; not negative. */
  growth(batch: Batch): number;
  /** Passes for which the stretch's growth stays what it is, counted from this one. */
  linear(batch: Batch): number;
}

/** A user's correction of the modelled time: `alpha * t + beta`, `beta` in µs. */
export interface TimeCorrection {
  alpha?: number;
  beta?: number;
}

const MICROSECONDS = 1e6;

/**
 * Iteration time as a roofline with measured efficiencies: linear layers by the larger of arithmetic and weight traffic,
 * attention by the larger of KV traffic and arithmetic, a launch cost per pass and per layer, and two all-reduces per
 * layer between tensor-parallel GPUs.
 */
export class RooflineTimeModel implements TimeModel {
  /** All in µs: per token, per sampled token, per pass, … */
  readonly #perToken: number;
  readonly #perSample: number;
  readonly #weights: number;
  readonly #experts: number;
  /** Share of a layer's experts that one token leaves untouched. */
  readonly #untouched: number;
  readonly #perContext: number;
  readonly #perDecodePair: number;
  readonly #perPrefillPair: number;
  readonly #fixed: number;
  readonly #perTokenMoved: number;
  /** Share of layers with a sliding window, and the window. */
  readonly #slidingShare: number;
  readonly #window: number;
  readonly #alpha: number;

  constructor(
    model: ModelSpec,
    gpu: GpuType,
    tensorParallel: number,
    constants: TimeConstants,
    correction: TimeCorrection = {},
  ) {
    const { layers, hidden, heads, experts, latent, formats } = model;
    const parameters = parametersOf(model);
    const arithmetic = (format: WeightFormat) =>
      (2 * MICROSECONDS) / (tensorParallel * peak(gpu, format.compute) * constants.compute);
    const traffic = MICROSECONDS / (tensorParallel * gpu.bandwidth * constants.weights);

    const routed = experts ? experts.layers * experts.perToken * parameters.expert : 0;
    this.#perToken =
      parameters.attention * arithmetic(formats.attention) +
      parameters.ffn * arithmetic(formats.ffn) +
      routed * arithmetic(formats.experts);
    this.#perSample = parameters.head * arithmetic(formats.embedding);
    this.#weights =
      traffic *
      (parameters.attention * formats.attention.bytes +
        parameters.ffn * formats.ffn.bytes +
        parameters.head * formats.embedding.bytes);
    this.#experts = traffic * parameters.experts * formats.experts.bytes;
    this.#untouched = experts ? 1 - experts.perToken / experts.count : 0;

    this.#perContext =
      (kvBytesPerToken(model, tensorParallel) * MICROSECONDS) / (gpu.bandwidth * constants.kv);
    const pair = (layers * heads * MICROSECONDS) / (tensorParallel * gpu.flops.bf16 * constants.compute);
    // Decoding attends in the latent space; a prompt's own tokens are expanded first, which is cheaper for many.
    this.#perDecodePair = pair * (latent ? 2 * (2 * latent.kvRank + latent.ropeDim) : 4 * model.headDim);
    this.#perPrefillPair =
      pair * (latent ? 2 * (latent.nopeDim + latent.ropeDim + latent.valueDim) : 4 * model.headDim);
    this.#slidingShare = model.sliding ? model.sliding.layers / layers : 0;
    this.#window = model.sliding?.window ?? 0;

    const reduces = tensorParallel > 1 ? 2 * layers : 0;
    const within = tensorParallel <= gpu.domain;
    const link = within ? gpu.link : gpu.network;
    const latency = within ? constants.latency : Math.max(constants.latency, BETWEEN_NODES);
    this.#alpha = correction.alpha ?? 1;
    this.#fixed =
      constants.perPass +
      constants.perLayer * layers +
      reduces * latency +
      (correction.beta ?? 0) / this.#alpha;
    this.#perTokenMoved =
      (reduces * ((2 * (tensorParallel - 1)) / tensorParallel) * hidden * 2 * MICROSECONDS) / (0.8 * link);
  }

  time(batch: Batch): number {
    const { totalTokens, sampled } = batch;
    const touched = this.#experts > 0 ? 1 - this.#untouched ** totalTokens : 0;
    const linear = Math.max(
      totalTokens * this.#perToken + sampled * this.#perSample,
      this.#weights + touched * this.#experts,
    );
    const time =
      this.#alpha * (linear + this.#attention(batch) + this.#fixed + totalTokens * this.#perTokenMoved);
    return Math.max(1, time);
  }

  #attention(batch: Batch): number {
    const full = Math.max(
      batch.context * this.#perContext,
      batch.decodePairs * this.#perDecodePair + (batch.pairs - batch.decodePairs) * this.#perPrefillPair,
    );
    if (this.#slidingShare === 0) return full;
    let read = 0;
    let pairs = 0;
    for (let i = 0; i < batch.count; i++) {
      const n = batch.tokens[i]!;
      const c = batch.computed[i]!;
      read += Math.min(c + n, this.#window + n - 1);
      pairs += slidingPairs(c, n, this.#window);
    }
    const sliding = Math.max(read * this.#perContext, pairs * this.#perPrefillPair);
    return (1 - this.#slidingShare) * full + this.#slidingShare * sliding;
  }

  growth(batch: Batch): number {
    const perToken = Math.max(this.#perContext, this.#perDecodePair);
    if (this.#slidingShare === 0) return this.#alpha * batch.count * perToken;
    let growing = 0;
    for (let i = 0; i < batch.count; i++) if (batch.computed[i]! + 1 < this.#window) growing++;
    return this.#alpha * perToken * ((1 - this.#slidingShare) * batch.count + this.#slidingShare * growing);
  }

  linear(batch: Batch): number {
    let passes = Number.POSITIVE_INFINITY;
    if (this.#slidingShare > 0)
      for (let i = 0; i < batch.count; i++) {
        const left = this.#window - batch.computed[i]! - 1;
        // The pass that fills the window still grew by one token; the next does not.
        if (left > 0 && left + 1 < passes) passes = left + 1;
      }
    return passes;
  }
}

/** µs of one message between nodes, at least (inference-lab's figure for a NIC). */
const BETWEEN_NODES = 20;

function peak(gpu: GpuType, precision: Precision): number {
  return gpu.flops[precision] ?? gpu.flops.bf16;
}

/** Pairs of a new token and one it attends to: the j-th of n new tokens behind c old ones sees min(c + j, window). */
function slidingPairs(c: number, n: number, window: number): number {
  const short = Math.max(0, Math.min(n, window - c));
  return short * c + (short * (short + 1)) / 2 + (n - short) * window;
}
