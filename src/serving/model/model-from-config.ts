import { InputError, type Problem } from "../../core/errors.js";
import type { ExpertSpec, LatentSpec, ModelSpec } from "./model-spec.js";
import { formatOfDtype, quantizedFormats, wantsFp8Cache } from "./quantization.js";

type Json = Record<string, unknown>;

/** Fields that say: this model computes in a way that ours does not cover. Each with what it means. */
const UNSUPPORTED: readonly [field: string, meaning: string, applies?: (value: unknown) => boolean][] = [
  ["index_topk", "sparse attention chosen by an indexer"],
  ["sparse_attention_config", "block-sparse attention"],
  ["compress_ratios", "compressed attention"],
  ["attention_chunk_size", "attention within chunks"],
  ["layer_types", "linear attention layers", (v) => Array.isArray(v) && v.includes("linear_attention")],
  ["hybrid_override_pattern", "Mamba layers"],
  ["layers_block_type", "Mamba layers"],
  ["mamba_num_heads", "Mamba layers"],
  ["global_head_dim", "another head size in its global attention layers"],
  ["is_encoder_decoder", "an encoder", (v) => v === true],
];

/** A model's shape from the parsed file; `name` is used in messages, and names the model when the file does not. */
export function modelFromConfig(json: unknown, name: string): ModelSpec {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new InputError({
      code: "serving/broken-model",
      message: `the model configuration ${name} is not a JSON object`,
      hint: "give a Hugging Face config.json",
    });
  const whole = json as Json;
  const config = { ...whole, ...((whole.text_config ?? whole.llm_config ?? {}) as Json) };
  const problems: Problem[] = [];
  const problem = (message: string, hint: string) =>
    problems.push({ code: "serving/unsupported-model", message: `${name}: ${message}`, hint });

  for (const [field, meaning, applies] of UNSUPPORTED) {
    const value = config[field];
    if (value === undefined || value === null || (applies !== undefined && !applies(value))) continue;
    problem(
      `the field "${field}" means ${meaning}, which is not modelled`,
      "choose a model with plain, sliding-window or latent attention",
    );
  }
  if (problems.length > 0) throw new InputError(problems[0]!);

  const integer = (...fields: string[]): number | undefined => {
    for (const field of fields) {
      const value = config[field];
      if (value === undefined || value === null) continue;
      if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
      problem(`"${field}" must be a whole number, not ${JSON.stringify(value)}`, "the file seems damaged");
      return undefined;
    }
    return undefined;
  };
  const required = (...fields: string[]): number => {
    const value = integer(...fields);
    if (value === 0) problem(`"${fields[0]}" must not be 0`, "the file seems damaged");
    if (fields.every((field) => config[field] === undefined || config[field] === null))
      problem(`the field "${fields[0]}" is missing`, "give the config.json of a decoder-only language model");
    return value || 1;
  };

  const layers = required("num_hidden_layers", "n_layer");
  const hidden = required("hidden_size", "n_embd");
  const heads = required("num_attention_heads", "n_head");
  const vocab = required("vocab_size");
  const latent = latentOf(integer);
  const experts = expertsOf(config, layers, integer, required);
  const ffn =
    experts?.layers === layers
      ? 0
      : required("dense_intermediate_size", "intermediate_size_mlp", "intermediate_size");
  const sliding = slidingOf(config, layers, integer);
  const dtype = String(config.dtype ?? config.torch_dtype ?? "bfloat16");
  const plain = formatOfDtype(dtype);
  const quantization = config.quantization_config as Json | undefined;
  const formats =
    plain === undefined
      ? undefined
      : quantization
        ? quantizedFormats(quantization, plain)
        : { attention: plain, ffn: plain, experts: plain, embedding: plain };
  if (plain === undefined)
    problem(`the data type "${dtype}" is not known`, "bfloat16, float16 and float32 are");
  else if (formats === undefined)
    problem(
      `the quantization method "${quantization?.quant_method} ${quantization?.quant_algo ?? ""}" is not known`.replace(
        ' "',
        '"',
      ),
      "fp8, mxfp4, NVFP4, AWQ, GPTQ and compressed-tensors are",
    );
  const headDim = integer("head_dim") ?? Math.floor(hidden / heads);
  const kvHeads = integer("num_key_value_heads") ?? heads;
  const maxModelLen = required("max_position_embeddings", "n_positions");
  if (problems.length > 0) throw new InputError(problems);
  return {
    name,
    layers,
    hidden,
    heads,
    kvHeads,
    headDim,
    ffn,
    vocab,
    tied: (whole.tie_word_embeddings ?? config.tie_word_embeddings) === true,
    maxModelLen,
    formats: formats!,
    kvBytes: quantization && wantsFp8Cache(quantization) ? 1 : 2,
    ...(experts === undefined ? {} : { experts }),
    ...(latent === undefined ? {} : { latent }),
    ...(sliding === undefined ? {} : { sliding }),
  };
}

type Reader = (...fields: string[]) => number | undefined;

function latentOf(integer: Reader): LatentSpec | undefined {
  const kvRank = integer("kv_lora_rank");
  if (kvRank === undefined) return undefined;
  const queryRank = integer("q_lora_rank");
  return {
    kvRank,
    ...(queryRank === undefined ? {} : { queryRank }),
    ropeDim: integer("qk_rope_head_dim") ?? 64,
    nopeDim: integer("qk_nope_head_dim") ?? 128,
    valueDim: integer("v_head_dim") ?? 128,
  };
}

function expertsOf(
  config: Json,
  layers: number,
  integer: Reader,
  required: (...fields: string[]) => number,
): ExpertSpec | undefined {
  const count = integer("n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts");
  if (count === undefined || count <= 1) return undefined;
  const width = required("moe_intermediate_size", "intermediate_size");
  const sharedWidth =
    integer("shared_expert_intermediate_size", "share_expert_dim") ??
    (integer("n_shared_experts") ?? 0) * width;
  return {
    count,
    perToken: required("num_experts_per_tok", "moe_top_k", "top_k_experts", "experts_per_token"),
    width,
    sharedWidth,
    layers: expertLayers(config, layers, integer),
  };
}

/** Which layers have experts is written in many ways. */
function expertLayers(config: Json, layers: number, integer: Reader): number {
  const list = config.mlp_layer_types ?? config.moe_layer_freq;
  if (Array.isArray(list))
    return list.filter((kind) => kind === 1 || kind === "sparse" || kind === "moe").length;
  const first = integer("first_k_dense_replace") ?? 0;
  const every = integer("moe_layer_freq", "decoder_sparse_step", "interleave_moe_layer_step") ?? 1;
  const dense = Array.isArray(config.mlp_only_layers) ? config.mlp_only_layers.length : 0;
  return Math.floor((layers - first) / Math.max(1, every)) - dense;
}

function slidingOf(config: Json, layers: number, integer: Reader): ModelSpec["sliding"] {
  if (config.use_sliding_window === false) return undefined;
  const window = integer("sliding_window");
  if (window === undefined || window === 0) return undefined;
  const types = config.layer_types;
  const sliding = Array.isArray(types) ? types.filter((type) => type === "sliding_attention").length : layers;
  return sliding === 0 ? undefined : { window, layers: sliding };
}
