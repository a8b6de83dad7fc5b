import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/serving/batch.js";
import type { Engine } from "../../src/serving/engine.js";
import type { RequestScheduler, RequestSchedulerEntry } from "../../src/serving/request-scheduler.js";
import { Recorder } from "./recorder.js";
import { rowsStream, serve, timing } from "./support.js";

/** First come, first served by whole prompts; who finds no block for its next token makes the newest one swap out. */
const swapping: RequestSchedulerEntry = {
  info: { name: "swapping", kind: "request", summary: "", follows: "", simplifies: [], options: [] },
  create: () => new Swapping(),
};

class Swapping implements RequestScheduler {
  schedule(engine: Engine, out: Batch): void {
    const { requests, running, swapped, waiting, kv } = engine;
    const before = swapped.length;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      const slots = requests.computed[r]! + 1;
      while (i < running.length && !kv.grow(r, slots, slots))
        if (!engine.swapOut(running.length - 1, out)) throw new Error("no room in host memory");
      if (i < running.length) out.add(r, 1);
    }
    if (swapped.length === before)
      while (swapped.length > 0 && engine.swapIn(swapped.peek(), out)) {
        const r = running.items[running.length - 1]!;
        const slots = requests.computed[r]! + 1;
        if (kv.grow(r, slots, slots)) out.add(r, 1);
      }
    while (swapped.length === 0 && waiting.length > 0) {
      const r = waiting.peek();
      kv.lookup(r);
      if (!kv.admit(r, requests.known(r), requests.known(r), 0)) break;
      engine.start(waiting.pop());
      out.add(r, requests.known(r));
    }
    engine.advance(out);
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }
}

const service = {
  scheduler: swapping,
  // A block of 16 tokens is 2 MiB of llama-3.1-8b, 32.768 µs over the 64 GB/s of an H100; the GPU holds 6, the host 5.
  options: { swap_space: 0.01, num_gpu_blocks_override: 7 },
  time: { model: timing(100) },
};
const BLOCK_TIME = (16 * 2 * 32 * 8 * 128 * 2 * 1e6) / 64e9;

describe("swapping requests out to host memory and in again", () => {
  it("keeps what was computed, and makes passes wait for the transfer", async () => {
    const rows = [0, 1].map((i) => ({ arrival: i, inputTokens: 40, outputTokens: 30 }));
    const recorder = new Recorder();
    const run = await serve([{ ...service, requests: [rowsStream(rows)] }], [recorder]);
    const { kv } = run.serving.replicas[0]!.engine;
    // Request 1 goes when both want their fourth block and comes back when request 0 has ended.
    expect(kv.swap).toMatchObject({ used: 0, movedOut: 3, movedIn: 3, blocks: 5 });
    expect(kv.swap!.blockTime).toBe(BLOCK_TIME);
    expect(kv.pool.free).toBe(kv.pool.usable);
    const lengths = recorder.passes[0]!.map(({ start, end }) => end - start);
    const long = lengths.filter((length) => length !== 100);
    expect(long).toEqual([100 + Math.round(3 * BLOCK_TIME), 100 + Math.round(3 * BLOCK_TIME)]);
    for (const { tokens } of recorder.requests.values()) expect(tokens).toHaveLength(30);
    const tokens = recorder.passes[0]!.reduce((sum, pass) => sum + pass.tokens, 0);
    // Nothing is computed twice: both prompts, and every answer's token but the last.
    expect(tokens).toBe(2 * (40 + 29));
  });

  it("gives host memory back when the replica goes, and computes again what was in it", async () => {
    const rows = [0, 1].map((i) => ({ arrival: i, inputTokens: 40, outputTokens: 30 }));
    const recorder = new Recorder();
    const outage: [number, number] = [1500, 1700];
    const run = await serve([{ ...service, requests: [rowsStream(rows)] }], [recorder], { outage });
    const { kv, swapped } = run.serving.replicas[0]!.engine;
    expect(swapped.length).toBe(0);
    expect(kv.swap!.used).toBe(0);
    expect(kv.swap!.movedOut).toBeGreaterThan(kv.swap!.movedIn);
    expect(kv.pool.free).toBe(kv.pool.usable);
    for (const { tokens } of recorder.requests.values()) expect(tokens).toHaveLength(30);
  });
});
