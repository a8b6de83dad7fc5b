import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { routers } from "../../src/serving/router.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { erlangWait, meanWait } from "./slotted-queue.js";
import type { Row } from "./support.js";
import { serve, type TestService, timing } from "./support.js";

const N = 40_000;
const BATCHES = 20;
/** Student's t for 19 degrees of freedom at 99.9 %. */
const T = 3.883;

/** Mean time from arrival to the first pass, with the half width of its confidence interval by batch means; µs. */
async function waiting(rows: readonly Row[], service: TestService): Promise<{ mean: number; half: number }> {
  const arrived = new Map<number, number>();
  const waits: number[] = [];
  await serve(
    [{ ...service, rows }],
    [
      {
        requestArrive: (time, request) => void arrived.set(request, time),
        requestSchedule: (time, request) => void waits.push(time - arrived.get(request)!),
      },
    ],
    { events: Number.POSITIVE_INFINITY },
  );
  expect(waits).toHaveLength(rows.length);
  const warm = waits.slice(rows.length / 10);
  const size = Math.floor(warm.length / BATCHES);
  const means = Array.from({ length: BATCHES }, (_, b) => average(warm.slice(b * size, (b + 1) * size)));
  const mean = average(means);
  const variance = means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (BATCHES - 1);
  return { mean, half: T * Math.sqrt(variance / BATCHES) };
}

const average = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Poisson arrivals with the given mean gap (µs); output lengths by `tokens`. */
function poisson(gap: number, tokens: (u: number) => number): Row[] {
  const random = createRandom(11);
  const gaps = random("gaps");
  const sizes = random("sizes");
  let arrival = 0;
  return Array.from({ length: N }, () => {
    arrival += -Math.log(1 - gaps()) * gap;
    return { arrival: Math.round(arrival), inputTokens: 1, outputTokens: tokens(sizes()) };
  });
}

/** One request at a time, its tokens one by one: a server of constant speed. */
const oneAtATime: TestService = {
  scheduler: requestSchedulers.vllm!,
  options: { max_num_seqs: 1, async_scheduling: false },
};

describe("an engine with c places, whose passes all take the same", () => {
  const pass = 100;
  const mean = 10_000;
  const queue = (places: number, utilisation: number, length = pass) => ({
    rate: (utilisation * places) / mean,
    places,
    pass: length,
    ends: length / mean,
  });

  it.each([
    ["vllm", 1, 0.6],
    ["vllm", 4, 0.8],
    ["orca", 4, 0.8],
    ["sarathi", 8, 0.85],
  ] as const)(
    "waits under %s as M/M/%d at %d does, when lengths are geometric and passes short",
    async (name, places, load) => {
      const setting = queue(places, load);
      const { ends, rate } = setting;
      const rows = poisson(1 / rate, (u) => 1 + Math.floor(Math.log(1 - u) / Math.log(1 - ends)));
      const options = {
        vllm: { max_num_seqs: places, async_scheduling: false },
        orca: { max_batch_size: places },
        sarathi: { max_num_seqs: places },
      }[name];
      const service = { scheduler: requestSchedulers[name]!, options, time: { model: timing(pass) } };
      const measured = await waiting(rows, service);
      const exact = meanWait(setting);
      expect(Math.abs(measured.mean - exact)).toBeLessThan(measured.half);
      expect(measured.half).toBeLessThan(exact / 3);
      // The passes' part in it, and that of rounding lengths up to passes, is small.
      const erlang = erlangWait(rate, places, -pass / Math.log(1 - ends));
      expect(exact).toBeGreaterThan(erlang);
      expect(exact).toBeLessThan(1.05 * erlangWait(rate, places, mean) + pass);
    },
  );

  it("comes as close to Erlang's formula as its passes are short", () => {
    const erlang = erlangWait(queue(4, 0.8).rate, 4, mean);
    const off = [1000, 100, 10].map((length) => meanWait(queue(4, 0.8, length)) / erlang - 1);
    expect(off.map((share) => share.toFixed(3))).toEqual(["0.015", "0.001", "0.000"]);
    // M/M/1 at 0.5 waits as long as it serves, M/M/2 at 0.5 a third of that.
    expect(erlangWait(0.5, 1, 1)).toBeCloseTo(1, 12);
    expect(erlangWait(1, 2, 1)).toBeCloseTo(1 / 3, 12);
  });
});

describe("an engine that serves one request at a time", () => {
  it("waits as M/D/1 says: rho/(2 mu (1 - rho))", async () => {
    const service = 10_000;
    const rho = 0.7;
    const rows = poisson(service / rho, () => 1);
    const { mean, half } = await waiting(rows, { ...oneAtATime, time: { model: timing(service) } });
    const expected = (rho * service) / (2 * (1 - rho));
    expect(Math.abs(mean - expected)).toBeLessThan(half);
    expect(half).toBeLessThan(expected / 5);
  });

  it("waits as M/M/1 says with geometric lengths of many short passes: rho/(mu - lambda)", async () => {
    // A geometric number of passes of 100 µs, 100 on average, is an exponential time of 10 ms within 0.5 %.
    const mean = 10_000;
    const pass = 100;
    const rho = 0.6;
    const p = pass / mean;
    const rows = poisson(mean / rho, (u) => 1 + Math.floor(Math.log(1 - u) / Math.log(1 - p)));
    const measured = await waiting(rows, { ...oneAtATime, time: { model: timing(pass) } });
    // Pollaczek-Khinchine with the second moment of the geometric time.
    const secondMoment = mean ** 2 * (2 - p);
    const expected = ((rho / mean) * secondMoment) / (2 * (1 - rho));
    expect(Math.abs(measured.mean - expected)).toBeLessThan(measured.half);
    expect(Math.abs(expected / ((rho * mean) / (1 - rho)) - 1)).toBeLessThan(0.01);
    expect(measured.half).toBeLessThan(expected / 4);
  });

  it("waits as D/D/c says behind a round robin of c replicas: not at all up to full load, linearly past it", async () => {
    const service = 9_000;
    const gaps = (gap: number) =>
      Array.from({ length: 300 }, (_, i) => ({ arrival: i * gap, inputTokens: 1, outputTokens: 1 }));
    const three = { ...oneAtATime, replicas: 3, time: { model: timing(service) } };
    const sum = async (gap: number) => {
      let total = 0;
      await serve(
        [{ ...three, rows: gaps(gap) }],
        [
          {
            requestArrive: (time) => {
              total -= time;
            },
            requestSchedule: (time) => {
              total += time;
            },
          },
        ],
      );
      return total;
    };
    expect(await sum(3_000)).toBe(0);
    // 2 ms apart, each replica falls 3 ms further behind with each of its 100 requests.
    expect(await sum(2_000)).toBe(3 * 3_000 * ((99 * 100) / 2));
  });

  it("waits less behind least_requests than behind round_robin", async () => {
    const service = 10_000;
    const rows = poisson(service / (3 * 0.85), (u) => 1 + Math.floor(Math.log(1 - u) / Math.log(1 - 0.02)));
    const behind = async (router: string) =>
      waiting(rows, { ...oneAtATime, replicas: 3, router: routers[router]!, time: { model: timing(200) } });
    const turns = await behind("round_robin");
    const least = await behind("least_requests");
    expect(least.mean + least.half).toBeLessThan(turns.mean - turns.half);
  });
});
