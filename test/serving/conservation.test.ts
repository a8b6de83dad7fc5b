import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestOutcome } from "../../src/journal/journal.js";
import type { Engine } from "../../src/serving/engine.js";
import { buildService, randomService } from "./random-service.js";
import { Recorder } from "./recorder.js";
import { rowsStream, serve } from "./support.js";

/** Every block has as many owners as references, and is in the free queue exactly when it has none; what is wrong. */
function wrongBlocks({ kv, running, waiting, requests }: Engine): string[] {
  const wrong: string[] = [];
  const owners = new Int32Array(kv.pool.size);
  for (const request of running.list()) {
    const blocks = kv.blockIds(request);
    if (new Set(blocks).size !== blocks.length) wrong.push(`request ${request} holds a block twice`);
    for (const block of blocks) owners[block]!++;
    if (blocks.length * kv.blockSize < requests.computed[request]!)
      wrong.push(`request ${request} lacks blocks`);
  }
  for (const request of waiting.list())
    if (kv.blockIds(request).length > 0) wrong.push(`request ${request} waits and holds blocks`);
  const free = new Set(kv.pool.freeQueue(kv.pool.size));
  if (free.size !== kv.pool.free)
    wrong.push(`${free.size} blocks in the free queue, ${kv.pool.free} counted`);
  for (let block = 0; block < kv.pool.size; block++) {
    if (kv.pool.references(block) !== owners[block])
      wrong.push(`block ${block} has other references than owners`);
    if (free.has(block) !== (owners[block] === 0 && block > 0))
      wrong.push(`block ${block} is in the wrong place`);
  }
  return wrong;
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
              wrong.push(...wrongBlocks(recorder.run.serving.replicas[replica]!.engine));
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
          const room = limits.maxModelLen - inputTokens;
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
          wrong.push(...wrongBlocks(engine));
          expect(engine.kv.pool.free).toBe(engine.kv.pool.usable);
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
