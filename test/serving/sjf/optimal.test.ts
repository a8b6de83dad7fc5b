import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/core/random.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import { orders } from "../orders.js";
import { type Row, serve, timing } from "../support.js";

const PASS = 100;

/** Mean time to completion on an engine that serves one request at a time. */
async function meanCompletion(rows: readonly Row[], options: Record<string, unknown> = {}): Promise<number> {
  let sum = 0;
  await serve(
    [
      {
        scheduler: requestSchedulers.sjf!,
        options: { running_max_req_size: 1, ...options },
        time: { model: timing(PASS) },
        rows,
      },
    ],
    [
      {
        requestEnd: (time) => {
          sum += time;
        },
      },
    ],
  );
  return sum / rows.length;
}

const together = (lengths: readonly number[]): Row[] =>
  lengths.map((outputTokens) => ({ arrival: 0, inputTokens: 5, outputTokens }));

/** The least mean over all orders. */
function least(lengths: readonly number[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (const order of orders(lengths.length)) {
    let time = 0;
    let sum = 0;
    for (const i of order) {
      time += lengths[i]! * PASS;
      sum += time;
    }
    best = Math.min(best, sum / lengths.length);
  }
  return best;
}

describe("shortest job first", () => {
  it("has the least mean completion of all orders when it predicts perfectly", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
        async (lengths) => {
          expect(await meanCompletion(together(lengths))).toBeCloseTo(least(lengths), 6);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it("does worse the more its predictor errs", async () => {
    const draw = createRandom(5)("lengths");
    const rows = together(Array.from({ length: 300 }, () => 1 + Math.floor(-100 * Math.log(1 - draw()))));
    const means: number[] = [];
    for (const predictor_error of [0, 0.5, 1, 2, 8])
      means.push(await meanCompletion(rows, { predictor_error }));
    expect([...means].sort((a, b) => a - b)).toEqual(means);
    // Exponential lengths: perfect order halves the mean of a random one, which a useless predictor comes close to.
    expect(means[4]! / means[0]!).toBeGreaterThan(1.7);
    expect(means[4]! / means[0]!).toBeLessThan(2.2);
  });

  it("counts prompt tokens as it is told", async () => {
    const rows = [
      { arrival: 0, inputTokens: 100, outputTokens: 5 },
      { arrival: 0, inputTokens: 10, outputTokens: 6 },
    ];
    expect(await meanCompletion(rows)).toBe((5 * PASS + 11 * PASS) / 2);
    expect(await meanCompletion(rows, { input_cost: 0.1 })).toBe((6 * PASS + 11 * PASS) / 2);
  });

  it("refuses by name what can never be served", async () => {
    const run = await serve([
      {
        scheduler: requestSchedulers.sjf!,
        options: { batch_max_tokens: 50, num_gpu_blocks_override: 11, max_model_len: 150 },
        time: { model: timing(PASS) },
        rows: [
          { arrival: 0, inputTokens: 51, outputTokens: 1 },
          { arrival: 0, inputTokens: 50, outputTokens: 95 },
          { arrival: 0, inputTokens: 50, outputTokens: 94 },
        ],
      },
    ]);
    const refused = [...run.serving.services[0]!.refused].map(([why, count]) => `${count} ${why}`);
    expect(refused).toEqual(["1 prompt longer than batch_max_tokens", "1 longer than the whole KV cache"]);
  });
});
