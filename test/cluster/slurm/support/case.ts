import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { repoPath } from "../../../support/shared.js";

const folder = repoPath("test/oracles/slurm");
/** Recorded by this project, for what the others leave open. */
const ownFolder = repoPath("test/oracles/slurm-own");
/** Of our own, too: nodes that are suspended, resumed and rebooted. */
const powerFolder = repoPath("test/oracles/slurm-power");

/** A recording of a real Slurm 22.05: what was asked of it, and what it decided. Seconds from its t = 0. */
export interface GoldenCase {
  name: string;
  scenario: Scenario;
  observed: Observed;
  /** Instants at which a scheduler pass began: `b` backfill, `f` main over the full queue, `m` main with limited depth. */
  passes: { t: number; kind: "b" | "f" | "m" }[];
  /** slurm.conf as Slurm was given it. */
  conf: string;
  /** slurmctld's log lines that name a job or a reservation. */
  events: { t: number; text: string }[];
}

export interface Scenario {
  name: string;
  description: string;
  cluster: Record<string, unknown>;
  workload: WorkloadJob[];
  operations?: { t: number; cmd: string[] }[];
  horizon_s?: number;
}

/** What was handed to sbatch; `het` lists components, each with its own keys. */
export interface WorkloadJob {
  id: string;
  submit_s: number;
  nodes?: number | string;
  exclusive?: boolean;
  ntasks?: number | null;
  ntasks_per_node?: number;
  cpus?: number;
  gpus?: number;
  gpus_per_node?: number;
  mem_mb?: number;
  mem_per_cpu_mb?: number;
  limit_min?: number;
  time_min_min?: number;
  run_s: number | number[];
  user?: string;
  account?: string;
  qos?: string;
  partition?: string;
  nice?: number;
  array?: string;
  depends?: string;
  begin_s?: number;
  exit?: number;
  requeue?: boolean;
  nap_s?: number;
  licenses?: string;
  reservation?: string;
  constraint?: string;
  nodelist?: string;
  exclude?: string;
  contiguous?: boolean;
  oversubscribe?: boolean;
  extra?: string[];
  het?: Partial<WorkloadJob>[];
}

export interface ObservedJob {
  id: string;
  slurm_id: number;
  /** Array id and task, or null. */
  array: [number, string] | null;
  state: string;
  reason: string;
  restarts: number;
  submit: number;
  eligible: number | null;
  start: number | null;
  end: number | null;
  suspended_s: number;
  nodes: string;
  cpus: number;
  tres: string | null;
  priority: number;
  partition: string;
  qos: string;
  exit: string;
  het?: [number, number];
  time_limit?: string;
}

export type DecisionKind =
  | "submit"
  | "start-main"
  | "start-backfill"
  | "complete"
  | "timeout"
  | "preempt"
  | "requeue"
  | "gang";

export interface Observed {
  slurm_version: string;
  slurmctld_started_t: number;
  /** Unix time of t = 0, where the day of the week matters. */
  epoch?: number;
  /** Job, time, by which scheduler, nodes. */
  start_order: [job: string, t: number, by: "main" | "backfill", nodes: string][];
  jobs: ObservedJob[];
  /** Refused at submission, with the message. */
  rejected: Record<string, string>;
  /** Changes seen by polling: t, job, state (PD, R, CG, ...; OP for an operation), reason, nodes, priority. */
  timeline: [t: number, job: string, state: string, reason: string, nodes: string, priority: number | null][];
  snapshots: Snapshot[];
  /** Nodes, CPU ids, GPUs and MiB of running jobs. */
  gres_index: Record<string, [nodes: string, cpus: string, gres: string, memory: string][]> | null;
  /** Labels by Slurm's job id (of an array or a heterogeneous job: the first). */
  ids: Record<string, string>;
  /** System accounts by the scenario's labels of users. */
  users: Record<string, string>;
  decision_log: [t: number, kind: DecisionKind, job: string, detail: string][];
  /** Where nodes are suspended or rebooted: slurmctld's log lines about that, each after its time. */
  power_events?: string[];
  /** Calls of the programs, and what came of them (kill, boot), with host lists. */
  power_log?: [t: number, what: "suspend" | "resume" | "reboot" | "fail" | "kill" | "boot", nodes: string][];
  /** Of passes of backfill that sleep: their beginnings, sleeps and ends, and what they do with a job. */
  backfill_log?: [
    t: number,
    what: "begin" | "sleep" | "test" | "gone" | "held" | "plan" | "start" | "stop" | "end",
    job: string,
  ][];
  /** Changes of nodes seen by polling. */
  node_log?: [t: number, node: string, state: string, reason: string, lastBusy: number | string][];
}

export interface Snapshot {
  t: number;
  asked_t: number;
  /** job | priority | partition | reason | expected start | planned nodes */
  plan?: string[];
  sprio_weighted?: string[];
  sprio_normalised?: string[];
  sprio_columns?: string;
  sshare_l?: string[];
  squeue?: string[];
  reservations?: string[];
  licenses?: string[];
  partitions?: string[];
  limits?: string[];
  /** scontrol show assoc_mgr, and with -o. */
  assoc_mgr?: string;
  assoc_mgr_o?: string;
  sdiag?: string;
}

/** Names of all recorded cases, sorted. */
export const goldenNames = namesIn(folder);
export const ownNames = namesIn(ownFolder);
export const powerNames = namesIn(powerFolder);

function namesIn(place: string): string[] {
  return readdirSync(place)
    .filter((file) => file.endsWith(".json.gz"))
    .map((file) => file.slice(0, -".json.gz".length))
    .sort();
}

function folderOf(name: string): string {
  return powerNames.includes(name) ? powerFolder : ownNames.includes(name) ? ownFolder : folder;
}

export function goldenCase(name: string): GoldenCase {
  const { passes, events, ...rest } = JSON.parse(
    gunzipSync(readFileSync(join(folderOf(name), `${name}.json.gz`))).toString(),
  ) as Omit<GoldenCase, "name" | "passes" | "events"> & { passes: string; events: string };
  return {
    name,
    ...rest,
    passes: passes
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => {
        const [t, kind] = line.split(",") as [string, "b" | "f" | "m"];
        return { t: Number(t), kind };
      }),
    events: events
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const blank = line.indexOf(" ");
        return { t: Number(line.slice(0, blank)), text: line.slice(blank + 1) };
      }),
  };
}

/** `n[1-3,7]` as names, in order; nothing for `(null)` and the empty list. */
export function expandNodes(list: string): string[] {
  if (list === "" || list === "(null)") return [];
  const names: string[] = [];
  for (const [, prefix, ranges] of list.matchAll(/([^,[]+)(?:\[([^\]]+)\])?/g)) {
    if (ranges === undefined) names.push(prefix!);
    else
      for (const range of ranges.split(",")) {
        const [from, to = from] = range.split("-");
        for (let i = Number(from); i <= Number(to); i++) names.push(`${prefix}${i}`);
      }
  }
  return names;
}
