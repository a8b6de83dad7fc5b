import { describe, expect, it } from "vitest";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { Recorder } from "./recorder.js";
import { type Row, rowsStream, serve, timing } from "./support.js";

/** One request at a time; a pass takes 6 µs for a token and 6 more for each ten of a prompt. */
async function play(rows: readonly Row[], options: Record<string, unknown> = {}, name = "fastserve") {
  const recorder = new Recorder();
  const service = {
    scheduler: requestSchedulers[name]!,
    options: { max_batch_size: 1, num_gpu_blocks_override: 1000, ...options },
    time: { model: timing((batch) => 6 + 0.6 * (batch.totalTokens - batch.count)) },
    requests: [rowsStream(rows)],
  };
  const run = await serve([service], [recorder]);
  const ends = rows.map((_, row) => recorder.requests.get(row)!.ended!.time);
  const firsts = rows.map((_, row) => recorder.requests.get(row)!.tokens[0]!);
  return { ends, firsts, recorder, engine: run.serving.replicas[0]!.engine };
}

/** µs; written as options hold it. */
const levels = { quantum: 10, skip_join: true };

describe("fastserve", () => {
  it("demotes by quantum: a long answer sinks, and a short one that comes later overtakes it", async () => {
    const rows = [
      { arrival: 0, inputTokens: 1, outputTokens: 30 },
      { arrival: 15, inputTokens: 1, outputTokens: 1 },
    ];
    // Passes end at 6, 12, 18: by 12 the first has used up its 10 µs and is on the second level.
    const { ends } = await play(rows, levels);
    expect(ends).toEqual([31 * 6, 24]);
    const inOrder = await play(rows, {}, "orca");
    expect(inOrder.ends).toEqual([30 * 6, 31 * 6]);
  });

  it("lets nobody overtake within the quantum", async () => {
    const rows = [
      { arrival: 0, inputTokens: 1, outputTokens: 4 },
      { arrival: 1, inputTokens: 1, outputTokens: 1 },
    ];
    expect((await play(rows, { ...levels, quantum: 1000 })).ends).toEqual([24, 30]);
  });

  it("skip-join: a long prompt joins the level whose quantum covers its prefill", async () => {
    const rows = [
      { arrival: 0, inputTokens: 1, outputTokens: 2 },
      { arrival: 1, inputTokens: 101, outputTokens: 1 },
      { arrival: 2, inputTokens: 1, outputTokens: 1 },
    ];
    // 66 µs of prefill belong to level 3, of 80 µs.
    const skipping = await play(rows, levels);
    expect(skipping.ends).toEqual([12, 84, 18]);
    const joining = await play(rows, { ...levels, skip_join: false });
    expect(joining.ends).toEqual([12, 78, 84]);
  });

  it("brings who starves to the front of the first level", async () => {
    const long = { arrival: 0, inputTokens: 1, outputTokens: 10 };
    const shorts = Array.from({ length: 100 }, (_, i) => ({
      arrival: 7 + 6 * i,
      inputTokens: 1,
      outputTokens: 1,
    }));
    const rows = [long, ...shorts];
    const patient = await play(rows, { ...levels, starvation_threshold: 1e9, starvation_period: 1 });
    const helped = await play(rows, { ...levels, starvation_threshold: 60, starvation_period: 1 });
    expect(patient.ends[0]).toBeGreaterThan(600);
    expect(helped.ends[0]).toBeLessThan(600);
  });

  it("swaps the lowest out to the host, keeps what it has computed, and brings it back", async () => {
    // Six blocks of 16: the first holds five when the second, on a higher level, wants two.
    const rows = [
      { arrival: 0, inputTokens: 70, outputTokens: 20 },
      { arrival: 100, inputTokens: 20, outputTokens: 2 },
    ];
    const { ends, recorder, engine } = await play(rows, {
      ...levels,
      num_gpu_blocks_override: 7,
      swap_space: 1,
    });
    expect(recorder.requests.get(0)!.events.map((event) => event.split(" ")[1])).toEqual([
      "route",
      "schedule",
      "preempt",
      "schedule",
    ]);
    expect(ends[1]!).toBeLessThan(ends[0]!);
    const { swap } = engine.kv;
    expect([swap!.movedOut, swap!.movedIn, swap!.used]).toEqual([5, 5, 0]);
    // Nothing was computed twice: the prompts and 19 and 1 further tokens.
    const tokens = recorder.passes[0]!.reduce((sum, pass) => sum + pass.tokens, 0);
    expect(tokens).toBe(70 + 19 + 20 + 1);
  });

  it("refuses a prompt that no pass may hold", async () => {
    const rows = [{ arrival: 0, inputTokens: 50, outputTokens: 1 }];
    const recorder = new Recorder();
    const service = {
      scheduler: requestSchedulers.fastserve!,
      options: { max_tokens_per_batch: 49, num_gpu_blocks_override: 100 },
      requests: [rowsStream(rows)],
    };
    await serve([service], [recorder]);
    expect(recorder.requests.get(0)!.tokens).toEqual([]);
  });
});
