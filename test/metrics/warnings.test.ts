import { describe, expect, it } from "vitest";
import { JobOutcome } from "../../src/journal/journal.js";
import { RunMetrics } from "../../src/metrics/run-metrics.js";
import type { Settings, Warning } from "../../src/metrics/warnings.js";
import { fakeRun } from "../support/fake-facts.js";

const S = 1_000_000;
const settings: Settings = { measuresFrom: false, until: false, partial: false };

/** One GPU; job i arrives at `i * every` and runs for `run` seconds, in order, until `until`. */
function fifo(
  count: number,
  every: number,
  run: number,
  given: Partial<Settings> = {},
  until = Infinity,
): Warning[] {
  const { facts } = fakeRun({
    gpus: 1,
    jobs: Array.from({ length: count }, (_, i) => ({ id: String(i), gpus: 1, runTime: run * S })),
  });
  const metrics = new RunMetrics();
  const events: [time: number, order: number, fire: () => void][] = [];
  let free = 0;
  for (let i = 0; i < count; i++) {
    const start = Math.max(free, i * every);
    free = start + run;
    const [submit, begin, end] = [i * every * S, start * S, free * S];
    events.push([submit, 1, () => metrics.jobs.submit(submit, i)]);
    events.push([begin, 2, () => metrics.jobs.start(begin, i)]);
    events.push([end, 0, () => metrics.jobs.end(end, i, JobOutcome.Completed)]);
  }
  for (const listener of [metrics.jobs, metrics.requests, metrics.ledger, metrics.reasons])
    listener.runStart(0, facts);
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (const [time, , fire] of events) if (time < until * S) fire();
  const last = Math.min(until, free) * S;
  for (const listener of [metrics.jobs, metrics.requests, metrics.ledger, metrics.reasons])
    listener.runEnd(last);
  return metrics.collect({ ...settings, ...given }).warnings;
}

const codes = (warnings: Warning[]) => warnings.map((w) => w.code);

describe("warnings", () => {
  it("are none for a calm run with enough samples", () => {
    expect(codes(fifo(1000, 100, 50))).toEqual([]);
  });

  it("name a fleet that cannot keep up, and by how much", () => {
    const warnings = fifo(1000, 100, 150);
    expect(codes(warnings)).toEqual(["jobs/saturated"]);
    expect(warnings[0]!.message).toBe(
      "the queue was still growing when the last job arrived (333 waited): the jobs bring 1.50 times the work that the fleet can do as they arrive",
    );
  });

  it("count what had not ended, with advice that knows whether until is set", () => {
    const free = fifo(1000, 100, 50, { partial: "interrupted" }, 99_910);
    expect(free[0]).toEqual({
      code: "run/censored",
      message: "1 of 1000 jobs had not ended when the run did; what is missing is likely to be the longest",
      hint: "the run was interrupted: let it come to its end",
    });
    const bounded = fifo(1000, 100, 50, { until: true }, 99_910);
    expect(bounded[0]!.hint).toContain("a later until");
  });

  it("say how little a high percentile of few samples means", () => {
    const warnings = fifo(500, 100, 50);
    expect(warnings).toEqual([
      {
        code: "samples/few",
        message: "wait.p99.9 rests on 500 samples, fewer than 1000, and is little else than the maximum",
        hint: "read p99 instead, or measure a longer run",
      },
    ]);
  });

  /** 100 jobs that wait nothing, then 900 that wait 1000 s. */
  function ramp(given: Partial<Settings>): Warning[] {
    const { facts } = fakeRun({ gpus: 1000, jobs: [{ id: "x", gpus: 1, runTime: S }] });
    const metrics = new RunMetrics();
    for (const l of [metrics.jobs, metrics.requests, metrics.ledger, metrics.reasons]) l.runStart(0, facts);
    for (let i = 0; i < 1000; i++) {
      const submit = i * 2000 * S;
      const wait = i < 100 ? 0 : 1000 * S;
      metrics.jobs.submit(submit, 0);
      metrics.jobs.start(submit + wait, 0);
      metrics.jobs.end(submit + wait + S, 0, JobOutcome.Completed);
    }
    for (const l of [metrics.jobs, metrics.requests, metrics.ledger, metrics.reasons]) l.runEnd(2e12);
    return metrics.collect({ ...settings, ...given }).warnings;
  }

  it("notice a start with an empty fleet, unless measure.from is set", () => {
    expect(ramp({})).toEqual([
      {
        code: "jobs/warm-up",
        message:
          "the first tenth of the jobs to end waited 0s on average, the others 16m 40s: the fleet starts empty",
        hint: "leave the warm-up out with --warm-up auto (MSER-5), or a time that you know",
      },
    ]);
    expect(ramp({ measuresFrom: true })).toEqual([]);
  });
});
