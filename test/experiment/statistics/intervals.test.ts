import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/core/random.js";
import { judge } from "../../../src/experiment/compare/verdict.js";
import { pairedBootstrap } from "../../../src/experiment/statistics/bootstrap.js";
import {
  meanInterval,
  pairedInterval,
  unpairedInterval,
} from "../../../src/experiment/statistics/intervals.js";
import { lindleyMean, lindleyWaits, type Queue, truth } from "../../support/lindley.js";

const QUEUE: Queue = { rate: 0.5, serviceRate: 1 };
const CUSTOMERS = 3000;
const WAIT = { name: "wait.mean", direction: "lower" } as const;

/** Mean waits of replications whose seeds no other experiment has. */
const waits = (queue: Queue, replications: number, experiment: string) =>
  Array.from({ length: replications }, (_, i) => lindleyMean(queue, CUSTOMERS, `${experiment}/${i}`));

/** The queue whose mean wait is larger by a factor: rho/(mu - lambda) solved for mu. */
function slower({ rate, serviceRate }: Queue, factor: number): Queue {
  const wanted = factor * truth({ rate, serviceRate });
  return { rate, serviceRate: (rate + Math.sqrt(rate ** 2 + (4 * rate) / wanted)) / 2 };
}

it("by hand: the mean of 1, 2, 3, 4 is 2.5 ± 2.054", () => {
  const { estimate, low, high } = meanInterval([1, 2, 3, 4], 0.95);
  expect(estimate).toBe(2.5);
  expect(high - estimate).toBeCloseTo(3.182446305 * Math.sqrt(5 / 3 / 4), 8);
  expect(estimate - low).toBeCloseTo(high - estimate, 12);
});

it("by hand: Welch's degrees of freedom", () => {
  // Variances 1 and 4 of three and five values: 1/3 + 4/5, nu = 6.3..; t by the table between 6 and 7.
  const before = [9, 10, 11];
  const after = [18, 19, 20, 21, 22].map((x) => 20 + (x - 20) * Math.sqrt(4 / 2.5));
  const { estimate, high } = unpairedInterval(before, after, 0.95);
  const nu = (1 / 3 + 4 / 5) ** 2 / ((1 / 3) ** 2 / 2 + (4 / 5) ** 2 / 4);
  expect(nu).toBeCloseTo(5.959, 3);
  expect(estimate).toBeCloseTo(10, 12);
  const t = (high - estimate) / Math.sqrt(1 / 3 + 4 / 5);
  expect(t).toBeGreaterThan(2.4469);
  expect(t).toBeLessThan(2.5706);
});

it("one replication bounds nothing; equal ones leave no width", () => {
  expect(meanInterval([3], 0.95)).toMatchObject({ estimate: 3, low: -Infinity, high: Infinity });
  expect(meanInterval([0.1, 0.1, 0.1], 0.95)).toMatchObject({ low: 0.1, high: 0.1 });
});

describe("M/M/1 waits by Lindley's recursion", () => {
  it("95 % intervals hold the truth in 93 to 97 % of 1,000 experiments", () => {
    const wait = truth(QUEUE);
    let held = 0;
    for (let i = 0; i < 1000; i++) {
      const { low, high } = meanInterval(waits(QUEUE, 10, `coverage ${i}`), 0.95);
      if (low <= wait && wait <= high) held++;
    }
    console.log(`coverage of 95 % intervals: ${held / 10} %`);
    expect(held).toBeGreaterThanOrEqual(930);
    expect(held).toBeLessThanOrEqual(970);
  });

  it("pairing under common random numbers shortens the interval of a difference", () => {
    let paired = 0;
    let unpaired = 0;
    for (let i = 0; i < 40; i++) {
      const before = waits(QUEUE, 10, `pairs ${i}`);
      const after = waits(slower(QUEUE, 1.1), 10, `pairs ${i}`);
      const width = ({ low, high }: { low: number; high: number }) => high - low;
      paired += width(pairedInterval(before, after, 0.95));
      unpaired += width(unpairedInterval(before, after, 0.95));
    }
    console.log(`paired intervals are ${(unpaired / paired).toFixed(1)} times shorter`);
    expect(unpaired / paired).toBeGreaterThan(4);
  });

  it("A against A under common random numbers is exactly no change", () => {
    for (let i = 0; i < 20; i++) {
      const before = waits(QUEUE, 5, `same ${i}`);
      const samples = { before, after: waits(QUEUE, 5, `same ${i}`), paired: true };
      const judged = judge(samples, WAIT, { confidence: 0.95, tolerance: 0 }, createRandom(1)("x"));
      expect(judged).toMatchObject({ verdict: "no change", difference: { estimate: 0, low: 0, high: 0 } });
    }
  });

  it("A against A with independent seeds raises a false alarm in 5 ± 2 % of 500 trials", () => {
    let alarms = 0;
    for (let i = 0; i < 500; i++) {
      const samples = {
        before: waits(QUEUE, 10, `left ${i}`),
        after: waits(QUEUE, 10, `right ${i}`),
        paired: false,
      };
      const { verdict } = judge(samples, WAIT, { confidence: 0.95, tolerance: 0 }, createRandom(1)("x"));
      if (verdict !== "no change") alarms++;
    }
    console.log(`false alarms: ${alarms / 5} %`);
    expect(alarms).toBeGreaterThanOrEqual(15);
    expect(alarms).toBeLessThanOrEqual(35);
  });

  it("so do percentiles, whose intervals are bootstrapped", () => {
    const p95 = (seed: string) => lindleyWaits(QUEUE, 1000, seed).sort()[949]!;
    const column = (seed: string) => Array.from({ length: 10 }, (_, i) => p95(`${seed}/${i}`));
    let alarms = 0;
    for (let i = 0; i < 500; i++) {
      const samples = { before: column(`left ${i}`), after: column(`right ${i}`), paired: false };
      const random = createRandom(i)("x");
      const judged = judge(
        samples,
        { ...WAIT, name: "wait.p95" },
        { confidence: 0.95, tolerance: 0 },
        random,
      );
      expect(judged.difference.method).toBe("bootstrap-t");
      if (judged.verdict !== "no change") alarms++;
    }
    console.log(`false alarms of percentiles: ${alarms / 5} %`);
    expect(alarms).toBeGreaterThanOrEqual(15);
    expect(alarms).toBeLessThanOrEqual(35);
  });

  it("a regression of 3 % is caught with ten replications of 3,000 customers nearly always when paired", () => {
    const worse = slower(QUEUE, 1.03);
    expect(truth(worse)).toBeCloseTo(1.03, 10);
    const caught = { paired: 0, unpaired: 0 };
    for (let i = 0; i < 200; i++) {
      const before = waits(QUEUE, 10, `power ${i}`);
      const bounds = { confidence: 0.95, tolerance: 0.01 };
      const random = createRandom(i)("x");
      const same = { before, after: waits(worse, 10, `power ${i}`), paired: true };
      const other = { before, after: waits(worse, 10, `other ${i}`), paired: false };
      if (judge(same, WAIT, bounds, random).verdict === "worse") caught.paired++;
      if (judge(other, WAIT, bounds, random).verdict === "worse") caught.unpaired++;
    }
    console.log(`power at 3 %: paired ${caught.paired / 2} %, unpaired ${caught.unpaired / 2} %`);
    expect(caught.paired).toBeGreaterThanOrEqual(190);
    expect(caught.unpaired).toBeLessThan(100);
  });
});

describe("the bootstrap of skewed differences", () => {
  const random = createRandom("bootstrap");
  const skewed = (draw: () => number) =>
    Math.exp(1.2 * Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(6.283185307179586 * draw()));

  it("covers better than Student's interval", () => {
    const expected = Math.exp(0.72);
    const held = { student: 0, bootstrap: 0 };
    for (let i = 0; i < 300; i++) {
      const after = Array.from({ length: 20 }, () => skewed(random("data")));
      const before = after.map(() => 0);
      const inside = ({ low, high }: { low: number; high: number }) => low <= expected && expected <= high;
      if (inside(pairedInterval(before, after, 0.95))) held.student++;
      if (inside(pairedBootstrap(before, after, 0.95, random("resample")))) held.bootstrap++;
    }
    console.log(`lognormal, 20 values: Student ${held.student / 3} %, bootstrap-t ${held.bootstrap / 3} %`);
    expect(held.bootstrap).toBeGreaterThan(held.student);
    expect(held.bootstrap).toBeGreaterThanOrEqual(270);
  });

  it("gives the same interval for the same stream, and none of its width to equal differences", () => {
    const before = [1, 2, 3, 4, 5, 6, 7, 8];
    const after = [2, 2, 5, 4, 6, 9, 7, 8];
    const draw = () => pairedBootstrap(before, after, 0.95, createRandom("a")("bootstrap"));
    expect(draw()).toEqual(draw());
    const shifted = before.map((x) => x + 1);
    expect(pairedBootstrap(before, shifted, 0.95, random("x"))).toMatchObject({
      estimate: 1,
      low: 1,
      high: 1,
    });
  });
});

describe("verdicts", () => {
  const bounds = { confidence: 0.95, tolerance: 0.05 };
  const random = createRandom(1)("x");
  const before = [100, 110, 90, 105, 95];
  const by = (factor: number) => ({
    before,
    after: before.map((x, i) => x * factor + i * 0.01),
    paired: true,
  });
  const verdict = (factor: number, direction: "lower" | "higher") =>
    judge(by(factor), { name: "x.mean", direction }, bounds, random).verdict;

  it("tell direction, size and significance apart", () => {
    expect(verdict(1.2, "lower")).toBe("worse");
    expect(verdict(1.2, "higher")).toBe("better");
    expect(verdict(0.8, "lower")).toBe("better");
    expect(verdict(1.03, "lower")).toBe("within tolerance");
    const noisy = { before, after: [90, 130, 70, 120, 110], paired: true };
    expect(judge(noisy, WAIT, bounds, random).verdict).toBe("no change");
  });

  it("of one replication are facts under the same random numbers", () => {
    const one = { before: [100], after: [120], paired: true };
    expect(judge(one, WAIT, bounds, random).verdict).toBe("worse");
    expect(judge({ ...one, after: [100] }, WAIT, bounds, random).verdict).toBe("no change");
  });

  it("of something that was nothing before have no relative size", () => {
    const from = { before: [0, 0, 0], after: [1, 1, 2], paired: true };
    const judged = judge(from, WAIT, { confidence: 0.9, tolerance: 0.5 }, random);
    expect(judged).toMatchObject({ verdict: "worse", relative: null });
  });
});
