import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildService, randomService } from "./random-service.js";
import { Recorder } from "./recorder.js";
import { rowsStream, serve, type TestRun } from "./support.js";

/** What a run leaves behind in its engines: counters, and the free blocks in the order in which they will be taken. */
function engines(run: TestRun) {
  return run.serving.replicas.map(({ engine: { kv } }) => ({
    stats: { ...kv.stats },
    free: kv.pool.freeQueue(kv.pool.size),
  }));
}

describe("leaping over equal passes", () => {
  it("gives what single steps give: every time, block, reason and counter", async () => {
    let events = 0;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(randomService, async (random) => {
        const { rows = [], ...service } = buildService(random);
        const run = async (stepping: boolean) => {
          const recorder = new Recorder();
          const done = await serve([{ ...service, requests: [rowsStream(rows, 7)] }], [recorder], {
            stepping,
          });
          return { recorder, done };
        };
        const stepped = await run(true);
        const leapt = await run(false);
        expect(leapt.recorder.requests).toEqual(stepped.recorder.requests);
        expect(leapt.recorder.passes).toEqual(stepped.recorder.passes);
        expect(leapt.recorder.states).toEqual(stepped.recorder.states);
        expect(engines(leapt.done)).toEqual(engines(stepped.done));
        expect(leapt.done.simulation.now).toBe(stepped.done.simulation.now);
        events += leapt.done.simulation.events;
        steps += stepped.done.simulation.events;
      }),
      { numRuns: 300, seed: 4 },
    );
    expect(events).toBeLessThan(steps / 2);
  });
});
