import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestOutcome } from "../../src/journal/journal.js";
import type { EngineLimits } from "../../src/serving/refusal.js";
import { maxNewTokens } from "../../src/serving/sglang/request-limits.js";
import { wrongMemory } from "./memory.js";
import { buildService, randomService } from "./random-service.js";
import { Recorder } from "./recorder.js";
import { rowsStream, serve } from "./support.js";

/** Tokens that an engine lets a request generate. */
function roomFor(scheduler: string, input: number, { maxModelLen, usableBlocks, blockSize }: EngineLimits) {
  if (scheduler !== "sglang") return maxModelLen - input;
  return maxNewTokens(input, usableBlocks * blockSize, blockSize, maxModelLen);
}

describe("conservation under every scheduler and router", () => {
  it("ends every request once with the tokens it asked for, and loses no block", async () => {
    let refused = 0;
    let shed = 0;
    let cut = 0;
    let preempted = 0;
    await fc.assert(
      fc.asyncProperty(randomService, fc.boolean(), async (random, stepping) => {
        const { rows = [], ...service } = buildService(random);
        const recorder = new Recorder();
        const wrong: string[] = [];
        let audits = 0;
        const auditor = {
          batch: (_: number, replica: number) => {
            if (audits++ % 7 === 0)
              wrong.push(...wrongMemory(recorder.run.serving.replicas[replica]!.engine));
          },
        };
        // While an engine leaps it tells of passes that are over; only single steps can be audited one by one.
        const listeners = stepping ? [recorder, auditor] : [recorder];
        const run = await serve([{ ...service, requests: [rowsStream(rows, 5)] }], listeners, { stepping });
        const { serving } = run;
        const { limits } = serving.services[0]!.plan;
        expect(recorder.requests.size).toBe(rows.length);
        for (const [row, { arrival, tokens, ended, events }] of recorder.requests) {
          const { inputTokens, outputTokens, arrival: asked } = rows[row]!;
          expect(arrival).toBe(asked);
          if (ended?.outcome === RequestOutcome.Rejected) {
            refused++;
            expect(tokens).toEqual([]);
            continue;
          }
          if (ended?.outcome === RequestOutcome.Shed) {
            shed++;
            expect(tokens).toEqual([]);
            continue;
          }
          const room = roomFor(random.scheduler, inputTokens, limits);
          expect(tokens).toHaveLength(Math.min(outputTokens, room));
          expect(ended?.outcome).toBe(
            outputTokens <= room ? RequestOutcome.Completed : RequestOutcome.Length,
          );
          if (outputTokens > room) cut++;
          expect(ended!.time).toBe(tokens.at(-1));
          expect(tokens.every((time, i) => i === 0 || time > tokens[i - 1]!)).toBe(true);
          preempted += events.filter((event) => event.endsWith("preempt")).length;
        }
        expect(serving.requests.length).toBe(0);
        expect([...serving.services[0]!.outstanding]).toEqual(serving.replicas.map(() => 0));
        for (const { engine } of serving.replicas) {
          wrong.push(...wrongMemory(engine));
          expect(engine.memory.used).toBe(0);
        }
        expect(wrong).toEqual([]);
        for (const passes of recorder.passes)
          for (let i = 1; i < (passes?.length ?? 0); i++)
            if (passes![i]!.start < passes![i - 1]!.end) throw new Error("passes of one engine overlap");
      }),
      { numRuns: 300, seed: 7 },
    );
    // The property means little unless the hard cases came up.
    expect(refused).toBeGreaterThan(10);
    expect(shed).toBeGreaterThan(5);
    expect(cut).toBeGreaterThan(10);
    expect(preempted).toBeGreaterThan(50);
  });
});
