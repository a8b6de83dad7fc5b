import { InputError } from "../../core/errors.js";
import { closest } from "../../core/suggest.js";
import { BF16, type ExpertSpec, FP8, type ModelSpec } from "./model-spec.js";

const bf16 = { attention: BF16, ffn: BF16, experts: BF16, embedding: BF16 };

type Shape = readonly [
  layers: number,
  hidden: number,
  heads: number,
  kvHeads: number,
  headDim: number,
  ffn: number,
  vocab: number,
];

function model(
  name: string,
  [layers, hidden, heads, kvHeads, headDim, ffn, vocab]: Shape,
  maxModelLen: number,
  more: Partial<ModelSpec> = {},
): ModelSpec {
  return {
    name,
    layers,
    hidden,
    heads,
    kvHeads,
    headDim,
    ffn,
    vocab,
    tied: false,
    maxModelLen,
    formats: bf16,
    kvBytes: 2,
    ...more,
  };
}

/** Experts in all layers but the first `dense`. */
function experts(
  layers: number,
  count: number,
  perToken: number,
  width: number,
  sharedWidth = 0,
  dense = 0,
): { experts: ExpertSpec } {
  return { experts: { count, perToken, width, sharedWidth, layers: layers - dense } };
}

const llama8: Shape = [32, 4096, 32, 8, 128, 14336, 128256];
const llama70: Shape = [80, 8192, 64, 8, 128, 28672, 128256];
const qwen32: Shape = [64, 5120, 64, 8, 128, 25600, 151936];
const fp8 = { attention: FP8, ffn: FP8, experts: FP8, embedding: BF16 };

/** Models by name, from their published config.json files; Qwen2.5 from its model cards. */
// biome-ignore format: a table
const MODELS: readonly ModelSpec[] = [
  model("llama-3.1-8b", llama8, 131072, { aliases: ["meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B-Instruct"] }),
  model("llama-3.1-8b-fp8", llama8, 131072, { formats: fp8, aliases: ["nvidia/Llama-3.1-8B-Instruct-FP8"] }),
  model("llama-3.1-70b", llama70, 131072, { aliases: ["meta-llama/Llama-3.1-70B", "meta-llama/Llama-3.1-70B-Instruct"] }),
  model("llama-3.1-70b-fp8", llama70, 131072, { formats: fp8, aliases: ["nvidia/Llama-3.1-70B-Instruct-FP8"] }),
  model("llama-3.1-405b", [126, 16384, 128, 8, 128, 53248, 128256], 131072, { aliases: ["meta-llama/Llama-3.1-405B"] }),
  model("llama-3.1-405b-fp8", [126, 16384, 128, 8, 128, 53248, 128256], 131072, { formats: fp8, aliases: ["meta-llama/Llama-3.1-405B-FP8"] }),
  model("qwen2.5-7b", [28, 3584, 28, 4, 128, 18944, 152064], 32768, { aliases: ["Qwen/Qwen2.5-7B-Instruct"] }),
  model("qwen2.5-32b", [64, 5120, 40, 8, 128, 27648, 152064], 32768, { aliases: ["Qwen/Qwen2.5-32B-Instruct"] }),
  model("qwen2.5-72b", [80, 8192, 64, 8, 128, 29568, 152064], 32768, { aliases: ["Qwen/Qwen2.5-72B-Instruct"] }),
  model("qwen3-8b", [36, 4096, 32, 8, 128, 12288, 151936], 40960, { aliases: ["Qwen/Qwen3-8B"] }),
  model("qwen3-32b", qwen32, 40960, { aliases: ["Qwen/Qwen3-32B"] }),
  model("qwen3-32b-fp8", qwen32, 40960, { formats: fp8, aliases: ["Qwen/Qwen3-32B-FP8"] }),
  model("qwen3-30b-a3b", [48, 2048, 32, 4, 128, 6144, 151936], 40960, { ...experts(48, 128, 8, 768), aliases: ["Qwen/Qwen3-30B-A3B"] }),
  model("qwen3-235b-a22b", [94, 4096, 64, 4, 128, 12288, 151936], 40960, { ...experts(94, 128, 8, 1536), aliases: ["Qwen/Qwen3-235B-A22B"] }),
  model("mixtral-8x7b", [32, 4096, 32, 8, 128, 14336, 32000], 32768, { ...experts(32, 8, 2, 14336), aliases: ["mistralai/Mixtral-8x7B-v0.1"] }),
  model("deepseek-v3", [61, 7168, 128, 128, 192, 18432, 129280], 163840, {
    ...experts(61, 256, 8, 2048, 2048, 3), formats: fp8,
    latent: { kvRank: 512, queryRank: 1536, ropeDim: 64, nopeDim: 128, valueDim: 128 },
    aliases: ["deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-R1", "deepseek-r1"],
  }),
  model("gpt-oss-120b", [36, 2880, 64, 8, 64, 2880, 201088], 131072, {
    ...experts(36, 128, 4, 2880), sliding: { window: 128, layers: 18 },
    formats: { ...bf16, experts: { bytes: 0.5 + 1 / 32, compute: "bf16" } }, aliases: ["openai/gpt-oss-120b"],
  }),
];

/** Every model that ships, by name. */
export const models: Readonly<Record<string, ModelSpec>> = Object.fromEntries(MODELS.map((m) => [m.name, m]));

/**
 * The model of a name or of its Hugging Face repository, whatever the case.
 *
 * @param path keys from the scenario's root to the name
 * @throws InputError `serving/unknown-model` with the nearest name
 */
export function findModel(name: string, path?: readonly (string | number)[]): ModelSpec {
  const wanted = name.toLowerCase();
  const names = (m: ModelSpec) => [m.name, ...(m.aliases ?? [])];
  const found = MODELS.find((m) => names(m).some((known) => known.toLowerCase() === wanted));
  if (found !== undefined) return found;
  const near = closest(name, MODELS.flatMap(names));
  throw new InputError({
    code: "serving/unknown-model",
    message: `no model is called "${name}"`,
    hint:
      near === undefined
        ? `give a path to its config.json, or one of ${Object.keys(models).join(", ")}`
        : `did you mean "${near}"?`,
    ...(path === undefined ? {} : { path }),
  });
}
