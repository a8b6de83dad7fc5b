import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SglangScheduler } from "../../src/serving/sglang/scheduler.js";
import { memoryState } from "./memory.js";
import { buildService, randomService } from "./random-service.js";
import { Recorder } from "./recorder.js";
import { rowsStream, serve, type TestOptions, type TestRun } from "./support.js";

function engines(run: TestRun) {
  return run.serving.replicas.map(({ engine, scheduler }) => ({
    memory: memoryState(engine),
    ...(scheduler instanceof SglangScheduler
      ? { ratio: scheduler.state.ratio.value, full: scheduler.state.full, chunked: scheduler.state.chunked }
      : {}),
  }));
}

/** Runs the same service with single steps and with leaps, compares all that can be seen, and returns both runs. */
async function compare(random: Parameters<typeof buildService>[0], options: TestOptions = {}) {
  const { rows = [], ...service } = buildService(random);
  const run = async (stepping: boolean) => {
    const recorder = new Recorder();
    const done = await serve([{ ...service, requests: [rowsStream(rows, 7)] }], [recorder], {
      ...options,
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
  return { stepped: stepped.done, leapt: leapt.done };
}

describe("leaping over equal passes gives what single steps give: every time, block, reason and counter", () => {
  it("in whole runs, with far fewer events", async () => {
    let events = 0;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(randomService, async (random) => {
        const { stepped, leapt } = await compare(random);
        events += leapt.simulation.events;
        steps += stepped.simulation.events;
      }),
      { numRuns: 300, seed: 4 },
    );
    expect(events).toBeLessThan(steps / 2);
  });

  it("in runs that stop in the middle", async () => {
    await fc.assert(
      fc.asyncProperty(randomService, fc.integer({ min: 0, max: 3000 }), async (random, until) => {
        await compare(random, { until });
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it("when a replica loses its GPUs for a while", async () => {
    await fc.assert(
      fc.asyncProperty(
        randomService,
        fc.integer({ min: 501, max: 3000 }),
        fc.integer({ min: 1, max: 1000 }),
        async (random, from, length) => {
          await compare(random, { outage: [from, from + length] });
        },
      ),
      { numRuns: 200, seed: 6 },
    );
  });
});
