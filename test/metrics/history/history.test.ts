import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/units.js";
import { HistoryMetrics } from "../../../src/metrics/history/history-metrics.js";
import { movingAverageError } from "../../../src/metrics/history/moving-average.js";
import { NeverRan, neverRanWarnings } from "../../../src/metrics/never-ran.js";
import { ALWAYS } from "../../../src/metrics/window.js";
import { fakeRun } from "../../support/fake-facts.js";
import { metricsOf, numberOf } from "../../support/metrics.js";

/** Jobs by submission, recorded start and start in the replay. */
function replay(jobs: { submit: number; recorded: number; start: number; qos?: string; reason?: number }[]) {
  const { facts } = fakeRun({
    jobs: jobs.map(({ submit, recorded, qos }, i) => ({
      id: String(i),
      submit,
      recordedStart: recorded,
      gpus: 1,
      ...(qos === undefined ? {} : { qos }),
    })),
    reasons: ["Resources", "Priority"],
  });
  const history = new HistoryMetrics(ALWAYS);
  history.runStart(0, facts);
  jobs.forEach(({ submit, start, reason }, i) => {
    history.submit(submit, i);
    if (reason !== undefined) history.reason(submit, i, reason);
    history.start(start, i);
  });
  return metricsOf(history);
}

describe("against history", () => {
  it("says nothing of a trace that does not know its starts", () => {
    expect(replay([{ submit: 0, recorded: -1, start: 5 }])).toEqual([]);
  });

  it("counts starts by their distance", () => {
    const metrics = replay([
      { submit: 0, recorded: MINUTE, start: 0 },
      { submit: 0, recorded: 0, start: 10 * MINUTE },
      { submit: 0, recorded: HOUR, start: 20 * MINUTE },
      { submit: 0, recorded: 0, start: 2 * HOUR, reason: 1 },
    ]);
    const share = (within: string) => numberOf(metrics, "history-starts", { within });
    expect([share("1m"), share("15m"), share("1h")]).toEqual([0.25, 0.5, 0.75]);
    expect(numberOf(metrics, "history-error.mean")).toBe((1 + 10 + 40 + 120) * (MINUTE / 4));
    expect(numberOf(metrics, "history-wait.mean", { of: "history" })).toBe((61 * MINUTE) / 4);
    expect(numberOf(metrics, "history-wait.mean", { of: "replay" })).toBe((150 * MINUTE) / 4);
    expect(numberOf(metrics, "history-far", { side: "earlier" })).toBe(0.25);
    expect(numberOf(metrics, "history-far", { side: "later", reason: "Priority" })).toBe(0.25);
  });

  it("tells groups of ten and more apart", () => {
    const metrics = replay([
      ...Array.from({ length: 10 }, () => ({ submit: 0, recorded: 0, start: 0, qos: "high" })),
      ...Array.from({ length: 9 }, () => ({ submit: 0, recorded: 0, start: HOUR + 1, qos: "low" })),
    ]);
    expect(numberOf(metrics, "history-starts", { within: "1h", qos: "high" })).toBe(1);
    expect(metrics.filter(({ labels }) => labels.qos === "low")).toEqual([]);
  });

  it("finds the days on which the two part", () => {
    const metrics = replay([
      { submit: 0, recorded: DAY + 1, start: 0 },
      { submit: 0, recorded: 0, start: DAY / 3 },
    ]);
    expect(numberOf(metrics, "history-day", { day: "2" })).toBeCloseTo(0.75, 6);
    expect(numberOf(metrics, "history-day", { day: "1" })).toBeCloseTo(0.25, 6);
  });

  it("counts a job that was requeued by its first start", () => {
    const { facts } = fakeRun({ jobs: [{ id: "0", recordedStart: 5 }] });
    const history = new HistoryMetrics(ALWAYS);
    history.runStart(0, facts);
    history.submit(0, 0);
    history.start(5, 0);
    history.start(2 * HOUR, 0);
    expect(numberOf(metricsOf(history), "history-starts", { within: "1m" })).toBe(1);
  });
});

describe("the moving average's error", () => {
  const error = (submit: number[], recorded: number[], simulated: number[]) =>
    movingAverageError(
      [...submit.keys()],
      Float64Array.from(submit),
      Float64Array.from(recorded),
      Float64Array.from(simulated),
    );

  it("is none when both waited alike", () => {
    expect(error([0, 1, 2], [5, 6, 7], [5, 6, 7])).toEqual({ error: 0, n: 3 });
  });

  it("averages a short trace from its start", () => {
    // Means 10 and 20 against 20 and 20, then 20 and 20: 100 %, then 0 %.
    expect(error([0, DAY], [10, 30], [20, 20])).toEqual({ error: 0.5, n: 2 });
  });

  it("looks two weeks back in a longer one, from when it can", () => {
    const { error: found, n } = error([0, 14 * DAY, 28 * DAY], [100, 10, 20], [0, 20, 10]);
    // Day 14 no longer sees day 0, nor day 28 day 14.
    expect(n).toBe(2);
    expect(found).toBeCloseTo((1 + 0.5) / 2, 12);
  });

  it("has no percentage where nobody had waited", () => {
    expect(error([0, 1], [0, 0], [5, 5])).toEqual({ error: Number.NaN, n: 0 });
  });
});

describe("jobs that never ran", () => {
  it("are named by the reason, refused or waiting for ever", () => {
    const { facts } = fakeRun({
      jobs: ["a", "b", "c", "d", "e", "f"].map((id) => ({ id })),
      reasons: ["Invalid partition name specified", "PartitionTimeLimit", "Priority", "DeadLine"],
    });
    const never = new NeverRan();
    never.runStart(0, facts);
    for (const job of [0, 1, 2, 3, 4, 5]) never.submit(job, job);
    never.reason(0, 0, 0);
    never.cancel(0, 0);
    never.reason(1, 1, 1);
    never.reason(2, 2, 1);
    never.start(3, 3);
    never.reason(4, 4, 2);
    never.cancel(9, 4);
    never.reason(8, 5, 3);
    never.cancel(8, 5);
    never.runEnd();
    expect(never.list(true)).toEqual([
      { how: "refused", reason: "Invalid partition name specified", count: 1, jobs: ["a"] },
      { how: "removed", reason: "DeadLine", count: 1, jobs: ["f"] },
      { how: "waiting", reason: "PartitionTimeLimit", count: 2, jobs: ["b", "c"] },
    ]);
    expect(neverRanWarnings(never.list(true))).toEqual([
      {
        code: "jobs/refused",
        message:
          "1 job never ran, refused when they were submitted: 1 by Invalid partition name specified (a)",
      },
      {
        code: "jobs/removed",
        message: "1 job never ran, taken out of the queue by the scheduler: 1 by DeadLine (f)",
      },
      {
        code: "jobs/never-ran",
        message:
          "2 jobs never ran, waiting when nothing could happen any more: 2 by PartitionTimeLimit (b, c)",
      },
    ]);
    expect(never.list(false)).toHaveLength(2);
  });
});
