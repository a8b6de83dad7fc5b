import { expect, it } from "vitest";
import { mser5 } from "../../src/metrics/mser.js";
import { resultJson } from "../../src/report/result-json.js";
import { loadScenario } from "../../src/scenario/load.js";
import { simulate } from "../../src/scenario/simulate.js";

/** A queue that three minutes of much work fill before it settles. */
const scenario = (mean = "500ms") => ({
  fleet: { pools: [{ name: "server", nodes: 1 }] },
  jobs: [
    {
      generate: {
        until: "3m",
        arrivals: { process: "fixed", every: "1s" },
        run: "1500ms",
        shapes: [{ cpus: 1 }],
      },
    },
    {
      generate: {
        count: 6000,
        arrivals: { process: "poisson", rate: "1/s" },
        run: { distribution: "exponential", mean },
        shapes: [{ cpus: 1 }],
      },
    },
  ],
});

const run = async (object: object, warmUp?: string) =>
  (
    await simulate(
      await loadScenario({ object: object as Record<string, unknown> }, warmUp ? { warmUp } : {}),
    )
  ).result;

it("auto measures from where MSER-5 cuts the waits in the order of arrival, and says so", async () => {
  const auto = await run(scenario(), "auto");
  const arrivals: number[] = [];
  const starts: number[] = [];
  const loaded = await loadScenario({ object: scenario() });
  const order: number[] = [];
  await simulate(loaded, {
    listeners: [
      {
        submit(time, job) {
          order[job] = arrivals.push(time) - 1;
        },
        start(time, job) {
          starts[order[job]!] = time;
        },
      },
    ],
  });
  const { cut, settled } = mser5(arrivals.map((time, i) => starts[i]! - time));
  expect(settled).toBe(true);
  expect(auto.window).toMatchObject({ from: arrivals[cut], warmUp: "MSER-5" });
  // The crowd at the start is gone, and little more than it.
  expect(auto.window.from / 60e6).toBeGreaterThan(3);
  expect(auto.window.from / 60e6).toBeLessThan(20);
});

it("auto gives the numbers of a run that measures from the same time", async () => {
  const auto = await run(scenario(), "auto");
  const stated = await run(scenario(), `${auto.window.from}us`);
  expect(auto.metrics).toEqual(stated.metrics);
  expect(stated.window).toEqual({ from: auto.window.from, to: auto.window.to });
  expect(resultJson(auto)).toBe(resultJson(await run(scenario(), "auto")));
});

it("says when nothing settles, when waits still grow, and when there is too little to tell", async () => {
  const codes = async (object: object, warmUp: string) =>
    (await run(object, warmUp)).warnings.map(({ code }) => code);
  expect(await codes(scenario("1100ms"), "auto")).toContain("run/not-settled");
  const { jobs, ...rest } = scenario();
  const few = { ...jobs[1]!.generate, count: 50 };
  expect(await codes({ ...rest, jobs: { generate: few } }, "auto")).toContain("run/too-short");
  // The crowd's queue drains while it is measured.
  expect(await codes({ ...scenario(), until: "12m" }, "3m")).toContain("jobs/not-steady");
  expect(await codes(scenario(), "40m")).not.toContain("jobs/not-steady");
});

it("refuses a trace that can be read only once", async () => {
  const object = { ...scenario(), jobs: { trace: "-" } };
  await expect(run(object, "auto")).rejects.toThrow(/standard input can be read only once/);
});
