import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { findGpu } from "../../../src/fleet/catalogue.js";
import { planEngine } from "../../../src/serving/engine-plan.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import { resolveVllm } from "../../../src/serving/vllm/options.js";
import { serviceConfig } from "../support.js";

const parse = (args: string) => requestSchedulers.vllm!.parseArgs!(args, ["services", 0, "engine", "args"]);

function problems(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ message, hint }) => [message, hint]);
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("vLLM's defaults", () => {
  const budget = (gpu: string, options: Record<string, unknown> = {}, maxModelLen = 131_072) => {
    const { max_num_batched_tokens, max_num_seqs } = resolveVllm(options, findGpu(gpu), maxModelLen);
    return [max_num_batched_tokens, max_num_seqs];
  };

  it.each([
    ["H100-SXM", {}, [8192, 1024]],
    ["H100-SXM", { usage_context: "llm_class" }, [16_384, 1024]],
    ["MI300X", {}, [8192, 1024]],
    ["A100-80GB", {}, [2048, 256]],
    ["A100-80GB", { usage_context: "llm_class" }, [8192, 256]],
    ["L4", {}, [2048, 256]],
    ["H100-SXM", { performance_mode: "throughput" }, [16_384, 2048]],
    ["L4", { performance_mode: "throughput", max_num_seqs: 100 }, [4096, 100]],
    ["L4", { performance_mode: "throughput", max_num_batched_tokens: 1000 }, [1000, 512]],
    ["H100-SXM", { max_num_batched_tokens: 512 }, [512, 512]],
    ["H100-SXM", { max_num_seqs: 3 }, [8192, 3]],
    ["L4", { enable_chunked_prefill: false }, [131_072, 256]],
  ] as const)("on %s with %o are %o", (gpu, options, expected) => {
    expect(budget(gpu, options)).toEqual(expected);
  });

  it("never give a budget larger than all requests at their longest", () => {
    expect(budget("H100-SXM", { max_num_seqs: 2 }, 1000)).toEqual([2000, 2]);
    expect(budget("L4", { performance_mode: "throughput" }, 1)).toEqual([512, 512]);
  });

  it("schedule ahead, in chunks, first come, first served, whole prompts reserved", () => {
    expect(resolveVllm({}, findGpu("H100-SXM"), 131_072)).toMatchObject({
      async_scheduling: true,
      enable_chunked_prefill: true,
      policy: "fcfs",
      scheduler_reserve_full_isl: true,
      long_prefill_token_threshold: 0,
      max_num_scheduled_tokens: 8192,
    });
  });

  it("cut long prompts into 4 % of max_model_len when several may be partial", () => {
    const threshold = (options: Record<string, unknown>) =>
      resolveVllm(options, findGpu("H100-SXM"), 10_000).long_prefill_token_threshold;
    expect(threshold({ max_num_partial_prefills: 2 })).toBe(400);
    expect(threshold({ max_num_partial_prefills: 2, long_prefill_token_threshold: 77 })).toBe(77);
    expect(threshold({ max_long_partial_prefills: 1 })).toBe(0);
  });
});

describe("contradictory settings of vLLM", () => {
  it("are located", () => {
    const plan = (options: Record<string, unknown>) => () =>
      planEngine(serviceConfig({ options, path: ["services", 0] }));
    expect(problems(plan({ max_num_batched_tokens: 64, max_num_seqs: 65 }))).toEqual([
      [
        "max_num_batched_tokens (64) is smaller than max_num_seqs (65)",
        "a pass must have room for one token of every running request",
      ],
    ]);
    expect(
      problems(plan({ enable_chunked_prefill: false, max_num_batched_tokens: 2048, max_model_len: 4096 })),
    ).toEqual([
      [
        "max_num_batched_tokens (2048) is smaller than max_model_len (4096) without chunked prefill",
        "raise it, lower max_model_len, or set enable_chunked_prefill: true",
      ],
    ]);
    expect(problems(plan({ long_prefill_token_threshold: 5000, max_model_len: 4096 }))).toEqual([
      [
        "long_prefill_token_threshold (5000) is larger than max_model_len (4096)",
        "a threshold that no prompt reaches has no effect",
      ],
    ]);
    expect(
      problems(
        plan({ max_num_partial_prefills: 2, max_long_partial_prefills: 3, enable_chunked_prefill: true }),
      ),
    ).toEqual([
      [
        "max_long_partial_prefills (3) is larger than max_num_partial_prefills (2)",
        "of so many partial prompts no more can be long",
      ],
    ]);
    expect(
      problems(plan({ max_num_partial_prefills: 2, enable_chunked_prefill: false, max_model_len: 2048 })),
    ).toEqual([
      [
        "max_num_partial_prefills (2) needs chunked prefill",
        "set enable_chunked_prefill: true, or leave it out",
      ],
    ]);
  });
});

describe("the command line of vllm serve", () => {
  it("is taken as it is", () => {
    const line =
      "vllm serve meta-llama/Llama-3.1-8B-Instruct --host 0.0.0.0 --port 8000 -tp 2 --max-num-seqs 256 " +
      "--max_num_batched_tokens=8k --max-model-len auto --no-enable-prefix-caching --enable-chunked-prefill " +
      "--scheduling-policy priority --no-async-scheduling --gpu-memory-utilization 0.95 --kv-cache-dtype fp8 " +
      "--long-prefill-token-threshold 1K --performance-mode throughput --trust-remote-code --uvicorn-log-level info";
    expect(parse(line)).toEqual({
      options: {
        tensor_parallel_size: 2,
        max_num_seqs: 256,
        max_num_batched_tokens: 8000,
        max_model_len: -1,
        enable_prefix_caching: false,
        enable_chunked_prefill: true,
        policy: "priority",
        async_scheduling: false,
        gpu_memory_utilization: 0.95,
        kv_cache_dtype: "fp8",
        long_prefill_token_threshold: 1024,
        performance_mode: "throughput",
      },
      notModelled: [],
    });
  });

  it("names each flag that is not modelled once", () => {
    const line =
      '--enforce-eager --speculative-config \'{"method": "ngram", "num_speculative_tokens": 3}\' -cc 3 --enforce-eager ' +
      "--enable-lora --max-loras 4 --cudagraph-capture-sizes 1 2 4 8 --max-num-seqs 9 -ep";
    expect(parse(line)).toEqual({
      options: { max_num_seqs: 9 },
      notModelled: [
        "--enforce-eager",
        "--speculative-config",
        "--compilation-config",
        "--enable-lora",
        "--max-loras",
        "--cudagraph-capture-sizes",
        "--enable-expert-parallel",
      ],
    });
  });

  it("is checked flag by flag", () => {
    expect(
      problems(() =>
        parse(
          "--max-num-seq 256 --max-num-batched-tokens -5 --max-num-seqs 1.5 --scheduling-policy lifo -pp 2 " +
            "--enable-prefix-caching=yes stray --usage-context llm_class --block-size",
        ),
      ),
    ).toEqual([
      ["vllm serve has no flag --max-num-seq", 'did you mean "--max-num-seqs"?'],
      ["--max-num-batched-tokens needs a whole number of at least 1", undefined],
      ["--max-num-seqs needs a whole number of at least 1", undefined],
      ["--scheduling-policy needs one of fcfs, priority", undefined],
      [
        "--pipeline-parallel-size other than 1 cannot be simulated",
        "pipeline parallelism is not modelled: use --tensor-parallel-size",
      ],
      [
        "--enable-prefix-caching takes no value",
        "write --enable-prefix-caching or --no-enable-prefix-caching",
      ],
      ['"stray" belongs to no flag', "write --flag value"],
      ["vllm serve has no flag --usage-context", undefined],
      ["--block-size needs a whole number of at least 1", undefined],
    ]);
  });
});
