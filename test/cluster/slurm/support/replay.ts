import { BackfillClock, type PassClock } from "../../../../src/cluster/slurm/controller/clocks.js";
import type { TimedOperation } from "../../../../src/cluster/slurm/controller/controller.js";
import type { Phases } from "../../../../src/cluster/slurm/controller/phases.js";
import type { SchedulerParameters, SlurmConfig } from "../../../../src/cluster/slurm/model/config.js";
import type { Submission } from "../../../../src/cluster/slurm/model/submission.js";
import { takeTime } from "../../../../src/cluster/slurm/model/test-times.js";
import { parseOperation } from "../../../../src/cluster/slurm/operations/parse.js";
import { SECOND } from "../../../../src/core/units.js";
import type { GoldenCase } from "./case.js";
import { goldenConfig } from "./config.js";
import { decayPhase } from "./decay-phase.js";
import { type GoldenJob, goldenJobs } from "./jobs.js";
import { launches, powerPhases } from "./power.js";
import { passOf } from "./release.js";

/** One row of the trace that a golden case is replayed as: a job, a task of an array, or a component. */
export interface ReplayRow {
  name: string;
  /** µs. */
  submit: number;
  /** µs that it really ran, launch and completion included; its work where it did not run to its end. */
  run: number;
  exit: number;
  user: string;
  group: string;
  member: number;
  /** Number of the submission in `submissions`, as text. */
  submission: string;
}

export interface Replay {
  rows: ReplayRow[];
  submissions: Submission[];
  operations: TimedOperation[];
  phases: Phases;
  clocks: { main: PassClock; backfill: PassClock };
}

/**
 * The recorded workload with the durations that its jobs were recorded to have. `ruled`: passes of backfill come by our
 * rule, not when they were recorded.
 */
export function replayOf(golden: GoldenCase, config = goldenConfig(golden), ruled = false): Replay {
  const labels = new Map(Object.entries(golden.observed.ids).map(([id, label]) => [Number(id), label]));
  const durations = recordedDurations(golden);
  const rows: ReplayRow[] = [];
  const submissions: Submission[] = [];
  for (const job of goldenJobs(golden)) {
    const text = String(submissions.push(submissionOf(job, labels)) - 1);
    const row = (name: string, group: string, member: number, work: number): ReplayRow => ({
      name,
      submit: Math.round(job.submit * SECOND),
      run: Math.round((durations.get(name) ?? work + 1) * SECOND),
      exit: job.exit,
      user: job.user,
      group,
      member,
      submission: text,
    });
    if (job.array !== undefined)
      job.array.tasks.forEach((task, i) => {
        rows.push(row(`${job.label}[${task}]`, job.label, task, job.work[i] ?? job.work[0]!));
      });
    else if (job.het !== undefined)
      rows.push(row(job.label, labels.get(job.het.id)!, -1 - job.het.offset, job.work[0]!));
    else rows.push(row(job.label, "", 0, job.work[0]!));
  }
  rows.sort((a, b) => a.submit - b.submit);
  return {
    rows,
    submissions,
    operations: operationsOf(golden),
    phases: phasesOf(golden),
    clocks: recordedClocks(golden, ruled || takeTime(config.testTime), config),
  };
}

/**
 * From the pass of its last start until its end, where nothing cut it short. Time in which it stood still does not count.
 */
function recordedDurations(golden: GoldenCase): Map<string, number> {
  const { observed } = golden;
  const durations = new Map<string, number>();
  const launched = launches(golden);
  for (const [end, kind, job] of observed.decision_log) {
    if (kind !== "complete") continue;
    const own = observed.start_order.findLast(([label, t]) => label === job && t <= end);
    const launch = launched.findLast((one) => one.job === job && one.t <= end);
    if (own !== undefined && launch !== undefined && launch.t > own[1]) durations.set(job, end - launch.t);
    else if (own !== undefined)
      durations.set(job, end - passOf(golden, own[1]) - stoodStill(observed.timeline, job, end));
  }
  return durations;
}

/** Seconds before `end` in which polls showed it suspended. */
function stoodStill(timeline: GoldenCase["observed"]["timeline"], job: string, end: number): number {
  let total = 0;
  let since: number | undefined;
  for (const [t, label, state] of timeline) {
    if (label !== job || t > end) continue;
    if (since !== undefined) total += t - since;
    since = state === "S" ? t : undefined;
  }
  return total + (since === undefined ? 0 : end - since);
}

function submissionOf(job: GoldenJob, labels: ReadonlyMap<number, string>): Submission {
  return {
    request: job.request,
    name: job.label.replace(/\+\d+$/, ""),
    account: job.account,
    qos: job.qos,
    partitions: job.partitions,
    timeLimit: job.timeLimit,
    timeMin: job.timeMin,
    begin: job.begin === 0 ? undefined : { at: job.begin },
    deadline: undefined,
    nice: job.nice,
    priority: undefined,
    hold: job.source.extra?.includes("--hold") ?? false,
    requeue: job.requeue,
    dependencies: job.dependencies.map(({ kind, job: id, delay, or }) => ({
      kind,
      job: labels.get(id) ?? "",
      delay,
      or,
    })),
    killOnInvalidDependency: job.source.extra?.includes("--kill-on-invalid-dep=yes") || undefined,
    array: job.array,
    het: [],
  };
}

/** `@job` stands for a job, `{t:300}` for 300 s after t = 0, `{u:u1}` for a user. */
/** At their times, or when a recorder that was busy sent them: what is noted is when the answer came. */
function operationsOf({ scenario, observed }: GoldenCase): TimedOperation[] {
  const answered = observed.timeline.filter(([, , state]) => state === "OP").map(([t]) => t - 0.1);
  return [...(scenario.operations ?? [])]
    .sort((a, b) => a.t - b.t)
    .map(({ t, cmd }, i) => ({ t: Math.max(t, answered[i] ?? t), cmd }))
    .filter(({ cmd }) => cmd[0] === "scontrol" || cmd[0] === "scancel")
    .flatMap(({ t, cmd }) => {
      const command = cmd
        .map((word) =>
          word
            .replace(/@/g, "")
            .replace(/\{t:(\d+)\}/g, "$1s")
            .replace(/\{u:(\w+)\}/g, "$1"),
        )
        .join(" ");
      // What nobody could read is refused before a run; Slurm refused it when it came.
      if (/afterburner/.test(command)) return [];
      return [{ at: t, command, operation: parseOperation(command) }];
    });
}

/** The passes of a recording, one after the other, whatever happens. */
class RecordedPasses implements PassClock {
  #at = 0;

  constructor(readonly passes: readonly { t: number; kind: string }[]) {}

  ended(): void {}
  changed(): void {}

  /** Passes over an empty queue are over by then. */
  queue(now: number): void {
    while (this.next() < now) this.#at++;
  }

  next(): number {
    const pass = this.passes[this.#at];
    return pass === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.round(pass.t * SECOND));
  }

  ran(): "full" | "limited" {
    return this.passes[this.#at++]!.kind === "m" ? "limited" : "full";
  }
}

/**
 * The rule by which the next pass begins, with the times of a recording as far as these follow it: a thread that sleeps
 * second by second is a little late each time.
 */
class RecordedSeconds extends BackfillClock {
  constructor(
    parameters: SchedulerParameters,
    readonly begins: readonly number[],
  ) {
    super(parameters, begins[0]!);
  }

  override next(): number {
    const own = super.next();
    return this.begins.find((begin) => Math.abs(begin - own) < SECOND) ?? own;
  }
}

/** When passes of backfill sleep, the next one follows from how long they take: it is not given, but ours. */
function recordedClocks(golden: GoldenCase, ruled: boolean, { scheduler }: SlurmConfig): Replay["clocks"] {
  const main = golden.passes.filter(({ kind }) => kind !== "b");
  const backfill = golden.passes.filter(({ kind }) => kind === "b");
  const begins = backfill.map(({ t }) => Math.round(t * SECOND));
  return {
    main: new RecordedPasses(main),
    backfill: ruled ? new RecordedSeconds(scheduler.parameters, begins) : new RecordedPasses(backfill),
  };
}

/** When the recorded controller's threads looked: their grids as far as the recording shows them. */
function phasesOf(golden: GoldenCase): Phases {
  const { observed, passes } = golden;
  const first = (kinds: string) => passes.find(({ kind }) => kinds.includes(kind))?.t ?? 0;
  const started = observed.slurmctld_started_t;
  // Whatever the check of limits did shows when it came.
  const kill = golden.events.find(({ text }) =>
    /timed out|Time limit exhausted|Reservation ended|Configuration for/.test(text),
  )?.t;
  return {
    loop: first("fm"),
    backfill: first("b"),
    limits: kill ?? started,
    decay: decayPhase(golden.name),
    slice: started,
    ...powerPhases(golden),
  };
}
