import { describe, expect, it } from "vitest";
import { SECOND } from "../../src/core/units.js";
import { inspectJobs, inspectRequests } from "../../src/workload/inspect.js";
import { readJobs, readRequests } from "../../src/workload/read.js";
import { inMemory, jobContext, requestNames } from "./support.js";

describe("inspectJobs", () => {
  const text = `id,submit,run,estimate,cancel,gpus,user,account,queue
1,0,10,20,,4,ann,x,
2,10,30,20,,8,bob,x,
3,40,5,5,60,2,ann,,
bad
`;

  it("measures a trace worked out by hand", async () => {
    const context = jobContext();
    const facts = await inspectJobs(await readJobs(inMemory(text, 64, "a.csv"), context), context.shapes);
    expect(facts.counts).toMatchObject({ rows: 4, emitted: 3 });
    expect(facts.arrivals.span).toBe(40 * SECOND);
    expect(facts.arrivals.rate).toBeCloseTo(3 / 40, 12);
    expect(facts.arrivals.gapCv).toBeCloseTo(0.5, 12);
    expect(facts.run).toMatchObject({ n: 3, mean: 15 * SECOND, p50: 10 * SECOND, max: 30 * SECOND });
    expect(facts.width).toMatchObject({ p50: 4, max: 8 });
    expect(facts).toMatchObject({
      users: 2,
      accounts: 1,
      queues: 0,
      overruns: 1,
      cancelled: 1,
      machine: 8,
      wait: undefined,
    });
    // Jobs 1 and 2: (4 x 10 + 8 x 30) GPU-seconds of 8 x 40. Job 3 may never run.
    expect(facts.offeredLoad).toBeCloseTo(280 / 320, 12);
  });

  it("measures the load against the machine asked for", async () => {
    const context = jobContext();
    const rows = await readJobs(inMemory(text, 64, "a.csv"), context);
    expect((await inspectJobs(rows, context.shapes, 16)).offeredLoad).toBeCloseTo(280 / 640, 12);
  });
});

describe("inspectRequests", () => {
  it("measures a trace worked out by hand", async () => {
    const text = "arrival,input_tokens,output_tokens,tenant\n0,100,10,a\n2,300,30,\n4,200,20,b\n";
    const facts = await inspectRequests(await readRequests(inMemory(text, 64, "a.csv"), requestNames()));
    expect(facts).toMatchObject({ tenants: 2, inputTokenRate: 150, outputTokenRate: 15 });
    expect(facts.arrivals).toEqual({ span: 4 * SECOND, rate: 0.75, gapCv: 0 });
    expect(facts.inputTokens).toMatchObject({ n: 3, mean: 200, p50: 200, p90: 280, max: 300 });
  });
});
