import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findModel } from "../../src/serving/model/catalogue.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { readRequests } from "../../src/workload/read.js";
import type { RequestStream } from "../../src/workload/stream.js";
import { sharedPath } from "../support/shared.js";
import { requestNames } from "../workload/support.js";
import { Recorder } from "./recorder.js";
import { type Row, rowsStream, serve, timing } from "./support.js";

const BLOCK = 512;
/** One request after the other, each in one pass, so that what is found depends on nothing but the cache's size. */
const APART = 1000;
const engine = {
  model: { ...findModel("llama-3.1-8b"), maxModelLen: 262_144 },
  time: { model: timing(10) },
};
const options = { block_size: BLOCK, max_num_batched_tokens: 262_144, max_num_seqs: 256 };
const sglang = {
  ...engine,
  scheduler: requestSchedulers.sglang!,
  options: { page_size: BLOCK, chunked_prefill_size: -1 },
};

/** The trace's prompts in its order, far apart, with answers of one token. */
async function prompts(path: string, limit: number): Promise<RequestStream> {
  const rows = await readRequests({ path, name: path }, requestNames(), { limit });
  const stream = rows.open();
  let sent = 0;
  return {
    ...stream,
    async next() {
      const batch = await stream.next();
      if (batch === null) return null;
      for (let i = 0; i < batch.length; i++) {
        batch.arrival[i] = APART * sent++;
        batch.outputTokens[i] = 1;
      }
      return batch;
    },
    async close() {},
  };
}

async function statsOf(requests: RequestStream, blocks: number) {
  const service = {
    ...engine,
    options: { ...options, num_gpu_blocks_override: blocks },
    requests: [requests],
  };
  const run = await serve([service], [], { events: 1e6 });
  return run.serving.replicas[0]!.engine.kv.stats;
}

/** Tokens that SGLang's radix tree finds, in pages of a block. */
async function foundBySglang(requests: RequestStream, pages: number): Promise<number> {
  let found = 0;
  const listener = {
    prefixHit(_time: number, _request: number, gpu: number) {
      found += gpu;
    },
  };
  const service = { ...sglang, numGpuBlocks: pages + 1, requests: [requests] };
  await serve([service], [listener], { events: 1e6 });
  return found;
}

/** Tokens that a cache of full blocks without bound finds, from the ids alone; the block of the last token never counts. */
function countHits(path: string): { hits: number; tokens: number } {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const seen = new Set<number>();
  let hits = 0;
  let tokens = 0;
  for (const line of text.trim().split("\n")) {
    const { input_length, hash_ids } = JSON.parse(line) as { input_length: number; hash_ids: number[] };
    const full = hash_ids.slice(0, Math.floor(input_length / BLOCK));
    const reusable = full.slice(0, Math.floor((input_length - 1) / BLOCK));
    const miss = reusable.findIndex((id) => !seen.has(id));
    hits += BLOCK * (miss < 0 ? reusable.length : miss);
    tokens += input_length;
    for (const id of full) seen.add(id);
  }
  return { hits, tokens };
}

describe.each([
  ["conversation", "traces/mooncake/conversation_trace.jsonl.gz", 12_031],
  ["synthetic", "traces/mooncake/synthetic_trace.jsonl", 3993],
])("prefix caching on Mooncake's %s trace (needs the shared traces)", (_name, file, rows) => {
  const path = sharedPath(file);

  it.skipIf(path === undefined)("finds with an unbounded cache what the ids say", async () => {
    const { hits, tokens } = countHits(path!);
    const stats = await statsOf(await prompts(path!, rows), 300_000);
    expect(stats).toMatchObject({ requests: rows, queries: tokens, hits });
  });

  it.skipIf(path === undefined)(
    "finds the same in SGLang's radix tree, and less when it is small",
    async () => {
      const found: number[] = [];
      for (const pages of [800, 6400, 300_000])
        found.push(await foundBySglang(await prompts(path!, rows), pages));
      expect(found).toEqual(found.toSorted((a, b) => a - b));
      expect(found[0]).toBeLessThan(0.7 * found[2]!);
      expect(found[2]).toBe(countHits(path!).hits);
    },
  );

  it.skipIf(path === undefined)("finds less the smaller the cache is", async () => {
    const found: number[] = [];
    for (const blocks of [400, 800, 1600, 3200, 6400, 12_800, 25_600])
      found.push((await statsOf(await prompts(path!, 2000), blocks)).hits);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(found[0]).toBeLessThan(0.7 * found.at(-1)!);
  });
});

describe("conversations", () => {
  const tokens = (rows: Row[], size: number) =>
    statsOf(rowsStream(rows), size).then(({ hits, queries }) => ({ hits, queries }));

  it("a turn finds the prompt and the answer of the one before", async () => {
    const rows = [
      { arrival: 0, inputTokens: 1024, outputTokens: 513, content: [[0, 1537]] as const },
      { arrival: 90_000, inputTokens: 1600, outputTokens: 1, content: [[0, 1601]] as const },
    ];
    // The answer's last token is never computed, yet the block before it is full.
    expect(await tokens(rows, 100)).toEqual({ hits: 1536, queries: 2624 });
  });

  it("nobody else does", async () => {
    const rows = [
      { arrival: 0, inputTokens: 1024, outputTokens: 513, content: [[0, 1024]] as const },
      { arrival: 90_000, inputTokens: 1600, outputTokens: 1, content: [[0, 1024]] as const },
      { arrival: 180_000, inputTokens: 1600, outputTokens: 1 },
      { arrival: 270_000, inputTokens: 1600, outputTokens: 1, content: [[5000, 1600]] as const },
    ];
    expect((await tokens(rows, 100)).hits).toBe(1024);
  });

  it("a turn that waits for blocks is let in when the answer it goes on from fills one, leaping or not", async () => {
    // 10 blocks of 16 tokens. The second turn wants 10, shared ones included: it fits only at the moment at which the first
    // turn's last block is full and its next one not yet taken.
    const rows = [
      { arrival: 0, inputTokens: 40, outputTokens: 100, content: [[0, 140]] as const },
      { arrival: 50, inputTokens: 160, outputTokens: 1, content: [[0, 160]] as const },
    ];
    const options = { block_size: 16, num_gpu_blocks_override: 11, async_scheduling: false };
    const run = async (stepping: boolean) => {
      const recorder = new Recorder();
      await serve([{ ...engine, options, requests: [rowsStream(rows)] }], [recorder], { stepping });
      return [...recorder.requests.values()].map(({ events, ended }) => ({ events, ended }));
    };
    const leapt = await run(false);
    expect(leapt).toEqual(await run(true));
    // The prompt and 9 tokens: computed 48.
    expect(leapt[1]!.events.at(1)).toBe("80 schedule");
  });

  it("nothing is found any more when the GPUs were lost meanwhile", async () => {
    const turn = { inputTokens: 1024, outputTokens: 1, content: [[0, 1024]] as const };
    const rows = [turn, turn].map((row, i) => ({ ...row, arrival: 10_000 * i }));
    const service = { ...engine, options: { block_size: BLOCK }, requests: [rowsStream(rows)] };
    const run = await serve([service], [], { outage: [5000, 6000] });
    expect(run.serving.replicas[0]!.engine.kv.stats).toMatchObject({ requests: 2, hits: 0 });
  });
});
