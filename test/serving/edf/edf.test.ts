import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestOutcome } from "../../../src/journal/journal.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import { orders } from "../orders.js";
import { Recorder, type RequestRecord } from "../recorder.js";
import { type Row, serve, type TestService, timing } from "../support.js";

const PASS = 100;
const oneSlot: TestService = {
  scheduler: requestSchedulers.edf!,
  options: { running_max_req_size: 1, deadline: "answer" },
  time: { model: timing(PASS) },
};

async function run(service: TestService, rows: readonly Row[]): Promise<RequestRecord[]> {
  const recorder = new Recorder();
  await serve([{ ...service, rows }], [recorder]);
  return rows.map((_, row) => recorder.requests.get(row)!);
}

const isLate = ({ arrival, ended }: RequestRecord, { e2eSlo }: Row) =>
  ended!.outcome === RequestOutcome.Shed || ended!.time > arrival + e2eSlo!;

async function misses(service: TestService, rows: readonly Row[]): Promise<number> {
  const records = await run(service, rows);
  return records.filter((record, i) => isLate(record, rows[i]!)).length;
}

/** Whether requests that are all there at once can all be in time, one behind the other. */
function feasible(rows: readonly Row[]): boolean {
  for (const order of orders(rows.length)) {
    let time = 0;
    if (
      order.every((i) => {
        time += rows[i]!.outputTokens * PASS;
        return time <= rows[i]!.e2eSlo!;
      })
    )
      return true;
  }
  return false;
}

/** Up to six requests, with deadlines that are hard to meet but often can be. */
const together = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70 })), {
    minLength: 2,
    maxLength: 6,
  })
  .map((sizes) =>
    sizes.map(([outputTokens, due]) => ({ arrival: 0, inputTokens: 5, outputTokens, e2eSlo: due * PASS })),
  );

describe("earliest deadline first", () => {
  it("meets every deadline on one slot whenever some order of all of them does, shedding or not", async () => {
    let could = 0;
    let fcfs = 0;
    await fc.assert(
      fc.asyncProperty(together, fc.boolean(), async (rows, shed) => {
        const possible = feasible(rows);
        const late = await misses({ ...oneSlot, options: { ...oneSlot.options, shed } }, rows);
        expect(late === 0).toBe(possible);
        if (!possible) return;
        could++;
        const orca = { scheduler: requestSchedulers.orca!, options: { max_batch_size: 1 } };
        if ((await misses({ ...oneSlot, ...orca }, rows)) > 0) fcfs++;
      }),
      { numRuns: 150, seed: 3 },
    );
    // Both cases came up, and arrival order fails where this one does not.
    expect(could).toBeGreaterThan(30);
    expect(could).toBeLessThan(120);
    expect(fcfs).toBeGreaterThan(10);
  });

  it("gives up those who would be late, so that everybody else on one slot is in time", async () => {
    let shed = 0;
    await fc.assert(
      fc.asyncProperty(together, async (rows) => {
        const records = await run(oneSlot, rows);
        records.forEach(({ arrival, tokens, ended }, i) => {
          if (ended!.outcome !== RequestOutcome.Shed) {
            expect(ended!.time).toBeLessThanOrEqual(arrival + rows[i]!.e2eSlo!);
            return;
          }
          shed++;
          expect(tokens).toEqual([]);
          // At the first pass formed too late for it, and not before.
          const latest = arrival + rows[i]!.e2eSlo! - rows[i]!.outputTokens * PASS;
          expect(ended!.time).toBeGreaterThan(latest);
        });
      }),
      { numRuns: 150, seed: 4 },
    );
    expect(shed).toBeGreaterThan(100);
  });

  it("gives up at the first pass that is formed too late, also in the middle of a leap", async () => {
    const rows = [
      { arrival: 0, inputTokens: 5, outputTokens: 60 },
      { arrival: 20, inputTokens: 5, outputTokens: 3, e2eSlo: 2000 },
      { arrival: 50, inputTokens: 5, outputTokens: 3, e2eSlo: 2300 },
    ];
    const [, first, second] = await run(oneSlot, rows);
    // They could start until 1720 and 2050, and passes end at multiples of 100.
    expect(first!.ended).toEqual({ time: 1800, outcome: RequestOutcome.Shed });
    expect(second!.ended).toEqual({ time: 2100, outcome: RequestOutcome.Shed });
  });

  it("lets those who run go first as long as their next tokens are due before the first waiting one's", async () => {
    const service: TestService = {
      scheduler: requestSchedulers.edf!,
      time: { model: timing((batch) => (batch.isDecode ? PASS : 400)) },
    };
    const rows = [
      { arrival: 0, inputTokens: 5, outputTokens: 20, ttftSlo: 400 },
      { arrival: 410, inputTokens: 50, outputTokens: 1, ttftSlo: 1000 },
    ];
    // The k-th token after the first is due at 400 + 150 k; the newcomer, due at 1410, waits while that is earlier.
    const paced = await run({ ...service, slo: { tpot: 150 } }, rows);
    expect(paced[1]!.events).toEqual(["410 route 0", "1000 schedule"]);
    expect(paced[1]!.reasons).toEqual([
      [410, "pass in progress"],
      [500, "earlier deadlines"],
    ]);
    expect(paced[1]!.tokens).toEqual([1400]);
    const unpaced = await run(service, rows);
    expect(unpaced[1]!.events).toEqual(["410 route 0", "500 schedule"]);
  });

  it("takes the service's target where a request has none of its own, and comes first to who has one", async () => {
    const slo = { ttft: 450 };
    const order = async (options: Record<string, unknown>, rows: readonly Row[]) => {
      const records = await run({ ...oneSlot, options: { running_max_req_size: 1, ...options }, slo }, rows);
      return records.map(({ ended }) => (ended!.outcome === RequestOutcome.Shed ? "shed" : ended!.time));
    };
    const three = [
      { arrival: 0, inputTokens: 5, outputTokens: 2 },
      { arrival: 1, inputTokens: 5, outputTokens: 2, ttftSlo: 2000 },
      { arrival: 2, inputTokens: 5, outputTokens: 2 },
      { arrival: 3, inputTokens: 5, outputTokens: 2 },
    ];
    expect(await order({}, three)).toEqual([200, 600, 400, "shed"]);
    expect(await order({ shed: false }, three)).toEqual([200, 800, 400, 600]);
  });

  it("does not give up a prompt that may be found in the cache", async () => {
    const service: TestService = {
      scheduler: requestSchedulers.edf!,
      time: { model: timing((batch) => 10 * batch.totalTokens) },
    };
    const prompt = { inputTokens: 65, outputTokens: 1, content: [[0, 65]] as const };
    const rows = [
      { arrival: 0, ...prompt },
      { arrival: 1000, ...prompt, ttftSlo: 20 },
    ];
    const [, cached] = await run({ ...service, options: { enable_prefix_caching: true } }, rows);
    expect(cached!.ended).toEqual({ time: 1010, outcome: RequestOutcome.Completed });
    const [, computed] = await run(service, rows);
    expect(computed!.ended).toEqual({ time: 1000, outcome: RequestOutcome.Shed });
  });
});
