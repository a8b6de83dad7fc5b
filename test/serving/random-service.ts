import fc from "fast-check";
import { findModel } from "../../src/serving/model/catalogue.js";
import { routers } from "../../src/serving/router.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { evictionPolicies } from "../../src/serving/sglang/eviction.js";
import type { Row, TestService } from "./support.js";
import { timing } from "./support.js";

const NEVER = Number.POSITIVE_INFINITY;

const rows: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2000 })),
      inputTokens: fc.integer({ min: 0, max: 110 }),
      outputTokens: fc.integer({ min: 0, max: 60 }),
      // A few conversations that many requests are in, some of them with their answers, some only with their beginning.
      conversation: fc.integer({ min: 0, max: 5 }),
      shared: fc.integer({ min: 0, max: 170 }),
      tenant: fc.integer({ min: -1, max: 2 }),
      priority: fc.integer({ min: -1, max: 2 }),
      ttftSlo: fc.constantFrom(NEVER, NEVER, 30, 300, 3000),
      e2eSlo: fc.constantFrom(NEVER, NEVER, 300, 3000),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((gaps) => {
    let arrival = 0;
    return gaps.map(({ gap, conversation, shared, ...asked }) => {
      arrival += gap;
      const tokens = Math.min(shared, asked.inputTokens + asked.outputTokens);
      const row = { arrival, ...asked };
      return conversation < 3 && tokens > 0
        ? { ...row, content: [[conversation * 1000, tokens] as const] }
        : row;
    });
  });

const vllm = fc
  .record({
    async_scheduling: fc.boolean(),
    enable_prefix_caching: fc.boolean(),
    scheduler_reserve_full_isl: fc.boolean(),
    policy: fc.constantFrom("fcfs", "priority"),
    max_num_seqs: fc.constantFrom(1, 2, 4, 16),
    max_num_batched_tokens: fc.constantFrom(16, 40, 256),
    long_prefill_token_threshold: fc.constantFrom(0, 8),
    block_size: fc.constantFrom(1, 4, 16),
    max_model_len: fc.constantFrom(100, 4096),
    tokens: fc.constantFrom(110, 160, 200, 400, 4000),
    offloaded: fc.constantFrom(0, 0, 100, 1000),
  })
  .map(({ tokens, offloaded, ...options }) => ({
    scheduler: "vllm",
    options: {
      ...options,
      ...(options.enable_prefix_caching ? offloading(offloaded) : {}),
      num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1,
    },
  }));

const staticBatching = fc
  .record({
    max_batch_size: fc.constantFrom(1, 2, 8),
    max_wait: fc.constantFrom(0, 30, 500),
    block_size: fc.constantFrom(1, 16),
    tokens: fc.constantFrom(160, 400, 4000),
  })
  .map(({ tokens, ...options }) => ({
    scheduler: "static",
    options: { ...options, num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1 },
  }));

const orca = fc
  .record({
    max_batch_size: fc.constantFrom(1, 2, 8),
    enable_prefix_caching: fc.boolean(),
    block_size: fc.constantFrom(1, 16),
    tokens: fc.constantFrom(160, 400, 4000),
  })
  .map(({ tokens, ...options }) => ({
    scheduler: "orca",
    options: { ...options, num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1 },
  }));

const sarathi = fc
  .record({
    chunk_size: fc.constantFrom(1, 8, 40, 256),
    max_num_seqs: fc.constantFrom(1, 2, 8),
    watermark: fc.constantFrom(0, 0.01, 0.2),
    enable_prefix_caching: fc.boolean(),
    block_size: fc.constantFrom(1, 4, 16),
    tokens: fc.constantFrom(110, 160, 400, 4000),
  })
  .map(({ tokens, ...options }) => ({
    scheduler: "sarathi",
    options: { ...options, num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1 },
  }));

const trtllm = fc
  .record({
    capacity_scheduler_policy: fc.constantFrom("GUARANTEED_NO_EVICT", "MAX_UTILIZATION", "STATIC_BATCH"),
    max_batch_size: fc.constantFrom(1, 2, 8),
    max_num_tokens: fc.constantFrom(40, 120, 256),
    enable_chunked_context: fc.boolean(),
    enable_prefix_caching: fc.boolean(),
    block_size: fc.constantFrom(1, 4, 16),
    tokens: fc.constantFrom(110, 160, 400, 4000),
  })
  .map(({ tokens, ...options }) => ({
    scheduler: "trtllm",
    options: { ...options, num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1 },
  }));

const reserving = {
  running_max_req_size: fc.constantFrom(1, 2, 5, 16),
  batch_max_tokens: fc.constantFrom(60, 110, 4000),
  max_wait_tokens: fc.constantFrom(0, 3, 10),
  block_size: fc.constantFrom(1, 4, 16),
  tokens: fc.constantFrom(160, 250, 400, 4000),
};

function blocksOf<T extends { tokens: number; block_size: number }>({ tokens, ...options }: T) {
  return { ...options, num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1 };
}

const vtc = fc
  .record({
    ...reserving,
    fair_weights: fc.constantFrom({}, { a: 2, b: 0.3 }),
    input_price: fc.constantFrom(0, 1, 0.7),
    output_price: fc.constantFrom(2, 0.1),
  })
  .map((options) => ({ scheduler: "vtc", options: blocksOf(options) }));

const sjf = fc
  .record({
    ...reserving,
    predictor_error: fc.constantFrom(0, 0.5),
    input_cost: fc.constantFrom(0, 0.2),
    enable_prefix_caching: fc.boolean(),
  })
  .map((options) => ({ scheduler: "sjf", options: blocksOf(options) }));

const edf = fc
  .record({
    ...reserving,
    deadline: fc.constantFrom("first_token", "answer"),
    shed: fc.boolean(),
    predictor_error: fc.constantFrom(0, 0.5),
    enable_prefix_caching: fc.boolean(),
  })
  .map((options) => ({ scheduler: "edf", options: blocksOf(options) }));

const fastserve = fc
  .record({
    quantum: fc.constantFrom(5, 20, 100),
    skip_join: fc.boolean(),
    max_batch_size: fc.constantFrom(1, 2, 8),
    max_tokens_per_batch: fc.constantFrom(120, 400),
    starvation_threshold: fc.constantFrom(100, 3000),
    starvation_period: fc.constantFrom(3, 1000),
    // 0, 2, 10 or many blocks of 16 tokens.
    swap_space: fc.constantFrom(0, 0.004, 0.02, 4),
    enable_prefix_caching: fc.boolean(),
    block_size: fc.constantFrom(4, 16),
    tokens: fc.constantFrom(160, 200, 400, 4000),
  })
  .map(({ tokens, ...options }) => ({
    scheduler: "fastserve",
    options: { ...options, num_gpu_blocks_override: Math.ceil(tokens / options.block_size) + 1 },
  }));

const vllmV0 = fc
  .record({
    max_num_seqs: fc.constantFrom(1, 2, 5, 16),
    scheduler_delay_factor: fc.constantFrom(0, 0, 2),
    chunked: fc.constantFrom(
      { enable_chunked_prefill: false, max_num_batched_tokens: 300 },
      { enable_chunked_prefill: true, max_num_batched_tokens: 40 },
      { enable_chunked_prefill: true, max_num_batched_tokens: 16 },
    ),
    enable_prefix_caching: fc.boolean(),
    preemption: fc.constantFrom(
      { policy: "fcfs" },
      { policy: "priority" },
      { preemption_mode: "recompute" },
      { preemption_mode: "swap", swap_space: 0.02 },
      { preemption_mode: "swap", swap_space: 4 },
    ),
    block_size: fc.constantFrom(1, 4, 16),
    max_model_len: fc.constantFrom(100, 300),
    tokens: fc.constantFrom(160, 200, 300, 4000),
  })
  .filter(({ chunked, preemption }) => !(chunked.enable_chunked_prefill && preemption.policy === "priority"))
  .map(({ preemption, chunked, ...options }) => ({
    scheduler: "vllm-v0",
    options: blocksOf({ ...options, ...preemption, ...chunked }),
  }));

const sglang = fc
  .record({
    order: fc.constantFrom(
      { schedule_policy: "fcfs" },
      { schedule_policy: "lpm" },
      { schedule_policy: "dfs-weight" },
      { schedule_policy: "lof" },
      { schedule_policy: "random" },
      { schedule_policy: "fcfs", enable_priority_scheduling: true },
      { schedule_policy: "lof", enable_priority_scheduling: true, schedule_low_priority_values_first: true },
    ),
    priority_scheduling_preemption_threshold: fc.constantFrom(0, 1),
    schedule_conservativeness: fc.constantFrom(1, 0.1, 0.02),
    max_running_requests: fc.constantFrom(1, 2, 5, 16),
    chunked_prefill_size: fc.constantFrom(-1, 16, 32, 256),
    max_prefill_tokens: fc.constantFrom(40, 4000),
    prefill_max_requests: fc.constantFrom(1, 100),
    enable_mixed_chunk: fc.boolean(),
    disable_radix_cache: fc.boolean(),
    ignore_eos: fc.boolean(),
    radix_eviction_policy: fc.constantFrom(...evictionPolicies),
    disable_overlap_schedule: fc.boolean(),
    page_size: fc.constantFrom(1, 1, 4, 16),
    context_length: fc.constantFrom(100, 4096),
    tokens: fc.constantFrom(112, 160, 200, 400, 4000),
  })
  .map(({ tokens, order, enable_mixed_chunk, ...options }) => ({
    scheduler: "sglang",
    options: {
      ...options,
      ...order,
      enable_mixed_chunk: enable_mixed_chunk && options.chunked_prefill_size > 0,
      max_total_tokens: Math.floor(tokens / options.page_size) * options.page_size,
    },
  }));

/** A service under some scheduler, small enough that queues, blocks and budgets run out; as plain data. */
export const randomService = fc
  .tuple(
    rows,
    fc.oneof(
      { arbitrary: vllm, weight: 3 },
      { arbitrary: sglang, weight: 3 },
      { arbitrary: staticBatching, weight: 1 },
      orca,
      sarathi,
      trtllm,
      vtc,
      sjf,
      edf,
      fastserve,
      vllmV0,
    ),
    fc.record({
      time: fc.constantFrom<keyof typeof TIMES>("growing", "constant", "sliding"),
      replicas: fc.integer({ min: 1, max: 3 }),
      router: fc.constantFrom(...Object.keys(routers)),
      startup: fc.constantFrom(0, 500),
      maxTokens: fc.constantFrom(0, 70),
      slo: fc.constantFrom({}, { ttft: 200, tpot: 20 }, { tpot: 7, e2e: 2000 }),
    }),
  )
  .map(([someRows, engine, service]) => ({ ...service, ...engine, rows: someRows }));

type RandomService = typeof randomService extends fc.Arbitrary<infer T> ? T : never;

export function buildService({ time, scheduler, router, ...service }: RandomService): TestService {
  return { ...service, ...TIMES[time], scheduler: requestSchedulers[scheduler]!, router: routers[router]! };
}

/** Passes that grow, that do not, and a whole model whose passes change regime where sliding windows fill. */
const TIMES = {
  growing: {
    time: { model: timing((batch) => 3.7 + 0.31 * batch.totalTokens + 0.013 * batch.context, 0.0417) },
  },
  constant: { time: { model: timing(10) } },
  sliding: { model: { ...findModel("gpt-oss-120b"), sliding: { window: 24, layers: 18 } } },
} satisfies Record<string, TestService>;

/** Host memory for so many tokens of llama-3.1-8b (128 KiB each), and a disk for as many. */
function offloading(tokens: number) {
  const size = (tokens * 2 ** 17) / 2 ** 30;
  return { kv_offloading_size: size, kv_offloading_disk_size: size };
}
