import { describe, expect, it } from "vitest";
import { JobOutcome } from "../../src/journal/journal.js";
import { CapacityLedger } from "../../src/metrics/capacity-ledger.js";
import { JobMetrics } from "../../src/metrics/job-metrics.js";
import { metricOptions } from "../../src/metrics/options.js";
import { fakeRun } from "../support/fake-facts.js";
import { metricOf, metricsOf, numberOf } from "../support/metrics.js";

const S = 1_000_000;
const ALL = { from: 0, to: Number.POSITIVE_INFINITY };

describe("JobMetrics, by hand", () => {
  // A runs at once for 100 s. B waits 100 s, runs 5 s, loses its GPUs, waits 15 s, runs 20 s to its limit. C is taken back.
  function measured() {
    const { facts, jobs } = fakeRun({
      gpus: 2,
      jobs: [
        { id: "A", gpus: 2, runTime: 100 * S, queue: "prod" },
        { id: "B", gpus: 2, runTime: 25 * S, queue: "dev" },
        { id: "C", gpus: 1, runTime: 50 * S, queue: "dev" },
      ],
    });
    const metrics = new JobMetrics(metricOptions({ groupBy: ["queue"] }));
    const ledger = new CapacityLedger(ALL);
    for (const l of [metrics, ledger]) l.runStart(0, facts);
    metrics.submit(0, 0);
    for (const l of [metrics, ledger]) l.start(0, 0);
    metrics.submit(0, 1);
    metrics.submit(40 * S, 2);
    metrics.cancel(60 * S, 2);
    for (const l of [metrics, ledger]) l.end(100 * S, 0, JobOutcome.Completed);
    for (const l of [metrics, ledger]) l.start(100 * S, 1);
    for (const l of [metrics, ledger]) l.preempt(105 * S, 1, 5 * S);
    for (const l of [metrics, ledger]) l.start(120 * S, 1);
    for (const l of [metrics, ledger]) l.end(140 * S, 1, JobOutcome.TimedOut);
    // Number 0 comes back for another job, which still runs at the end; a last one waits.
    jobs[0] = { id: "D", gpus: 1, runTime: 99 * S, queue: "prod" };
    metrics.submit(150 * S, 0);
    for (const l of [metrics, ledger]) l.start(160 * S, 0);
    metrics.submit(170 * S, 1);
    for (const l of [metrics, ledger]) l.runEnd(200 * S);
    return { all: metricsOf(metrics), fleet: metricsOf(ledger) };
  }
  const { all, fleet } = measured();

  it.each([
    ["submitted", 5],
    ["ended", 2],
    ["timed-out", 1],
    ["cancelled", 1],
    ["censored", 2],
    ["waited", 2],
  ])("counts %s jobs", (state, expected) => {
    expect(metricOf(all, "jobs.count", { state })).toMatchObject({
      value: expected,
      n: expected,
      unit: "count",
    });
  });

  it("waits: 0, 115 and 10 s, the pending job censored", () => {
    const plain = all.filter((m) => Object.keys(m.labels).length === 0);
    expect(metricOf(plain, "wait.mean")).toMatchObject({
      value: (125 / 3) * S,
      n: 3,
      censored: 1,
      method: "mean",
    });
    expect(numberOf(plain, "wait.p50")).toBe(10 * S);
    expect(metricOf(plain, "wait.p90")).toMatchObject({ value: 94 * S, method: "type 7" });
    expect(metricOf(plain, "wait.max")).toMatchObject({
      value: 115 * S,
      method: "exact",
      unit: "us",
      direction: "lower",
    });
  });

  it("turnaround, run time and slowdown of the two that ended", () => {
    const plain = all.filter((m) => Object.keys(m.labels).length === 0);
    expect(metricOf(plain, "turnaround.max")).toMatchObject({ value: 140 * S, n: 2, censored: 2 });
    expect(numberOf(plain, "run-time.mean")).toBe(62.5 * S);
    expect(metricOf(plain, "bounded-slowdown.max")).toMatchObject({
      value: 140 / 25,
      method: "exact, tau 10s",
    });
    expect(numberOf(plain, "bounded-slowdown.mean")).toBe((1 + 140 / 25) / 2);
  });

  it("groups by queue", () => {
    expect(metricOf(all, "wait.mean", { queue: "prod" })).toMatchObject({ value: 5 * S, n: 2, censored: 0 });
    expect(metricOf(all, "turnaround.mean", { queue: "prod" })).toMatchObject({
      value: 100 * S,
      n: 1,
      censored: 1,
    });
    expect(metricOf(all, "wait.max", { queue: "dev" })).toMatchObject({ value: 115 * S, n: 1, censored: 1 });
  });

  it("queue, throughput, makespan, preemptions, load", () => {
    // B 0-100 and 105-120, C 40-60, D 150-160, the last 170-200.
    expect(numberOf(all, "queue-length.mean")).toBe((100 + 15 + 20 + 10 + 30) / 200);
    expect(numberOf(all, "queue-length.max")).toBe(2);
    expect(numberOf(all, "throughput")).toBe(36);
    expect(numberOf(all, "makespan")).toBe(140 * S);
    expect(numberOf(all, "preemptions.count")).toBe(1);
    const work = 2 * 100 + 2 * 25 + 50 + 99 + 2 * 25;
    expect(numberOf(all, "offered-load", { resource: "gpu" })).toBe(work / (2 * 170));
  });

  it("the fleet's time, and what the preemption threw away", () => {
    const used = 2 * 100 + 2 * 5 + 2 * 20 + 40;
    expect(numberOf(fleet, "utilisation", { resource: "gpu" })).toBe(used / 400);
    expect(numberOf(fleet, "gpu-time", { state: "allocated" })).toBe(used / 3600);
    expect(numberOf(fleet, "gpu-time", { state: "idle" })).toBe((400 - used) / 3600);
    expect(numberOf(fleet, "gpu-time", { state: "lost" })).toBe(10 / 3600);
    expect(fleet.some((m) => m.name === "core-time")).toBe(false);
  });
});

it("a job that ends while it waits leaves the queue", () => {
  const { facts } = fakeRun({ jobs: [{ id: "A", gpus: 1 }] });
  const metrics = new JobMetrics(metricOptions());
  metrics.runStart(0, facts);
  metrics.submit(0, 0);
  metrics.start(10, 0);
  metrics.preempt(20, 0);
  metrics.end(30, 0, JobOutcome.Cancelled);
  metrics.runEnd(100);
  const all = metricsOf(metrics);
  expect(numberOf(all, "queue-length.mean")).toBe(0.2);
  expect(numberOf(all, "wait.max")).toBe(20);
  expect(numberOf(all, "run-time.max")).toBe(10);
});

it("distributions survive the turn to a sketch in the middle of a run", () => {
  const { facts, jobs } = fakeRun({ gpus: 1 });
  const exact = new JobMetrics(metricOptions({ tau: S }));
  const sketched = new JobMetrics(metricOptions({ tau: S, exactSamples: 50 }));
  for (const metrics of [exact, sketched]) {
    metrics.runStart(0, facts);
    for (let i = 0; i < 200; i++) {
      jobs[0] = { id: String(i), gpus: 1 };
      metrics.submit(i * 100 * S, 0);
      metrics.start((i * 100 + 1 + (i % 37)) * S, 0);
      metrics.end((i * 100 + 60 + (i % 11)) * S, 0, JobOutcome.Completed);
    }
    metrics.runEnd(200 * 100 * S);
  }
  const [a, b] = [metricsOf(exact), metricsOf(sketched)];
  for (const name of ["wait", "turnaround", "bounded-slowdown", "run-time"])
    for (const stat of ["mean", "p50", "p95", "max"]) {
      const found = metricOf(b, `${name}.${stat}`);
      const expected = numberOf(a, `${name}.${stat}`)!;
      expect(found.n).toBe(200);
      // Neighbours of a rank lie further apart than the sketch errs.
      expect(Math.abs(found.value! - expected) / expected).toBeLessThan(stat.startsWith("p") ? 0.05 : 1e-9);
    }
  expect(metricOf(b, "wait.p95").method).toBe("sketch 0.1%");
});

describe("CapacityLedger", () => {
  it("conserves past 2^53, to the GPU-microsecond", () => {
    const { facts } = fakeRun({ gpus: 100_003, cpus: 1_000_000, jobs: [{ id: "A", gpus: 99_991, cpus: 7 }] });
    const ledger = new CapacityLedger(ALL);
    ledger.runStart(0, facts);
    const start = 12_345_678_901;
    const end = 31_536_000_000_001;
    ledger.start(start, 0);
    ledger.end(end - 1, 0);
    ledger.runEnd(end);
    const { allocated, idle } = ledger.gpus;
    expect(allocated.sum.toBigInt()).toBe(99_991n * BigInt(end - 1 - start));
    expect(allocated.sum.toBigInt() + idle.sum.toBigInt()).toBe(100_003n * BigInt(end));
    expect(allocated.sum.toBigInt()).toBeGreaterThan(2n ** 53n);
  });

  it("refuses an allocation beyond the fleet once time has passed over it", () => {
    const { facts } = fakeRun({
      gpus: 1,
      jobs: [
        { id: "A", gpus: 1 },
        { id: "B", gpus: 1 },
      ],
    });
    const ledger = new CapacityLedger(ALL);
    ledger.runStart(0, facts);
    ledger.start(5, 0);
    ledger.start(5, 1);
    ledger.end(5, 0);
    ledger.end(6, 1);
    ledger.start(7, 0);
    ledger.start(7, 1);
    expect(() => ledger.runEnd(8)).toThrow("2 gpus are allocated at 7 µs, and the fleet has 1");
  });
});

it("fairness, by hand: service, slowdown, shares and the worst off", () => {
  const { facts } = fakeRun({
    gpus: 4,
    jobs: [
      { id: "1", gpus: 3, user: "ann", account: "lab" },
      { id: "2", gpus: 1, user: "bob", account: "lab" },
      { id: "3", gpus: 1, user: "bob" },
    ],
  });
  const metrics = new JobMetrics(metricOptions({ tau: 10 }));
  metrics.runStart(0, facts);
  for (const job of [0, 1, 2]) metrics.submit(0, job);
  metrics.start(0, 0);
  metrics.start(50, 1);
  metrics.start(0, 2);
  metrics.end(100, 0, JobOutcome.Completed);
  metrics.end(150, 1, JobOutcome.Completed);
  metrics.end(100, 2, JobOutcome.Completed);
  metrics.runEnd(150);
  const all = metricsOf(metrics);
  expect(metricOf(all, "jain", { over: "user" })).toMatchObject({
    value: 500 ** 2 / (2 * (300 ** 2 + 200 ** 2)),
    n: 2,
  });
  expect(numberOf(all, "jain", { over: "account" })).toBe(1);
  expect(all.some((m) => m.labels.over === "queue")).toBe(false);
  expect(numberOf(all, "share", { over: "user", tenant: "ann" })).toBe(0.6);
  expect(numberOf(all, "jain-slowdown", { over: "user" })).toBeCloseTo(2.25 ** 2 / (2 * (1 + 1.25 ** 2)), 12);
  expect(metricOf(all, "worst-mean-wait", { over: "user" })).toMatchObject({
    value: 25,
    n: 2,
    labels: { tenant: "bob" },
  });
  expect(numberOf(all, "worst-mean-slowdown", { over: "user", tenant: "bob" })).toBe(1.25);
});
