import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InputError } from "../../../src/core/errors.js";
import type { JournalListener } from "../../../src/journal/journal.js";
import { planEngine } from "../../../src/serving/engine-plan.js";
import { requestSchedulers } from "../../../src/serving/schedulers.js";
import {
  type Row,
  rowsStream,
  serve,
  serviceConfig,
  setUp,
  type TestRun,
  type TestService,
  timing,
} from "../support.js";

const INPUT_PRICE = 1;
const OUTPUT_PRICE = 2;

/** How far the weighted services of two tenants drift apart while requests of both wait. */
async function drift(rows: readonly Row[], service: TestService, weights = [1, 1]): Promise<number> {
  const served = [0, 0];
  const waiting = [0, 0];
  let low = 0;
  let high = 0;
  let run!: TestRun;
  const charge = (request: number, cost: number) => {
    if (waiting[0] === 0 || waiting[1] === 0) return;
    const tenant = run.serving.requests.tenantId(request);
    served[tenant]! += cost / weights[tenant]!;
    low = Math.min(low, served[0]! - served[1]!);
    high = Math.max(high, served[0]! - served[1]!);
  };
  const meter: JournalListener = {
    requestSchedule(_, request) {
      charge(request, run.serving.requests.inputTokens(request) * INPUT_PRICE);
      waiting[run.serving.requests.tenantId(request)]!--;
    },
    requestArrive: (_, request) => {
      waiting[run.serving.requests.tenantId(request)]!++;
    },
    tokens: (_, request, count) => charge(request, count * OUTPUT_PRICE),
  };
  run = setUp([{ ...service, requests: [rowsStream(rows)] }], [meter]);
  run.serving.start();
  await run.simulation.run();
  return high - low;
}

const TOKENS = 400;
const engine: TestService = {
  options: { num_gpu_blocks_override: TOKENS + 1, block_size: 1, max_model_len: 300 },
  time: { model: timing((batch) => 100 + batch.totalTokens) },
};

/** Requests of two tenants, all there from the start; the first tenant's before the second's. */
function backlog(count: number, [a, b]: readonly (readonly [input: number, output: number])[]): Row[] {
  return [a!, b!].flatMap(([inputTokens, outputTokens], tenant) =>
    Array.from({ length: count }, () => ({ arrival: 0, inputTokens, outputTokens, tenant })),
  );
}

const size = fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 120 }));
/** 2 max(w_p L_input, w_q M), as the paper proves. */
const bound = (sizes: readonly (readonly [number, number])[]) =>
  2 * Math.max(INPUT_PRICE * Math.max(...sizes.map(([input]) => input)), OUTPUT_PRICE * TOKENS);

describe("the virtual token counter", () => {
  const vtc = { ...engine, scheduler: requestSchedulers.vtc! };

  it("keeps two backlogged tenants' services within 2 max(w_p L_input, w_q M)", async () => {
    await fc.assert(
      fc.asyncProperty(size, size, async (a, b) => {
        expect(await drift(backlog(40, [a, b]), vtc)).toBeLessThanOrEqual(bound([a, b]));
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it("does so where first come, first served lets them drift without end", async () => {
    const sizes = [
      [50, 60],
      [50, 60],
    ] as const;
    const fcfs = { ...engine, scheduler: requestSchedulers.static! };
    expect(await drift(backlog(40, sizes), vtc)).toBeLessThan(bound(sizes) / 2);
    expect(await drift(backlog(40, sizes), fcfs)).toBeGreaterThan(3 * bound(sizes));
  });

  it("shares by weight", async () => {
    const sizes = [
      [20, 30],
      [20, 30],
    ] as const;
    const weighted = { ...vtc, options: { ...vtc.options, fair_weights: { a: 3 } } };
    expect(await drift(backlog(100, sizes), weighted, [3, 1])).toBeLessThanOrEqual(bound(sizes));
    expect(await drift(backlog(100, sizes), vtc, [3, 1])).toBeGreaterThan(bound(sizes));
  });

  it("gives no credit for idleness", async () => {
    const order: number[] = [];
    const one = (tenant: number, arrival: number) => ({ arrival, inputTokens: 10, outputTokens: 10, tenant });
    const rows = [
      ...Array.from({ length: 12 }, () => one(0, 0)),
      ...Array.from({ length: 6 }, () => one(1, 6500)),
    ];
    const options = { ...vtc.options, running_max_req_size: 1 };
    let run!: TestRun;
    const listener = {
      requestSchedule: (_: number, request: number) => order.push(run.serving.requests.tenantId(request)),
    };
    run = setUp([{ ...vtc, options, rows }], [listener]);
    run.serving.start();
    await run.simulation.run();
    // Six of tenant 0 ran alone; from then on the two take turns, with no six in a row for the newcomer.
    expect(order.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(order.slice(6, 14).filter((tenant) => tenant === 0)).toHaveLength(4);
  });

  it("looks at the queue again only after max_wait_tokens decode passes", async () => {
    const rows = [
      { arrival: 0, inputTokens: 10, outputTokens: 40 },
      { arrival: 150, inputTokens: 10, outputTokens: 2 },
    ];
    const starts: number[] = [];
    const listener = { requestSchedule: (time: number) => starts.push(time) };
    await serve([{ ...vtc, time: { model: timing(100) }, rows }], [listener]);
    // Its prefill, ten decodes, then the newcomer's turn.
    expect(starts).toEqual([0, 1100]);
  });
});

describe("contradictory settings", () => {
  const problems = (options: Record<string, unknown>) => {
    try {
      planEngine(serviceConfig({ scheduler: requestSchedulers.vtc!, options, path: ["services", 0] }));
    } catch (error) {
      return (error as InputError).problems.map(({ message, path }) => `${path?.join(".")}: ${message}`);
    }
    return [];
  };

  it("are located", () => {
    expect(problems({ fair_weights: { gold: 0, free: 1 } })).toEqual([
      "services.0.engine.options.fair_weights.gold: the weight of gold is not a number above 0",
    ]);
    expect(problems({ fair_weights: [1, 2] })).toEqual([
      "services.0.engine.options.fair_weights: fair_weights must give a number for each tenant",
    ]);
    expect(problems({ input_price: 0, output_price: 0 })).toEqual([
      "services.0.engine.options.output_price: input_price and output_price are both 0: nothing would count as service",
    ]);
    expect(problems({ fair_weights: { gold: 2 } })).toEqual([]);
  });
});

describe("leaping while the head waits for memory", () => {
  it("stops where another tenant's request comes to the head and fits", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ tenant: fc.integer({ min: 0, max: 2 }), size }), {
          minLength: 6,
          maxLength: 20,
        }),
        fc.constantFrom(0, 10),
        fc.constantFrom({}, { a: 3, b: 0.7 }),
        async (requests, max_wait_tokens, fair_weights) => {
          const rows = requests.map(({ tenant, size: [inputTokens, outputTokens] }) => ({
            arrival: 0,
            inputTokens,
            outputTokens,
            tenant,
          }));
          const starts = async (stepping: boolean) => {
            const times: [number, number][] = [];
            const options = { ...engine.options, max_wait_tokens, fair_weights };
            const run = setUp(
              [{ ...engine, scheduler: requestSchedulers.vtc!, options, rows }],
              [{ requestSchedule: (time, request) => times.push([time, request]) }],
              { stepping },
            );
            run.serving.start();
            await run.simulation.run();
            if (stepping) taken += run.simulation.events;
            else taken -= run.simulation.events;
            return times;
          };
          expect(await starts(false)).toEqual(await starts(true));
        },
      ),
      { numRuns: 200, seed: 8 },
    );
    expect(taken).toBeGreaterThan(0);
  });
});
