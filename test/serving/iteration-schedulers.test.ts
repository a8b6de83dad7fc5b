import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { Recorder, type RequestRecord } from "./recorder.js";
import { type Row, rowsStream, serve, timing } from "./support.js";

/** One replica whose passes take 10 µs and a tenth for each token. */
async function play(name: string, options: Record<string, unknown>, rows: readonly Row[]): Promise<Recorder> {
  const recorder = new Recorder();
  const service = {
    scheduler: requestSchedulers[name]!,
    options: { block_size: 4, num_gpu_blocks_override: 10_000, ...options },
    time: { model: timing((batch) => 10 + 0.1 * batch.totalTokens) },
    requests: [rowsStream(rows)],
  };
  await serve([service], [recorder]);
  return recorder;
}

const firstSchedule = ({ events }: RequestRecord) =>
  Number.parseFloat(events.find((event) => event.endsWith("schedule"))!);
const preemptions = ({ requests }: Recorder) =>
  [...requests.values()].flatMap(({ events }) => events.filter((event) => event.endsWith("preempt"))).length;

const workload = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: 60 }),
      inputTokens: fc.integer({ min: 1, max: 80 }),
      outputTokens: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 2, maxLength: 20 },
  )
  .map((rows) => {
    let arrival = 0;
    return rows.map(({ gap, ...row }) => {
      arrival += gap;
      return { ...row, arrival };
    });
  });

describe("orca", () => {
  it("admits at the next pass, where request-level batching waits for the whole batch", async () => {
    const rows = [
      { arrival: 0, inputTokens: 10, outputTokens: 50 },
      { arrival: 25, inputTokens: 10, outputTokens: 2 },
    ];
    const batched = await play("static", {}, rows);
    const iterating = await play("orca", {}, rows);
    expect(firstSchedule(batched.requests.get(1)!)).toBe(batched.requests.get(0)!.ended!.time);
    const { passes, requests } = iterating;
    const next = passes[0]!.find(({ start }) => start >= 25)!.start;
    expect(firstSchedule(requests.get(1)!)).toBe(next);
    expect(requests.get(1)!.ended!.time).toBeLessThan(requests.get(0)!.ended!.time);
  });

  it("with room for all lets everybody in at the first pass after the arrival", async () => {
    await fc.assert(
      fc.asyncProperty(workload, async (rows) => {
        const { requests, passes } = await play("orca", {}, rows);
        for (const record of requests.values())
          expect(
            passes[0]!.filter(({ start }) => start > record.arrival && start < firstSchedule(record)),
          ).toEqual([]);
      }),
    );
  });

  it("keeps room for the longest answers: nobody is preempted, and nobody overtakes", async () => {
    await fc.assert(
      fc.asyncProperty(workload, async (rows) => {
        const run = await play("orca", { num_gpu_blocks_override: 40 }, rows);
        expect(preemptions(run)).toBe(0);
        const starts = [...run.requests.values()].map(firstSchedule);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
      }),
    );
  });
});

/** Passes in which a request that had begun to answer got no token. */
function stalls({ requests, passes }: Recorder): number {
  let count = 0;
  for (const { tokens } of requests.values()) {
    const during = passes[0]!.filter(({ end }) => end > tokens[0]! && end <= tokens.at(-1)!);
    count += during.length - (tokens.length - 1);
  }
  return count;
}

describe("sarathi", () => {
  it("never stalls a decode, and never exceeds the chunk size but by decodes", async () => {
    await fc.assert(
      fc.asyncProperty(workload, fc.constantFrom(1, 4, 16, 64), async (rows, chunk_size) => {
        const run = await play("sarathi", { chunk_size }, rows);
        expect(stalls(run)).toBe(0);
        for (const { tokens, sequences } of run.passes[0]!)
          expect(tokens).toBeLessThanOrEqual(Math.max(chunk_size, sequences));
      }),
    );
  });

  it("bounds the time between tokens, where whole prompts in a pass do not", async () => {
    const rows = [
      { arrival: 0, inputTokens: 10, outputTokens: 40 },
      { arrival: 55, inputTokens: 2000, outputTokens: 2 },
    ];
    const longest = ({ requests }: Recorder) => {
      const { tokens } = requests.get(0)!;
      return Math.max(...tokens.slice(1).map((time, i) => time - tokens[i]!));
    };
    expect(longest(await play("sarathi", { chunk_size: 64 }, rows))).toBe(16);
    expect(longest(await play("orca", {}, rows))).toBe(210);
  });

  it("keeps the watermark free when it lets somebody in", async () => {
    // 39 blocks: the second prompt would fit, but not beside a watermark of 7.
    const rows = [
      { arrival: 0, inputTokens: 60, outputTokens: 20 },
      { arrival: 0, inputTokens: 80, outputTokens: 2 },
    ];
    const options = { num_gpu_blocks_override: 40, chunk_size: 500 };
    const tight = await play("sarathi", { ...options, watermark: 0.2 }, rows);
    const loose = await play("sarathi", { ...options, watermark: 0 }, rows);
    expect(firstSchedule(loose.requests.get(1)!)).toBe(0);
    expect(firstSchedule(tight.requests.get(1)!)).toBe(tight.requests.get(0)!.ended!.time);
  });
});

describe("trtllm", () => {
  const small = { num_gpu_blocks_override: 40, max_num_tokens: 100 };

  it("GUARANTEED_NO_EVICT and STATIC_BATCH never pause; MAX_UTILIZATION does, and lets in no later", async () => {
    let paused = 0;
    await fc.assert(
      fc.asyncProperty(workload, fc.boolean(), async (rows, enable_chunked_context) => {
        for (const capacity_scheduler_policy of ["GUARANTEED_NO_EVICT", "STATIC_BATCH"]) {
          const run = await play(
            "trtllm",
            { ...small, capacity_scheduler_policy, enable_chunked_context },
            rows,
          );
          expect(preemptions(run), capacity_scheduler_policy).toBe(0);
        }
        const run = await play(
          "trtllm",
          { ...small, capacity_scheduler_policy: "MAX_UTILIZATION", enable_chunked_context },
          rows,
        );
        paused += preemptions(run);
      }),
    );
    expect(paused).toBeGreaterThan(0);
  });

  it("pauses the last one started, which keeps its place before those that never ran", async () => {
    // 39 blocks of 4: both prompts fit, both answers do not.
    const rows = [
      { arrival: 0, inputTokens: 70, outputTokens: 30 },
      { arrival: 0, inputTokens: 70, outputTokens: 30 },
      { arrival: 5, inputTokens: 4, outputTokens: 2 },
    ];
    const options = {
      ...small,
      max_num_tokens: 200,
      max_batch_size: 2,
      capacity_scheduler_policy: "MAX_UTILIZATION",
    };
    const { requests } = await play("trtllm", options, rows);
    const events = [0, 1, 2].map((row) => requests.get(row)!.events.map((event) => event.split(" ")[1]));
    expect(events).toEqual([
      ["route", "schedule"],
      ["route", "schedule", "preempt", "schedule"],
      ["route", "schedule"],
    ]);
    expect(firstSchedule(requests.get(2)!)).toBe(requests.get(0)!.ended!.time);
  });

  it("takes generating requests before contexts, and contexts in whole blocks", async () => {
    const rows = [
      { arrival: 0, inputTokens: 4, outputTokens: 20 },
      { arrival: 15, inputTokens: 30, outputTokens: 1 },
    ];
    const { passes, requests } = await play(
      "trtllm",
      { max_num_tokens: 12, enable_chunked_context: true },
      rows,
    );
    const since = passes[0]!
      .filter(({ start }) => start >= firstSchedule(requests.get(1)!))
      .map((p) => p.tokens);
    // One token of the first, and of the budget of 11 that is left two whole blocks.
    expect(since.slice(0, 5)).toEqual([9, 9, 9, 7, 1]);
  });

  it("without chunked context refuses a prompt that no pass can hold", async () => {
    const { requests } = await play("trtllm", { max_num_tokens: 12 }, [
      { arrival: 0, inputTokens: 13, outputTokens: 1 },
    ]);
    expect(requests.get(0)!.tokens).toEqual([]);
    expect(requests.get(0)!.ended).toBeDefined();
  });
});
