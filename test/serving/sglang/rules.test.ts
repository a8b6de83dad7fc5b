import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { RequestOutcome } from "../../../src/journal/journal.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import { Recorder } from "../recorder.js";
import { type Row, rowsStream, serve, setUp, type TestOptions, timing } from "../support.js";

const PASS = 10;

/** Every pass takes 10 µs; a cache of so many tokens. */
async function run(rows: Row[], options: Record<string, unknown> = {}, more: TestOptions = {}) {
  const recorder = new Recorder();
  await serve(
    [
      {
        scheduler: requestSchedulers.sglang!,
        time: { model: timing(PASS) },
        options: { disable_overlap_schedule: true, ...options },
        requests: [rowsStream(rows)],
      },
    ],
    [recorder],
    { events: 10_000, ...more },
  );
  return recorder;
}

const row = (arrival: number, inputTokens: number, outputTokens: number, more: Partial<Row> = {}): Row => ({
  arrival,
  inputTokens,
  outputTokens,
  ...more,
});

/** When the requests got their tokens, in passes. */
const passesOf = (recorder: Recorder, id: number) => recorder.requests.get(id)!.tokens.map((t) => t / PASS);
const preemptions = (recorder: Recorder) =>
  [...recorder.requests.values()].flatMap(({ events }) => events).filter((e) => e.endsWith("preempt")).length;
const reasonsOf = (recorder: Recorder, id: number) =>
  recorder.requests.get(id)!.reasons.map(([, reason]) => reason);

describe("sglang", () => {
  it("pauses those who decode while it computes prompts", async () => {
    const recorder = await run([row(0, 4, 6), row(15, 4, 2), row(25, 4, 2)]);
    expect(passesOf(recorder, 0)).toEqual([1, 2, 5, 6, 7, 8]);
    expect(passesOf(recorder, 1)).toEqual([3, 5]);
    expect(passesOf(recorder, 2)).toEqual([4, 5]);
  });

  it("lets them decode along with chunks when enable_mixed_chunk says so", async () => {
    const options = { chunked_prefill_size: 8, enable_mixed_chunk: true };
    const recorder = await run([row(0, 4, 6), row(15, 20, 2)], options);
    expect(passesOf(recorder, 0)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(passesOf(recorder, 1)).toEqual([5, 6]);
  });

  it("counts nobody as running who left before it was idle", async () => {
    const options = { chunked_prefill_size: 8, enable_mixed_chunk: true };
    const recorder = await run([row(0, 4, 2), row(1000, 20, 1)], options);
    expect(recorder.passes[0]!.map(({ tokens }) => tokens)).toEqual([4, 1, 8, 8, 4]);
  });

  it("starts anew when its GPUs come back", async () => {
    const rows = [row(0, 4, 6), row(0, 20, 6)];
    const recorder = await run(rows, { chunked_prefill_size: 8 }, { outage: [35, 100] });
    // The third pass is lost; what was generated is computed again, and nothing is cached any more.
    const tokens = recorder.passes[0]!.map(({ start, tokens }) => [start, tokens]);
    expect(tokens.slice(0, 4)).toEqual([
      [0, 8],
      [10, 8],
      [20, 8],
      [30, 2],
    ]);
    expect(tokens.slice(4).map(([, count]) => count)).toEqual([8, 8, 8, 2, 2, 2, 2, 2]);
    expect(passesOf(recorder, 0)).toHaveLength(6);
    expect(passesOf(recorder, 1)).toHaveLength(6);
  });

  it("computes a long prompt in chunks, before others", async () => {
    const recorder = await run([row(0, 20, 2), row(0, 3, 2)], { chunked_prefill_size: 8 });
    expect(recorder.passes[0]!.slice(0, 3).map(({ tokens }) => tokens)).toEqual([8, 8, 7]);
    expect(reasonsOf(recorder, 1)).toEqual(["no ready replica", "chunked_prefill_size"]);
  });

  it("names what holds a request back", async () => {
    const running = await run([row(0, 4, 6), row(0, 4, 6)], { max_running_requests: 1 });
    expect(reasonsOf(running, 1)).toEqual(["no ready replica", "max_running_requests"]);
    const memory = await run([row(0, 40, 20), row(0, 40, 20), row(12, 1, 1)], { max_total_tokens: 100 });
    expect(reasonsOf(memory, 1)).toEqual(["no ready replica", "no free KV tokens"]);
    expect(reasonsOf(memory, 2)).toEqual(["pass in progress", "no free KV tokens"]);
    const prompts = await run([row(0, 40, 2), row(0, 40, 2)], {
      max_prefill_tokens: 30,
      chunked_prefill_size: -1,
    });
    expect(reasonsOf(prompts, 1)).toEqual(["no ready replica", "max_prefill_tokens"]);
    const one = await run([row(0, 4, 2), row(0, 4, 2)], { prefill_max_requests: 1 });
    expect(reasonsOf(one, 1)).toEqual(["no ready replica", "prefill_max_requests"]);
  });

  it("sends who was let in on a wrong guess to the end of the queue, and those with the least output first", async () => {
    const options = { max_total_tokens: 100, schedule_conservativeness: 0.02 };
    const rows = [row(0, 30, 30), row(12, 30, 25), row(24, 30, 5)];
    const recorder = await run(rows, options);
    // The third asks while the first two still promise to fit; the second has less output than the first.
    expect(recorder.requests.get(0)!.events).not.toContainEqual(expect.stringContaining("preempt"));
    expect(recorder.requests.get(1)!.events.map((event) => event.split(" ")[1])).toEqual([
      "route",
      "schedule",
      "preempt",
      "schedule",
    ]);
    expect(reasonsOf(recorder, 1)).toContain("retracted");
    const first = recorder.requests.get(2)!.events.at(-1)!;
    expect(Number.parseInt(first, 10)).toBeLessThan(
      Number.parseInt(recorder.requests.get(1)!.events.at(-1)!, 10),
    );
  });

  it("retracts nobody when all are known to ignore_eos, whose memory it plans to the last token", async () => {
    const rows = fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 60 }),
        input: fc.integer({ min: 1, max: 60 }),
        output: fc.integer({ min: 1, max: 60 }),
      }),
      { minLength: 5, maxLength: 25 },
    );
    let guessing = 0;
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), fc.constantFrom(-1, 16), async (gaps, overlap, chunk) => {
        let arrival = 0;
        const asked = gaps.map(({ gap, input, output }) => {
          arrival += gap;
          return row(arrival, input, output);
        });
        const options = {
          max_total_tokens: 160,
          schedule_conservativeness: 0.02,
          disable_radix_cache: true,
          disable_overlap_schedule: !overlap,
          chunked_prefill_size: chunk,
        };
        expect(preemptions(await run(asked, { ...options, ignore_eos: true }))).toBe(0);
        guessing += preemptions(await run(asked, options));
      }),
      { numRuns: 60, seed: 8 },
    );
    expect(guessing).toBeGreaterThan(20);
  });

  it("lets in who fits by that plan, and not who does not by one token", async () => {
    const options = { disable_radix_cache: true, ignore_eos: true };
    const first = async (rows: Row[], max_total_tokens: number) =>
      (await run(rows, { ...options, max_total_tokens })).passes[0]![0]!.sequences;
    // 40 of the prompts, a slot for the first of them, twice 10 until the shorter ends, and one kept for each: fewer than 64.
    const rows = [row(0, 30, 20), row(0, 10, 10)];
    expect([await first(rows, 64), await first(rows, 63)]).toEqual([2, 1]);
    // The engine ranks a newcomer that has more left than all before the last of them: twice 20.
    rows.reverse();
    expect([await first(rows, 84), await first(rows, 83)]).toEqual([2, 1]);
    // The 50 tokens of the short one are free again when the long one needs them.
    const long = [row(0, 1, 40), row(0, 50, 2)];
    expect([await first(long, 92), await first(long, 91)]).toEqual([2, 1]);
  });

  it("finds a prompt that somebody has computed, but not within one pass", async () => {
    const content = [[0, 40]] as const;
    const rows = [row(0, 50, 1, { content }), row(0, 50, 1, { content }), row(15, 50, 1, { content })];
    const recorder = await run(rows);
    expect(recorder.passes[0]!.map(({ tokens }) => tokens)).toEqual([100, 10]);
    const without = await run(rows, { disable_radix_cache: true });
    expect(without.passes[0]!.map(({ tokens }) => tokens)).toEqual([100, 50]);
  });

  it("under lpm lets one of several compute a prefix that all of them can use", async () => {
    const content = [[0, 40]] as const;
    const rows = [0, 0, 0].map((arrival) => row(arrival, 50, 2, { content }));
    const lpm = await run(rows, { schedule_policy: "lpm", prefill_max_requests: 2 });
    expect(lpm.passes[0]![0]!.tokens).toBe(100);
    expect(lpm.passes[0]![1]!.tokens).toBe(10);
    const waiting = await run([row(0, 1, 1), ...rows.map((r) => ({ ...r, arrival: 5 })), row(5, 30, 2)], {
      schedule_policy: "lpm",
      prefill_max_requests: 2,
    });
    // One with the common prefix and the one without; then the two that find it.
    expect(waiting.passes[0]!.slice(1, 3).map(({ tokens }) => tokens)).toEqual([80, 20]);
  });

  it("shares whole pages only", async () => {
    const content = [[0, 40]] as const;
    const rows = [row(0, 50, 1, { content }), row(15, 50, 1, { content })];
    const recorder = await run(rows, { page_size: 16 });
    expect(recorder.passes[0]!.map(({ tokens }) => tokens)).toEqual([50, 18]);
  });

  it("makes room for a page more than each prompt of a pass needs", async () => {
    const content = [[0, 20]] as const;
    const again = (other: number) => [
      row(0, 20, 1, { content }),
      row(15, other, 1),
      row(25, 20, 1, { content }),
    ];
    const options = { page_size: 4, max_total_tokens: 44 };
    const tokens = async (other: number) => (await run(again(other), options)).passes[0]![2]!.tokens;
    expect([await tokens(20), await tokens(21)]).toEqual([4, 20]);
  });

  it("says how much of a prompt it found", async () => {
    const content = [[0, 40]] as const;
    const found: number[] = [];
    const listener = { prefixHit: (_time: number, _request: number, gpu: number) => found.push(gpu) };
    const rows = [row(0, 50, 1, { content }), row(15, 50, 1, { content }), row(25, 30, 1)];
    await serve([{ scheduler: requestSchedulers.sglang!, requests: [rowsStream(rows)] }], [listener]);
    expect(found).toEqual([40]);
  });

  it("makes less urgent requests give way where there is no place", async () => {
    const rows = [row(0, 10, 30, { priority: 1 }), row(15, 10, 3, { priority: 12 })];
    const options = { enable_priority_scheduling: true, max_running_requests: 1 };
    const recorder = await run(rows, options);
    expect(passesOf(recorder, 1)).toEqual([3, 4, 5]);
    expect(reasonsOf(recorder, 0)).toContain("preempted");
    // Of the twelve tokens that the first had when it gave way, its prompt is still there.
    expect(recorder.passes[0]!.slice(0, 6).map(({ tokens }) => tokens)).toEqual([10, 1, 10, 1, 1, 2]);
    const near = await run(
      rows.map((r) => ({ ...r, priority: r.priority! > 1 ? 11 : 1 })),
      options,
    );
    expect(reasonsOf(near, 0)).not.toContain("preempted");
    const low = await run(
      rows.map((r) => ({ ...r, priority: -r.priority! })),
      { ...options, schedule_low_priority_values_first: true },
    );
    expect(passesOf(low, 1)).toEqual([3, 4, 5]);
  });

  it("reckons with what those who give way would have generated", async () => {
    const rows = [
      row(0, 10, 5, { priority: 15 }),
      row(0, 10, 60, { priority: 1 }),
      row(15, 10, 55, { priority: 20 }),
    ];
    const options = { enable_priority_scheduling: true, max_running_requests: 2, max_total_tokens: 100 };
    expect(passesOf(await run(rows, options), 2)[0]).toBe(3);
  });

  it("tries again in every pass whether somebody should give way", async () => {
    // The expectation of what the first will generate sinks until there is room for the third in place of the second.
    const rows = [
      row(0, 10, 2000, { priority: 15 }),
      row(0, 10, 60, { priority: 1 }),
      row(15, 5, 1600, { priority: 20 }),
    ];
    const options = { enable_priority_scheduling: true, max_running_requests: 2, max_total_tokens: 3000 };
    const recorder = await run(rows, options, { events: 100_000 });
    const given = recorder.requests.get(1)!.reasons.find(([, reason]) => reason === "preempted")!;
    expect(given[0] / PASS).toBeGreaterThan(10);
    expect(given[0] / PASS).toBeLessThan(55);
  });

  it("of equally urgent requests makes the one give way that came last", async () => {
    const rows = [
      row(0, 10, 30, { priority: 1 }),
      row(0, 10, 30, { priority: 1 }),
      row(15, 10, 3, { priority: 12 }),
    ];
    const recorder = await run(rows, { enable_priority_scheduling: true, max_running_requests: 2 });
    expect(reasonsOf(recorder, 0)).not.toContain("preempted");
    expect(reasonsOf(recorder, 1)).toContain("preempted");
  });

  it("refuses what can never run, and cuts what would not end", async () => {
    const options = { context_length: 64, max_total_tokens: 200 };
    const recorder = await run([row(0, 57, 10), row(0, 58, 1), row(0, 64, 1), row(0, 3, 0)], options);
    const outcomes = [...recorder.requests.values()].map(({ ended }) => ended!.outcome);
    const { Length, Rejected } = RequestOutcome;
    expect(outcomes).toEqual([Length, Rejected, Rejected, Rejected]);
    expect(recorder.requests.get(0)!.tokens).toHaveLength(5);
    const small = await run([row(0, 95, 1), row(0, 93, 50)], { max_total_tokens: 100 });
    expect([...small.requests.values()].map(({ ended }) => ended!.outcome)).toEqual([Rejected, Length]);
    expect(small.requests.get(1)!.tokens).toHaveLength(5);
  });

  it("notices an end one pass later when it overlaps", async () => {
    const overlap = await run([row(0, 4, 3)], { disable_overlap_schedule: false });
    expect(passesOf(overlap, 0)).toEqual([1, 2, 3]);
    expect(overlap.passes[0]).toHaveLength(4);
    expect((await run([row(0, 4, 3)])).passes[0]).toHaveLength(3);
  });

  it("does not start on a cache in which no prompt has room", () => {
    const service = { scheduler: requestSchedulers.sglang!, options: { max_total_tokens: 6 } };
    expect(() => setUp([service])).toThrow(InputError);
    expect(() => setUp([service])).toThrow(/no prompt could be served/);
  });
});
