import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { loadScenario } from "../../src/scenario/load.js";
import { simulate } from "../../src/scenario/simulate.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { onDisk } from "../workload/support.js";

const HEADER = "arrival,input_tokens,output_tokens";

/** A scenario with one service, as its file would be. */
function text(trace: string, engine: string): string {
  return `fleet: { pools: [ { name: h100, nodes: 1, gpu: H100-SXM, gpusPerNode: 1 } ] }
services:
  - name: chat
    model: llama-3.1-8b
    engine:
      ${engine}
    requests: { trace: ${trace} }
`;
}

async function run(lines: string[], engine: string, name = "requests.csv") {
  const { path } = onDisk(`${lines.join("\n")}\n`, name);
  const loaded = await loadScenario({ text: text(path, engine), name: "test.yaml", folder: "." });
  const { result } = await simulate(loaded, { checkInvariants: true });
  const count = (state: string) =>
    result.metrics.find((m) => m.name === "requests.count" && m.labels.state === state)!.value;
  const warnings = result.warnings.map(({ message }) => message);
  return { ended: count("ended"), rejected: count("rejected"), unfinished: count("censored"), warnings };
}

/** What the command line would say: code, place and message of each problem. */
async function complaints(lines: string[], engine: string, name?: string): Promise<string[]> {
  try {
    await run(lines, engine, name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ code, at, message }) => `${at?.line}:${at?.column} ${code}: ${message}`);
  }
  throw new Error("nothing was wrong");
}

describe("requests that no engine can serve are refused by name, and nobody waits for them", () => {
  /** Whatever this engine calls its memory, 2,000 tokens of it, and prompt and answer up to 4,000. */
  const small: Record<string, string> = {
    sglang: "{ max_total_tokens: 2000, context_length: 4000 }",
    "vllm-v0": "{ max_model_len: 4000, num_gpu_blocks_override: 126, enable_chunked_prefill: false }",
  };
  const usual = "{ max_model_len: 4000, num_gpu_blocks_override: 126 }";

  it.each(Object.keys(requestSchedulers))("%s", async (scheduler) => {
    const lines = [HEADER, "0,100,10", "0,5000,10", "0,3000,10", "0.1,100,10"];
    const { ended, rejected, unfinished, warnings } = await run(
      lines,
      `{ scheduler: ${scheduler}, options: ${small[scheduler] ?? usual} }`,
    );
    expect({ ended, rejected, unfinished }).toEqual({ ended: 2, rejected: 2, unfinished: 0 });
    expect(warnings.join()).toMatch(/chat refused (1 request|2 requests): /);
  });

  it("vllm, with its words", async () => {
    const lines = [HEADER, "0,100,10", "0,4000,10", "0,3000,10"];
    const { warnings } = await run(lines, `{ scheduler: vllm, options: ${usual} }`);
    expect(warnings).toContain("chat refused 1 request: prompt as long as max_model_len or longer");
    expect(warnings).toContain("chat refused 1 request: longer than the whole KV cache");
  });

  it("an answer longer than max_model_len is cut there", async () => {
    const { ended, rejected } = await run(
      [HEADER, "0,100,10000"],
      "{ scheduler: vllm, options: { max_model_len: 500 } }",
    );
    expect([ended, rejected]).toEqual([1, 0]);
  });
});

describe("rows that are no requests", () => {
  it("of no output tokens are dropped under their reason, and an error with strict", async () => {
    const rows = [HEADER, ...Array.from({ length: 6 }, (_, i) => `${i},100,10`), "7,100,0"];
    const { ended, warnings } = await run(rows, "{ scheduler: vllm }");
    expect(ended).toBe(6);
    expect(warnings.join()).toContain("no output tokens");
    expect(await complaints([HEADER, "0,100,0"], "{ scheduler: vllm }")).toEqual([
      "2:7 trace/bad-row: this row cannot be used: no output tokens",
    ]);
  });

  it("whose hash ids do not match their prompt are, too", async () => {
    const row = (ids: number[]) =>
      JSON.stringify({ timestamp: 0, input_length: 1000, output_length: 5, hash_ids: ids });
    const { ended, warnings } = await run(
      [row([1, 2]), row([1]), row([1, 2, 3])],
      "{ scheduler: vllm }",
      "a.jsonl",
    );
    expect(ended).toBe(1);
    expect(warnings.join()).toContain("hash_ids do not match the prompt length");
  });
});

describe("settings that cannot be", () => {
  const one = [HEADER, "0,100,10"];

  it.each([
    [
      "a negative budget",
      "{ scheduler: vllm, options: { max_num_batched_tokens: -5 } }",
      '6:61 scenario/wrong-option: "max_num_batched_tokens" must be at least 1, not -5',
    ],
    [
      "a negative budget on the command line",
      '{ scheduler: vllm, args: "--max-num-batched-tokens -5" }',
      "6:32 serving/wrong-flag: --max-num-batched-tokens needs a whole number of at least 1",
    ],
    [
      "contradictory flags",
      '{ scheduler: vllm, args: "--max-num-batched-tokens 64 --max-num-seqs 128" }',
      "6:26 serving/contradictory-options: max_num_batched_tokens (64) is smaller than max_num_seqs (128)",
    ],
    [
      "an unknown option",
      "{ scheduler: vllm, options: { max_num_seq: 5 } }",
      '6:37 scenario/unknown-option: the policy vllm has no option "max_num_seq"',
    ],
    [
      "a length beyond the model's",
      "{ scheduler: vllm, options: { max_model_len: 200000 } }",
      "6:35 serving/contradictory-options: max_model_len (200000) is larger than what llama-3.1-8b is made for (131072)",
    ],
  ])("%s: an error where it stands", async (_, engine, expected) => {
    expect(await complaints(one, engine)).toEqual([expected]);
  });
});
