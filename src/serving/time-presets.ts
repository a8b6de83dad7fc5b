/** What the hardware's data sheet does not say about an engine's passes. */
export interface TimeConstants {
  /** Shares of peak memory bandwidth (weights, KV) and of peak arithmetic that are reached. */
  weights: number;
  kv: number;
  compute: number;
  /** µs per pass, per layer, and of one all-reduce between GPUs. */
  perPass: number;
  perLayer: number;
  latency: number;
}

/**
 * Fits to measured times per output token (aiconfigurator's silicon_sample.csv: Llama-3.1-8B and 70B, Qwen3-32B in BF16
 * and FP8 on H100, H200 and B200). Mean absolute error: vllm 8.7 % of 258 rows, trtllm 12.6 % of 501, sglang 17.7 % of
 * 130, any (all 889 rows) 14.3 %. `weights` and `perLayer` are not separately identified by these data.
 */
export const timePresets = {
  vllm: { weights: 0.99, compute: 0.6, kv: 0.73, perPass: 1330, perLayer: 45, latency: 6.7 },
  sglang: { weights: 0.97, compute: 0.88, kv: 0.6, perPass: 1420, perLayer: 7, latency: 11.5 },
  trtllm: { weights: 0.93, compute: 0.54, kv: 1, perPass: 1100, perLayer: 11, latency: 17 },
  any: { weights: 0.999, compute: 0.688, kv: 0.727, perPass: 580, perLayer: 37, latency: 14 },
} as const satisfies Record<string, TimeConstants>;

export type TimePreset = keyof typeof timePresets;
