import { expandNodes, type GoldenCase } from "../case.js";
import { decayTicks } from "../decay-phase.js";
import { type GoldenJob, goldenJobs } from "../jobs.js";
import { launches, nodeEvents } from "../power.js";
import { type NodeFact, nodeFacts } from "./nodes.js";

/** One thing that happened to Slurm, or that Slurm did outside of its passes. Seconds. */
export type Fact =
  | { t: number; kind: "submit"; job: GoldenJob }
  /** `job`: a label. The end of a run; its nodes are released a little later. */
  | {
      t: number;
      kind: "end";
      job: string;
      how: "COMPLETED" | "FAILED" | "TIMEOUT" | "CANCELLED" | "NODE_FAIL" | "PREEMPTED";
    }
  /** It goes back into the queue: it leaves its nodes, and waits from `back` on. */
  | { t: number; kind: "requeue"; job: string; back: number }
  | { t: number; kind: "cancel"; job: string }
  | { t: number; kind: "operation"; command: string }
  /** An ended reservation is removed; jobs that wait for it are held. */
  | { t: number; kind: "purge"; reservation: string }
  /** It has other nodes from now on. */
  | { t: number; kind: "reservation-nodes"; reservation: string; nodes: string[] }
  /** It would need other nodes and finds none. */
  | { t: number; kind: "reservation-stays"; reservation: string }
  | { t: number; kind: "suspend" | "resume"; job: string }
  /** The nodes of a job that waited for them are up. */
  | { t: number; kind: "launch"; job: string }
  | NodeFact
  | { t: number; kind: "tick" };

/** A start as Slurm logged it. */
export interface RecordedStart {
  t: number;
  job: string;
  by: "main" | "backfill";
  nodes: string[];
}

/** A job asked to leave for another. */
export interface RecordedEviction {
  t: number;
  job: string;
}

export interface Facts {
  facts: Fact[];
  starts: RecordedStart[];
  evictions: RecordedEviction[];
}

/** Seconds by which ticks came later than any number of sprio tells: a pass of the same second was before them. */
const tickDelay: Record<string, number> = {
  "e-fairshare-classic": 0.4,
  "t-tres-limits-safe": 0.55,
};

/** What a recording says, in the order in which it happened. */
export function factsOf(golden: GoldenCase): Facts {
  const { observed, events, scenario } = golden;
  const facts: Fact[] = goldenJobs(golden).map((job) => ({ t: seen(job, golden), kind: "submit", job }));
  const ended = endings(golden);
  const labels = labelsById(golden);
  const back = new Map<string, number[]>();
  for (const [t, kind, job] of observed.decision_log)
    if (kind === "requeue") back.set(job, [...(back.get(job) ?? []), t]);
  const requeue = (t: number, job: string) => {
    const times = back.get(job) ?? [];
    facts.push({ t, kind: "requeue", job, back: times.find((time) => time >= t) ?? t + 2 });
  };
  for (const [t, kind, job] of observed.decision_log)
    if (kind === "complete") facts.push({ t, kind: "end", job, how: ended.get(job) ?? "COMPLETED" });
    else if (kind === "timeout") facts.push({ t, kind: "end", job, how: "TIMEOUT" });
  /** A heterogeneous job goes as a whole. */
  const whole = (label: string) =>
    /\+\d+$/.test(label)
      ? observed.jobs
          .map(({ id }) => id)
          .filter((id) => id.replace(/\+\d+$/, "") === label.replace(/\+\d+$/, ""))
      : [label];
  // Signals are also how a grace time begins.
  const asked = (t: number, text: string) =>
    text.startsWith("job_signal") &&
    events.some((one) => one.t <= t && one.t > t - 0.2 && one.text.includes("REQUEST_KILL_JOB"));
  const evictions: RecordedEviction[] = [];
  for (const { t, text } of events) {
    const label = (pattern: RegExp) => labels(pattern.exec(text)?.[1]);
    const preempted = label(/^preempted JobId=(\S+) has been/);
    const expired =
      label(/^JobId=(\S+) timed out, (?:the job|assoc \d+) is at or exceeds/) ??
      label(/^Reservation ended for JobId=(\S+)/);
    const failed = label(/^Killing JobId=(\S+) on failed node/);
    const moved = label(/^requeue job JobId=(\S+) due to failure/);
    const killed = asked(t, text)
      ? label(/^job_signal: \d+ of (?:running|configuring) JobId=(\S+) successful/)
      : undefined;
    const warned = asked(t, text) ? undefined : label(/^job_signal: 15 of running JobId=(\S+) successful/);
    if (warned !== undefined) evictions.push({ t, job: warned });
    const cancelled = label(/^job_signal: \d+ of pending JobId=(\S+) successful/);
    if (preempted !== undefined) {
      // After a grace time it is the limit check that ends it.
      if (!text.endsWith("JobId=Invalid")) evictions.push({ t, job: preempted });
      for (const job of whole(preempted))
        if (text.includes("requeued")) requeue(t, job);
        else facts.push({ t, kind: "end", job, how: "PREEMPTED" });
    } else if (expired !== undefined) facts.push({ t, kind: "end", job: expired, how: "TIMEOUT" });
    else if (failed !== undefined) facts.push({ t, kind: "end", job: failed, how: "NODE_FAIL" });
    else if (moved !== undefined) requeue(t, moved);
    else if (killed !== undefined) facts.push({ t, kind: "end", job: killed, how: "CANCELLED" });
    else if (cancelled !== undefined) facts.push({ t, kind: "cancel", job: cancelled });
    const purged = /^Purging vestigial reservation (\S+)/.exec(text)?.[1];
    if (purged !== undefined) facts.push({ t, kind: "purge", reservation: purged });
    const replaced = replacedNodes(text);
    if (replaced !== undefined) facts.push({ t, kind: "reservation-nodes", ...replaced });
    const [, stays] =
      /(?:unable to replace all allocated nodes in |^)reservation (\S+) (?:at this time|contains unusable nodes)/.exec(
        text,
      ) ?? [];
    if (stays !== undefined) facts.push({ t, kind: "reservation-stays", reservation: stays });
  }
  const times = observed.timeline.filter(([, , state]) => state === "OP").map(([t]) => t);
  const operations = [...(scenario.operations ?? [])].sort((a, b) => a.t - b.t);
  operations.forEach(({ cmd }, i) => {
    // Cancellations are in the log.
    if (cmd[0] === "scancel") return;
    const words = cmd.map((word) =>
      word
        .replace(/\{t:(\d+)\}/g, "$1s")
        .replace(/\{u:(\w+)\}/g, "$1")
        .replace(/^@/, ""),
    );
    facts.push({
      t: doneAt(golden, cmd, operations[i]!.t, times[i]!),
      kind: "operation",
      command: words.join(" "),
    });
  });
  const priority = scenario.cluster.priority as { type?: string } | undefined;
  if (priority?.type === "multifactor")
    for (const t of decayTicks(golden.name))
      facts.push({ t: t + (tickDelay[golden.name] ?? 0), kind: "tick" });
  facts.push(...suspensions(golden), ...nodeFacts(golden));
  for (const { t, job } of launches(golden)) facts.push({ t, kind: "launch", job });
  facts.sort((a, b) => a.t - b.t);
  const starts = observed.start_order.map(([job, t, by, nodes]) => ({
    t,
    job,
    by,
    nodes: expandNodes(nodes),
  }));
  return { facts, starts, evictions };
}

/** What slurmctld logs when a reservation gets other nodes: all of them, or what is new and what it keeps. */
export function replacedNodes(text: string): { reservation: string; nodes: string[] } | undefined {
  const [, plain, all] =
    /^modified reservation (\S+) due to unusable nodes, new nodes: (\S+)/.exec(text) ?? [];
  if (plain !== undefined) return { reservation: plain, nodes: expandNodes(all!) };
  const [, name, added, kept] =
    /^_resv_node_replace: modified reservation (\S+) with added\[\S+\]:(\S*) kept\[\S+\]:(\S*)/.exec(text) ??
    [];
  return name === undefined
    ? undefined
    : { reservation: name, nodes: [...expandNodes(added!), ...expandNodes(kept!)] };
}

/**
 * When a command was carried out: before its answer was noted, which for a requeue matters. A node that is resumed
 * must answer before it is had.
 */
function doneAt(golden: GoldenCase, cmd: readonly string[], asked: number, answered: number): number {
  if (cmd[1] === "requeue") return Math.min(answered, asked + 0.05);
  if (!cmd.includes("state=resume")) return answered;
  const up = nodeEvents(golden).filter(({ t, kind }) => kind === "up" && t > asked && t < asked + 1);
  return Math.max(answered, ...up.map(({ t }) => t));
}

/** A submission is logged when it has been answered; a pass may have started the job before. */
function seen(job: GoldenJob, { observed, passes }: GoldenCase): number {
  const start = observed.start_order.find(([label]) => label.replace(/\[.*/, "") === job.label)?.[1];
  if (start === undefined || start > job.submit) return job.submit;
  return passes.findLast(({ t }) => t <= start)!.t - 0.001;
}

function endings({ observed }: GoldenCase): Map<string, "COMPLETED" | "FAILED"> {
  return new Map(observed.jobs.map(({ id, state }) => [id, state === "FAILED" ? "FAILED" : "COMPLETED"]));
}

/** `9_2(11)`, `2+0(2)` and `11` as labels. */
function labelsById({ observed }: GoldenCase): (id: string | undefined) => string | undefined {
  const byId = new Map(observed.jobs.map(({ slurm_id, id }) => [String(slurm_id), id]));
  return (id) => {
    if (id === undefined) return undefined;
    const plain = /\((\d+)\)/.exec(id)?.[1] ?? id;
    return byId.get(plain) ?? observed.ids[plain];
  };
}

/** Gang scheduling left no trace in the log: squeue was asked every few seconds. */
function suspensions({ observed }: GoldenCase): Fact[] {
  const facts: Fact[] = [];
  const suspended = new Set<string>();
  for (const [t, job, state] of observed.timeline) {
    if (state === "S" && !suspended.has(job)) {
      suspended.add(job);
      facts.push({ t, kind: "suspend", job });
    } else if (state === "R" && suspended.delete(job)) facts.push({ t, kind: "resume", job });
  }
  return facts;
}
