import type { Precision } from "../../fleet/catalogue.js";

/** How a group of weights is stored, and which tensor cores multiply it. */
export interface WeightFormat {
  /** Bytes per parameter, scales included. */
  bytes: number;
  compute: Precision;
}

export interface ExpertSpec {
  count: number;
  /** Experts that each token is sent to. */
  perToken: number;
  /** Width of one expert. */
  width: number;
  /** Summed width of the experts that every token passes. */
  sharedWidth: number;
  /** Layers with experts; the others have a dense FFN. */
  layers: number;
}

/** DeepSeek's multi-head latent attention: one compressed KV vector per token, for all heads. */
export interface LatentSpec {
  kvRank: number;
  /** Absent when queries are not compressed. */
  queryRank?: number;
  ropeDim: number;
  nopeDim: number;
  valueDim: number;
}

/** The shape of a decoder-only transformer: what its passes cost follows from it. */
export interface ModelSpec {
  name: string;
  layers: number;
  hidden: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Width of the gated FFN in layers without experts. */
  ffn: number;
  vocab: number;
  /** Input embedding and output head are one matrix. */
  tied: boolean;
  /** Longest prompt and answer that the model is made for. */
  maxModelLen: number;
  experts?: ExpertSpec;
  latent?: LatentSpec;
  /** Layers that attend to the last `window` tokens only. */
  sliding?: { window: number; layers: number };
  formats: {
    attention: WeightFormat;
    /** Dense FFN and shared experts. */
    ffn: WeightFormat;
    experts: WeightFormat;
    /** Embedding and output head. */
    embedding: WeightFormat;
  };
  /** Bytes per element of the KV cache. */
  kvBytes: number;
  aliases?: readonly string[];
}

export const BF16: WeightFormat = { bytes: 2, compute: "bf16" };
export const FP8: WeightFormat = { bytes: 1, compute: "fp8" };

/** Parameters of a model by the group that they are stored and multiplied with. Norms and biases are left out. */
export interface Parameters {
  /** All layers. */
  attention: number;
  /** Dense FFN layers, shared experts and routers, all layers. */
  ffn: number;
  /** One routed expert in one layer. */
  expert: number;
  /** All routed experts of all layers. */
  experts: number;
  /** One of embedding and output head. */
  head: number;
  total: number;
  /** Multiplied for each token (the output head included). */
  active: number;
}

export function parametersOf(model: ModelSpec): Parameters {
  const { layers, hidden: h, heads, kvHeads, headDim, latent, experts } = model;
  const perAttention = latent
    ? (latent.queryRank === undefined
        ? h * heads * (latent.nopeDim + latent.ropeDim)
        : latent.queryRank * (h + heads * (latent.nopeDim + latent.ropeDim))) +
      h * (latent.kvRank + latent.ropeDim) +
      latent.kvRank * heads * (latent.nopeDim + latent.valueDim) +
      heads * latent.valueDim * h
    : h * headDim * (2 * heads + 2 * kvHeads);
  const attention = layers * perAttention;
  const dense = (layers - (experts?.layers ?? 0)) * 3 * h * model.ffn;
  const shared = experts ? experts.layers * (3 * h * experts.sharedWidth + h * experts.count) : 0;
  const expert = experts ? 3 * h * experts.width : 0;
  const allExperts = experts ? experts.layers * experts.count * expert : 0;
  const head = model.vocab * h;
  const ffn = dense + shared;
  return {
    attention,
    ffn,
    expert,
    experts: allExperts,
    head,
    total: attention + ffn + allExperts + head * (model.tied ? 1 : 2),
    active: attention + ffn + (experts ? experts.layers * experts.perToken * expert : 0) + head,
  };
}

/** Bytes of all weights. */
export function weightBytes(model: ModelSpec): number {
  const { attention, ffn, experts, head } = parametersOf(model);
  const { formats } = model;
  return (
    attention * formats.attention.bytes +
    ffn * formats.ffn.bytes +
    experts * formats.experts.bytes +
    head * (model.tied ? 1 : 2) * formats.embedding.bytes
  );
}

/**
 * Bytes of KV per token on one of `tensorParallel` GPUs. Heads are spread while there are enough, then repeated; a
 * latent vector is the same for all heads, so every GPU holds it whole.
 */
export function kvBytesPerToken(model: ModelSpec, tensorParallel = 1): number {
  if (model.latent) return model.layers * (model.latent.kvRank + model.latent.ropeDim) * model.kvBytes;
  return 2 * model.layers * Math.ceil(model.kvHeads / tensorParallel) * model.headDim * model.kvBytes;
}
