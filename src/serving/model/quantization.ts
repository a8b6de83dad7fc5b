import { BF16, FP8, type ModelSpec, type WeightFormat } from "./model-spec.js";

const MXFP4: WeightFormat = { bytes: 0.5 + 1 / 32, compute: "bf16" };
const NVFP4: WeightFormat = { bytes: 0.5 + 1 / 16, compute: "fp4" };
const FP32: WeightFormat = { bytes: 4, compute: "bf16" };

/** Plain formats by torch's name. */
export function formatOfDtype(dtype: string): WeightFormat | undefined {
  if (dtype === "bfloat16" || dtype === "float16" || dtype === "half") return BF16;
  return dtype === "float32" || dtype === "float" ? FP32 : undefined;
}

/** Integer weights of `bits` with a 16-bit scale per group, multiplied in 16 bits. */
function integers(bits: number, group: number): WeightFormat {
  return { bytes: bits / 8 + (group > 0 ? 2 / group : 0), compute: "bf16" };
}

type Json = Record<string, unknown>;
const record = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

/** The format that a checkpoint's `quantization_config` gives its linear layers; undefined when we do not know it. */
function linearFormat(config: Json): WeightFormat | undefined {
  const algorithm = String(config.quant_algo ?? "").toUpperCase();
  switch (String(config.quant_method ?? "")) {
    case "fp8":
    case "fbgemm_fp8":
      return FP8;
    case "mxfp4":
      return MXFP4;
    case "awq":
    case "gptq":
      return integers(number(config.bits, 4), number(config.group_size, 128));
    case "modelopt":
    case "modelopt_fp4":
      if (algorithm.includes("NVFP4")) return NVFP4;
      return algorithm.startsWith("FP8") ? FP8 : undefined;
    case "compressed-tensors": {
      const groups = Object.values(record(config.config_groups)).map(record);
      const weights = record(groups[0]?.weights);
      const bits = number(weights.num_bits, 0);
      if (weights.type === "float" && bits === 8) return FP8;
      if (weights.type === "float" && bits === 4)
        return groups[0]?.input_activations ? NVFP4 : { ...NVFP4, compute: "bf16" };
      if (weights.type === "int" && bits === 8 && groups[0]?.input_activations)
        return { bytes: 1, compute: "int8" };
      return weights.type === "int" && bits > 0 ? integers(bits, number(weights.group_size, 0)) : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Formats of a quantized checkpoint. Embedding and output head stay as they are; so do the groups that the checkpoint
 * excludes by name (attention, shared experts), and all but the experts with mxfp4.
 *
 * @returns undefined when the method is not known
 */
export function quantizedFormats(config: Json, plain: WeightFormat): ModelSpec["formats"] | undefined {
  const linear = linearFormat(config);
  if (linear === undefined) return undefined;
  const excluded = [
    config.ignore,
    config.modules_to_not_convert,
    config.ignored_layers,
    config.exclude_modules,
  ]
    .filter(Array.isArray)
    .flat()
    .map(String);
  const spared = (pattern: RegExp) => excluded.some((name) => pattern.test(name));
  const onlyExperts = linear === MXFP4;
  return {
    attention: onlyExperts || spared(/attn(?!.*indexer)/) ? plain : linear,
    ffn: onlyExperts || spared(/shared_expert/) ? plain : linear,
    experts: linear,
    embedding: plain,
  };
}

/** Does the checkpoint ask for an 8-bit KV cache (what `kv_cache_dtype: auto` then means)? */
export function wantsFp8Cache(config: Json): boolean {
  return number(record(config.kv_cache_scheme).num_bits, 16) === 8 || config.kv_cache_quant_algo === "FP8";
}

/** `--quantization fp8` on an unquantized checkpoint: linear layers are quantized while loading. */
export function quantizeOnline(model: ModelSpec): ModelSpec {
  return {
    ...model,
    formats: { attention: FP8, ffn: FP8, experts: FP8, embedding: model.formats.embedding },
  };
}
