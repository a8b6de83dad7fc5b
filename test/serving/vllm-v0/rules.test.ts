import { describe, expect, it } from "vitest";
import type { InputError } from "../../../src/core/errors.js";
import { planEngine } from "../../../src/serving/engine-plan.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import { Recorder } from "../recorder.js";
import { type Row, serve, serviceConfig, timing } from "../support.js";

const PASS = 100;

/** Blocks of 4 tokens; passes of 100 µs besides transfers. */
async function run(rows: readonly Row[], blocks: number, options: Record<string, unknown> = {}) {
  const recorder = new Recorder();
  const done = await serve(
    [
      {
        scheduler: requestSchedulers["vllm-v0"]!,
        options: { block_size: 4, max_model_len: 1000, num_gpu_blocks_override: blocks + 1, ...options },
        time: { model: timing(PASS) },
        rows,
      },
    ],
    [recorder],
  );
  const passes = recorder.passes[0]!.map(({ sequences, tokens }) => `${sequences}/${tokens}`);
  const { kv } = done.serving.replicas[0]!.engine;
  return { passes, requests: recorder.requests, swap: kv.swap!, service: done.serving.services[0]! };
}

const row = (arrival: number, inputTokens: number, outputTokens: number): Row => ({
  arrival,
  inputTokens,
  outputTokens,
});

describe("vLLM V0", () => {
  it("computes new prompts in a pass of their own, before anybody decodes", async () => {
    const { passes } = await run([row(0, 10, 4), row(0, 7, 2), row(150, 20, 2)], 100);
    // Both prompts; a decode, after which the second request is done; the newcomer alone; then decodes.
    expect(passes).toEqual(["2/17", "2/2", "1/20", "2/2", "1/1"]);
  });

  it("makes the last one start over when a token finds no free block", async () => {
    const { passes, requests, swap } = await run([row(0, 8, 8), row(0, 8, 8)], 6);
    // Both hold three blocks from the first decode on. V0 wants a free block for every token, so the second request gives way,
    // and comes back as soon as its prompt and answer fit again: each time it gets one token, until the first one's fourth
    // block keeps it out.
    expect(passes.slice(0, 3)).toEqual(["2/16", "2/2", "1/1"]);
    expect(passes.slice(3, 9)).toEqual(["1/10", "1/1", "1/11", "1/1", "1/12", "1/1"]);
    expect(passes.slice(9)).toEqual(["1/1", "1/1", "1/13", "1/1", "1/1"]);
    const preempted = requests.get(1)!.events.filter((event) => event.endsWith("preempt"));
    expect(preempted).toEqual(["200 preempt", "400 preempt", "600 preempt", "800 preempt"]);
    expect(requests.get(1)!.tokens).toHaveLength(8);
    expect(swap.movedOut).toBe(0);
  });

  it("puts several who give way in one pass back in the order in which they came", async () => {
    // Five blocks: the first request takes the third one's, and the second finds none. Alone the third would fit again at once.
    const { requests } = await run([row(0, 8, 4), row(0, 8, 4), row(0, 4, 4)], 5);
    const again = [1, 2].map((r) => requests.get(r)!.events.slice(2));
    expect(again[0]!.slice(0, 2)).toEqual(["100 preempt", "400 schedule"]);
    expect(again[1]!.slice(0, 2)).toEqual(["100 preempt", "400 schedule"]);
  });

  it("moves it to host memory with preemption_mode swap, so that nothing is computed twice", async () => {
    const rows = [row(0, 8, 8), row(0, 8, 8)];
    const { passes, requests, swap } = await run(rows, 6, { preemption_mode: "swap" });
    expect(passes.slice(0, 3)).toEqual(["2/16", "2/2", "1/1"]);
    expect(passes.map((pass) => Number(pass.split("/")[1])).reduce((a, b) => a + b)).toBe(2 * (8 + 7));
    // Out, in again when nobody had to go in that pass, and out for as long as the first one needs its fourth block.
    expect(requests.get(1)!.events.filter((event) => event.endsWith("preempt"))).toHaveLength(2);
    expect(swap).toMatchObject({ movedOut: 6, movedIn: 6, used: 0 });
  });

  it("lets no newcomer in while somebody is swapped out", async () => {
    const rows = [row(0, 8, 8), row(0, 8, 8), row(250, 1, 1)];
    const { requests } = await run(rows, 6, { preemption_mode: "swap" });
    expect(requests.get(2)!.reasons.map(([, reason]) => reason)).toContain("swapped requests first");
    const scheduled = (i: number) => Number(requests.get(i)!.events.at(-1)!.split(" ")[0]);
    expect(scheduled(2)).toBeGreaterThan(scheduled(1));
  });

  it("starts over all the same where host memory has no room", async () => {
    const options = { preemption_mode: "swap", swap_space: 1e-6 };
    const { requests, swap } = await run([row(0, 8, 8), row(0, 8, 8)], 6, options);
    expect(swap.movedOut).toBe(0);
    expect(requests.get(1)!.tokens).toHaveLength(8);
  });

  it("keeps a hundredth of the blocks free when it lets somebody in", async () => {
    // 200 blocks, 2 of them the watermark: the second fits only if it leaves two.
    const starts = async (inputTokens: number) =>
      (await run([row(0, 400, 3), row(0, inputTokens, 1)], 200)).requests.get(1)!.events[1];
    expect(await starts(98 * 4)).toBe("0 schedule");
    expect(await starts(98 * 4 + 1)).toBe("300 schedule");
  });

  it("holds prompts back by scheduler_delay_factor while others decode", async () => {
    const starts = async (scheduler_delay_factor: number) =>
      (await run([row(0, 8, 20), row(110, 8, 1)], 100, { scheduler_delay_factor })).requests.get(1)!
        .events[1];
    expect(await starts(0)).toBe("200 schedule");
    // More than three times the 100 µs of the last prompt pass after 110.
    expect(await starts(3)).toBe("500 schedule");
  });

  it("refuses by name what it could never let in again", async () => {
    const { service, requests } = await run([row(0, 700, 93), row(0, 700, 94), row(0, 1000, 1)], 200);
    expect([...service.refused]).toEqual([
      ["longer than the KV cache below its watermark", 1],
      ["prompt as long as max_model_len or longer", 1],
    ]);
    expect(requests.get(0)!.tokens).toHaveLength(93);
  });
});

describe("vLLM V0 with chunked prefill", () => {
  const chunked = { enable_chunked_prefill: true, max_num_batched_tokens: 8, max_num_seqs: 4 };

  it("computes prompts in what those who decode leave of the budget", async () => {
    const { passes, requests } = await run([row(0, 6, 6), row(0, 20, 2)], 100, chunked);
    // The first prompt and two tokens of the second; then one decode and seven tokens at a time.
    expect(passes).toEqual(["2/8", "2/8", "2/8", "2/5", "2/2", "1/1"]);
    expect(requests.get(0)!.tokens).toEqual([100, 200, 300, 400, 500, 600]);
    expect(requests.get(1)!.tokens).toEqual([400, 500]);
  });

  it("ends pieces at blocks when prefixes are cached", async () => {
    const { passes } = await run([row(0, 6, 6), row(0, 20, 2)], 100, {
      ...chunked,
      max_num_batched_tokens: 9,
      enable_prefix_caching: true,
    });
    // Of three tokens that are left no block can be made; of eight beside a decode, two.
    expect(passes).toEqual(["1/6", "2/9", "2/9", "2/5", "2/2", "1/1"]);
  });

  it("lets who gave way wait again from the next pass on only", async () => {
    const { requests } = await run([row(0, 8, 8), row(0, 8, 8)], 6, {
      ...chunked,
      max_num_batched_tokens: 20,
    });
    const events = requests.get(1)!.events;
    const preempted = events.findIndex((event) => event.endsWith("preempt"));
    expect(events[preempted]).toBe("200 preempt");
    expect(events[preempted + 1]).toBe("300 schedule");
    for (const { tokens } of requests.values()) expect(tokens).toHaveLength(8);
  });
});

describe("the command line of vLLM V0", () => {
  it("is taken as it is", () => {
    const line =
      "vllm serve m --max-num-seqs 64 --swap-space 8 --preemption-mode swap --scheduler-delay-factor=0.5 " +
      "--enable-chunked-prefill --scheduling-policy fcfs --num-lookahead-slots 0 --use-v2-block-manager";
    expect(requestSchedulers["vllm-v0"]!.parseArgs!(line, [])).toEqual({
      options: {
        max_num_seqs: 64,
        swap_space: 8,
        preemption_mode: "swap",
        scheduler_delay_factor: 0.5,
        enable_chunked_prefill: true,
        policy: "fcfs",
      },
      notModelled: ["--num-lookahead-slots", "--use-v2-block-manager"],
    });
  });
});

describe("contradictory settings of vLLM V0", () => {
  const problems = (options: Record<string, unknown>) => {
    try {
      planEngine(serviceConfig({ scheduler: requestSchedulers["vllm-v0"]!, options, path: ["services", 0] }));
    } catch (error) {
      return (error as InputError).problems.map(({ message, path }) => `${path?.join(".")}: ${message}`);
    }
    return [];
  };

  it("are located", () => {
    expect(problems({ max_num_batched_tokens: 128, max_model_len: 4096 })).toEqual([
      "services.0.engine.options.max_num_batched_tokens: max_num_batched_tokens (128) is smaller than max_model_len (4096)",
      "services.0.engine.options.max_num_batched_tokens: max_num_batched_tokens (128) is smaller than max_num_seqs (256)",
    ]);
    expect(problems({ preemption_mode: "swap", swap_space: 0 })).toEqual([
      "services.0.engine.options.swap_space: preemption_mode is swap, but swap_space is 0",
    ]);
    expect(problems({ preemption_mode: "swap", policy: "priority", max_model_len: 4096 })).toEqual([
      "services.0.engine.options.preemption_mode: preemption_mode swap loses the requests that policy priority drives out",
    ]);
    expect(problems({ preemption_mode: "swap" })).toEqual([]);
    // Chunked prefill is the default of long contexts.
    expect(problems({ policy: "priority" })).toEqual([
      "services.0.engine.options.policy: policy priority has no effect with chunked prefill in V0",
    ]);
    expect(problems({ max_num_batched_tokens: 1024 })).toEqual([]);
  });
});
