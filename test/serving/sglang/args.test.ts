import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { findGpu } from "../../../src/fleet/catalogue.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import { memFractionStatic, resolveSglang } from "../../../src/serving/sglang/options.js";
import { maxNewTokens, maxRunningRequests } from "../../../src/serving/sglang/request-limits.js";

const parse = (args: string) => requestSchedulers.sglang!.parseArgs!(args, ["services", 0, "engine", "args"]);

function problems(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ message, hint }) => ({ message, hint }));
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("the command line of sglang.launch_server", () => {
  it("is taken as it is", () => {
    const line =
      "python3 -m sglang.launch_server --model-path meta-llama/Llama-3.1-8B --host 0.0.0.0 --port 30000 --tp 2 " +
      "--schedule-policy lpm --mem-fraction-static 0.85 --chunked-prefill-size -1 --schedule-conservativeness=0.3 " +
      "--enable-mixed-chunk --disable_radix_cache --enable-metrics --max-running-requests 64";
    expect(parse(line)).toEqual({
      options: {
        tp_size: 2,
        schedule_policy: "lpm",
        mem_fraction_static: 0.85,
        chunked_prefill_size: -1,
        schedule_conservativeness: 0.3,
        enable_mixed_chunk: true,
        disable_radix_cache: true,
        max_running_requests: 64,
      },
      notModelled: [],
    });
  });

  it("may start with the flags, and names what is not modelled once", () => {
    expect(
      parse("--tensor-parallel-size 4 --enable-hierarchical-cache --hicache-ratio 2 --hicache-ratio 3"),
    ).toEqual({
      options: { tp_size: 4 },
      notModelled: ["--enable-hierarchical-cache", "--hicache-ratio"],
    });
  });

  it("is checked flag by flag", () => {
    expect(
      problems(() =>
        parse(
          "--shedule-policy lpm --page-size 0 --schedule-policy sjf --dp 2 --enable-mixed-chunk=1 x y --no-enable-metrics",
        ),
      ),
    ).toEqual([
      {
        message: "sglang.launch_server has no flag --shedule-policy",
        hint: 'did you mean "--schedule-policy"?',
      },
      { message: "--page-size needs a whole number of at least 1", hint: undefined },
      { message: "--schedule-policy needs one of fcfs, lpm, dfs-weight, lof, random", hint: undefined },
      {
        message: "--data-parallel-size other than 1 cannot be simulated",
        hint: "each data-parallel rank is an engine of its own: use the service's replicas",
      },
      { message: "--enable-mixed-chunk takes no value", hint: "write --enable-mixed-chunk alone" },
      { message: '"x" belongs to no flag', hint: "write --flag value" },
      { message: '"y" belongs to no flag', hint: "write --flag value" },
      {
        message: "sglang.launch_server has no flag --no-enable-metrics",
        hint: 'did you mean "--enable-metrics"?',
      },
    ]);
  });
});

const defaults = {
  tp_size: 1,
  page_size: 1,
  max_prefill_tokens: 16_384,
  schedule_policy: "fcfs",
  enable_priority_scheduling: false,
};

describe("SGLang's defaults", () => {
  it.each([
    ["RTX-4090", 2048, 0.844],
    ["A100-40GB", 4096, 0.82],
    ["H100-SXM", 8192, 0.836],
    ["H200-SXM", 8192, 0.9],
    ["B200", 16_384, 0.858],
  ])("on %s: chunked_prefill_size %i, mem_fraction_static %f", (name, chunk, fraction) => {
    const gpu = findGpu(name);
    expect(resolveSglang(defaults, gpu).chunked_prefill_size).toBe(chunk);
    expect(memFractionStatic(defaults, gpu, 1)).toBe(fraction);
  });

  it("give more of the memory away when chunks are small, and less without chunks", () => {
    const gpu = findGpu("H100-SXM");
    // At least 10 GiB stay free above 60 GiB.
    expect(memFractionStatic({ ...defaults, chunked_prefill_size: 2048 }, gpu, 1)).toBe(0.875);
    expect(memFractionStatic({ ...defaults, chunked_prefill_size: -1 }, gpu, 1)).toBe(0.686);
  });

  it("limit the running requests by what the cache holds", () => {
    expect(maxRunningRequests(undefined, 400_000, 131_072)).toBe(2048);
    expect(maxRunningRequests(undefined, 400_000, 40_000)).toBe(4096);
    expect(maxRunningRequests(undefined, 400_000, 60_000)).toBe(3413);
    expect(maxRunningRequests(undefined, 1000, 131_072)).toBe(500);
    expect(maxRunningRequests(64, 400_000, 131_072)).toBe(64);
    expect(maxRunningRequests(64, 100, 131_072)).toBe(50);
  });

  it("cut answers where the context or the cache ends", () => {
    expect(maxNewTokens(100, 10_000, 1, 4096)).toBe(3994);
    expect(maxNewTokens(100, 2000, 1, 4096)).toBe(1898);
    expect(maxNewTokens(100, 2000, 64, 4096)).toBe(1807);
    expect(maxNewTokens(1990, 2000, 64, 4096)).toBe(0);
  });
});

describe("SGLang's options", () => {
  it.each([
    [
      { chunked_prefill_size: 1000, page_size: 64 },
      "chunked_prefill_size (1000) is not a multiple of page_size (64)",
      "set it to 960",
    ],
    [
      { enable_priority_scheduling: true, schedule_policy: "lpm" },
      "enable_priority_scheduling with schedule_policy lpm: SGLang knows it only with fcfs and lof",
      "leave one of them out",
    ],
    [
      { enable_mixed_chunk: true, chunked_prefill_size: -1 },
      "enable_mixed_chunk without chunked prefill: there are no chunks to mix with",
      "leave it out, or set chunked_prefill_size",
    ],
  ])("must not contradict each other: %o", (options, message, hint) => {
    const wrong = problems(() => resolveSglang({ ...defaults, ...options }, findGpu("H100-SXM")));
    expect(wrong).toEqual([{ message, hint }]);
  });
});
