import fc from "fast-check";
import { Journal, type JournalListener } from "../../src/journal/journal.js";
import { type FakeJob, fakeRun } from "./fake-facts.js";

/** A job's whole history, from which anything about it can be counted out. */
export interface RandomJob extends FakeJob {
  submit: number;
  gpus: number;
  /** Stretches of running, `[start, end)`; the last may be open (Infinity). */
  runs: [number, number][];
  /** When the job left the queue without running; Infinity when its last run ends it, NaN when it waits for ever. */
  cancel: number;
  /** Changes of the waiting reason. */
  reasons: { time: number; reason: number }[];
}

/** Histories of up to 12 jobs within some hundred microseconds. */
export const randomJobs: fc.Arbitrary<RandomJob[]> = fc
  .array(
    fc.record({
      submit: fc.nat(60),
      gpus: fc.integer({ min: 0, max: 4 }),
      owner: fc.constantFrom("ann", "bob", "cyd", undefined),
      replica: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      gaps: fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 3 }),
      ending: fc.constantFrom("ends", "ends", "runs on", "cancelled", "waits on"),
      reasons: fc.array(fc.record({ time: fc.nat(200), reason: fc.nat(3) }), { maxLength: 4 }),
    }),
    { maxLength: 12 },
  )
  .map((drawn) =>
    drawn.map(({ submit, gpus, owner, replica, gaps, ending, reasons }, i) => {
      const runs: [number, number][] = [];
      let now = submit;
      for (const [wait, run] of gaps) {
        runs.push([now + wait, now + wait + run]);
        now += wait + run;
      }
      const open = ending === "runs on" && runs.length > 0;
      if (open) runs.at(-1)![1] = Number.POSITIVE_INFINITY;
      const cancelled = ending === "cancelled" || (ending === "ends" && runs.length === 0);
      const job: RandomJob = {
        id: String(i),
        submit,
        gpus,
        replica,
        runs,
        cancel: cancelled ? now + 7 : Number.POSITIVE_INFINITY,
        reasons: reasons.map((r) => ({ ...r, time: submit + r.time })),
      };
      if (owner !== undefined) job.user = owner;
      if (ending === "waits on" || (ending === "runs on" && !open)) job.cancel = Number.NaN;
      return job;
    }),
  );

/** Whether a run was cut short by a preemption: another follows, or the job then waits. */
function isPreempted(job: RandomJob, run: number): boolean {
  return run < job.runs.length - 1 || !(job.cancel === Number.POSITIVE_INFINITY);
}

/** Is the job waiting, or running, throughout `[time, time + 1)`? */
export function stateAt(job: RandomJob, time: number): "absent" | "waits" | "runs" {
  if (time < job.submit || time >= leaveTime(job)) return "absent";
  return job.runs.some(([from, to]) => time >= from && time < to) ? "runs" : "waits";
}

/** When the job left; Infinity when it never did. */
export function leaveTime(job: RandomJob): number {
  if (Number.isNaN(job.cancel)) return Number.POSITIVE_INFINITY;
  if (job.cancel !== Number.POSITIVE_INFINITY) return job.cancel;
  return job.runs.at(-1)![1];
}

/** Plays the histories to the listeners with recycled job numbers, until `end`. */
export function play(jobs: readonly RandomJob[], end: number, listeners: JournalListener[], gpus = 48): void {
  const run = fakeRun({ gpus, reasons: ["Priority", "Resources", "Quota", "Topology"] });
  const journal = new Journal();
  for (const listener of listeners) journal.listen(listener);
  const numbers = new Map<RandomJob, number>();
  const free: number[] = [];
  let used = 0;
  // A stable sort by time alone keeps each job's own order, whatever falls into one instant.
  const events: { time: number; fire: () => void }[] = [];
  const at = (time: number, fire: () => void) => {
    if (time < end) events.push({ time, fire });
  };
  for (const job of jobs) {
    const number = () => numbers.get(job)!;
    at(job.submit, () => {
      const n = free.pop() ?? used++;
      numbers.set(job, n);
      run.jobs[n] = job;
      journal.submit(job.submit, n);
    });
    job.runs.forEach(([from, to], i) => {
      at(from, () => journal.start(from, number()));
      at(to, () => {
        if (isPreempted(job, i)) {
          journal.preempt(to, number(), to - from);
          journal.requeue(to, number());
        } else {
          journal.end(to, number(), 0);
          free.push(number());
        }
      });
    });
    for (const { time, reason } of job.reasons)
      if (stateAt(job, time) === "waits") at(time, () => journal.reason(time, number(), reason));
    if (Number.isFinite(job.cancel))
      at(job.cancel, () => {
        journal.cancel(job.cancel, number());
        free.push(number());
      });
  }
  journal.runStart(0, run.facts);
  events.sort((a, b) => a.time - b.time);
  for (const event of events) event.fire();
  journal.runEnd(end);
}
