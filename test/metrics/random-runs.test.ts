import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CapacityLedger } from "../../src/metrics/capacity-ledger.js";
import { JobMetrics } from "../../src/metrics/job-metrics.js";
import { boundedSlowdown } from "../../src/metrics/job-samples.js";
import { metricOptions } from "../../src/metrics/options.js";
import { WaitReasons } from "../../src/metrics/wait-reasons.js";
import { metricsOf, numberOf } from "../support/metrics.js";
import { leaveTime, play, type RandomJob, randomJobs, stateAt } from "../support/random-run.js";

const GPUS = 48;
const windows = fc.tuple(fc.nat(80), fc.nat(120)).map(([from, length]) => ({ from, to: from + length }));
const ends = fc.integer({ min: 1, max: 250 });

/** Counts `f` over the whole microseconds of the window before `end`. */
function count(window: { from: number; to: number }, end: number, f: (time: number) => number): number {
  let sum = 0;
  for (let time = window.from; time < Math.min(window.to, end); time++) sum += f(time);
  return sum;
}

function timesBefore(job: RandomJob, end: number): { wait: number; run: number } {
  const all = { from: 0, to: Number.POSITIVE_INFINITY };
  const last = Math.min(end, leaveTime(job));
  return {
    wait: count(all, last, (t) => (stateAt(job, t) === "waits" ? 1 : 0)),
    run: count(all, last, (t) => (stateAt(job, t) === "runs" ? 1 : 0)),
  };
}

describe("random histories, counted out microsecond by microsecond", () => {
  it("jobs: counts, waits, slowdowns and queue length", () => {
    fc.assert(
      fc.property(randomJobs, windows, ends, (jobs, window, end) => {
        const listener = new JobMetrics(metricOptions({ window, tau: 10 }));
        play(jobs, end, [listener], GPUS);
        const metrics = metricsOf(listener);
        const own = jobs.filter((j) => !j.replica && j.submit < end);
        const population = own.filter((j) => j.submit >= window.from && j.submit < window.to);
        const left = (j: RandomJob) => leaveTime(j) < end;
        const ended = population.filter((j) => left(j) && j.cancel === Number.POSITIVE_INFINITY);
        const running = population.filter((j) => !left(j) && runsAtEnd(j, end));
        const started = [...ended, ...running];
        expect(numberOf(metrics, "jobs.count", { state: "submitted" })).toBe(population.length);
        expect(numberOf(metrics, "jobs.count", { state: "ended" })).toBe(ended.length);
        expect(numberOf(metrics, "jobs.count", { state: "censored" })).toBe(
          population.filter((j) => !left(j)).length,
        );
        expect(numberOf(metrics, "jobs.count", { state: "cancelled" })).toBe(
          population.filter((j) => left(j) && j.cancel !== Number.POSITIVE_INFINITY).length,
        );
        const waits = started.map((j) => timesBefore(j, end).wait);
        expect(numberOf(metrics, "jobs.count", { state: "waited" })).toBe(waits.filter((w) => w > 0).length);
        expect(numberOf(metrics, "wait.max")).toBe(waits.length === 0 ? null : Math.max(...waits));
        const wait = metrics.find((m) => m.name === "wait.mean")!;
        expect([wait.n, wait.censored]).toEqual([
          started.length,
          population.length - started.length - cancelledOf(),
        ]);
        closeTo(wait.value, mean(waits));
        const slowdowns = ended.map((j) =>
          boundedSlowdown(timesBefore(j, end).wait, timesBefore(j, end).run, 10),
        );
        closeTo(numberOf(metrics, "bounded-slowdown.mean"), mean(slowdowns));
        closeTo(numberOf(metrics, "turnaround.mean"), mean(ended.map((j) => leaveTime(j) - j.submit)));
        const length = Math.max(0, Math.min(window.to, end) - window.from);
        const queued = count(window, end, (t) => own.filter((j) => stateAt(j, t) === "waits").length);
        closeTo(numberOf(metrics, "queue-length.mean"), length === 0 ? null : queued / length);

        function cancelledOf(): number {
          return numberOf(metrics, "jobs.count", { state: "cancelled" })!;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("the ledger: allocated + idle = capacity x time, replicas included", () => {
    fc.assert(
      fc.property(randomJobs, windows, ends, (jobs, window, end) => {
        const ledger = new CapacityLedger(window);
        play(jobs, end, [ledger], GPUS);
        const used = count(window, end, (t) =>
          jobs.reduce((sum, j) => sum + (stateAt(j, t) === "runs" ? j.gpus : 0), 0),
        );
        const length = Math.max(0, Math.min(window.to, end) - window.from);
        expect(ledger.gpus.allocated.sum.toBigInt()).toBe(BigInt(used));
        expect(ledger.gpus.allocated.sum.toBigInt() + ledger.gpus.idle.sum.toBigInt()).toBe(
          BigInt(GPUS * length),
        );
      }),
    );
  });

  it("fairness: what the tenants received is what their jobs held", () => {
    fc.assert(
      fc.property(randomJobs, windows, ends, (jobs, window, end) => {
        const listener = new JobMetrics(metricOptions({ window, tau: 10 }));
        play(jobs, end, [listener], GPUS);
        const held = (user: string) =>
          count(window, end, (t) =>
            jobs.reduce(
              (n, j) => n + (!j.replica && j.user === user && stateAt(j, t) === "runs" ? j.gpus : 0),
              0,
            ),
          );
        const service = listener.fairness.books[0]!.service();
        const received = Object.fromEntries(service.map((t) => [t.name, t.value]));
        for (const user of ["ann", "bob", "cyd"]) expect(received[user] ?? 0).toBe(held(user));
        const metrics = metricsOf(listener).filter((m) => m.labels.over === "user");
        const means = ["ann", "bob", "cyd"].map((user) => mean(waitsOfEnded(jobs, user, window, end)) ?? -1);
        const worst = metrics.find((m) => m.name === "worst-mean-wait");
        closeTo(worst?.value ?? -1, Math.max(...means));
        const shares = metrics.filter((m) => m.name === "share" && m.value !== null);
        if (shares.length > 0)
          closeTo(
            shares.reduce((sum, m) => sum + m.value!, 0),
            1,
          );
        const index = metrics.find((m) => m.name === "jain")?.value ?? null;
        if (index !== null) {
          expect(index).toBeGreaterThanOrEqual(1 / service.length - 1e-12);
          expect(index).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  it("waiting reasons: together the queue's integral, each as counted", () => {
    fc.assert(
      fc.property(randomJobs, windows, ends, (jobs, window, end) => {
        const reasons = new WaitReasons(window);
        const listener = new JobMetrics(metricOptions({ window }));
        play(jobs, end, [listener, reasons], GPUS);
        const total = reasons.jobs.totals.reduce((sum, t) => sum + t.sum.toBigInt(), 0n);
        expect(total).toBe(listener.queue.sum.toBigInt());
        const own = jobs.filter((j) => !j.replica);
        for (let reason = -1; reason < 4; reason++) {
          const expected = count(window, end, (t) => own.filter((j) => reasonAt(j, t) === reason).length);
          expect(reasons.jobs.totals[reason + 1]?.sum.toBigInt() ?? 0n).toBe(BigInt(expected));
        }
      }),
    );
  });
});

/** Waits of a user's jobs that were submitted in the window, ran, and ended before `end`. */
function waitsOfEnded(
  jobs: readonly RandomJob[],
  user: string,
  window: { from: number; to: number },
  end: number,
): number[] {
  return jobs
    .filter((j) => !j.replica && j.user === user && j.submit >= window.from && j.submit < window.to)
    .filter((j) => leaveTime(j) < end && j.cancel === Number.POSITIVE_INFINITY)
    .map((j) => timesBefore(j, end).wait);
}

/** The reason that stands during `[time, time + 1)`; -1 none yet, undefined when the job does not wait. */
function reasonAt(job: RandomJob, time: number): number | undefined {
  if (stateAt(job, time) !== "waits") return undefined;
  const since = Math.max(job.submit, ...job.runs.map(([, to]) => to).filter((to) => to <= time));
  let reason = -1;
  const given = job.reasons.filter(
    (r) => r.time <= time && r.time >= since && stateAt(job, r.time) === "waits",
  );
  for (const r of [...given].sort((a, b) => a.time - b.time)) reason = r.reason;
  return reason;
}

/** Whether the job runs when events up to, but not at, `end` have happened. */
function runsAtEnd(job: RandomJob, end: number): boolean {
  return job.runs.some(([from, to]) => from < end && to >= end);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

function closeTo(found: number | null, expected: number | null): void {
  if (expected === null) expect(found).toBeNull();
  else expect(found!).toBeCloseTo(expected, 9);
}
