import type { Dependency } from "../../../../src/cluster/slurm/model/job.js";
import type { GresRequest, JobRequest } from "../../../../src/cluster/slurm/model/request.js";
import { expandNodes, type GoldenCase, type WorkloadJob } from "./case.js";

/** A job as sbatch was asked for it: one component of a heterogeneous job, or all tasks of an array. */
export interface GoldenJob {
  /** As the recording calls it: `a`, `h1+0`; tasks of an array are `arr[3]`. */
  label: string;
  /** Slurm's job id; of an array that of its head. */
  id: number;
  /** When slurmctld logged the submission; Slurm keeps whole seconds of it. */
  submit: number;
  request: JobRequest;
  user: string;
  /** Empty: the user's default. */
  account: string;
  /** Empty: the default. */
  qos: string;
  /** In the order given; empty: the default partition. */
  partitions: string[];
  /** Minutes; undefined: the partition's default. */
  timeLimit: number | undefined;
  timeMin: number;
  nice: number;
  /** --begin, seconds from t = 0; 0 for none. */
  begin: number;
  dependencies: Dependency[];
  array: { tasks: number[]; maxRunning: number } | undefined;
  het: { id: number; offset: number; size: number } | undefined;
  requeue: boolean;
  /** Seconds that it works, by task when it is an array with several. */
  work: number[];
  exit: number;
  source: WorkloadJob;
}

/** The jobs that Slurm accepted, in the order of their ids. Those refused at submission are in `observed.rejected`. */
export function goldenJobs(golden: GoldenCase): GoldenJob[] {
  const ids = new Map(Object.entries(golden.observed.ids).map(([id, label]) => [label, Number(id)]));
  const submitted = new Map<string, number>();
  for (const [t, kind, label] of golden.observed.decision_log)
    if (kind === "submit") submitted.set(label.replace(/\[.*|\+.*/, ""), t);
  const jobs: GoldenJob[] = [];
  for (const source of golden.scenario.workload) {
    const id = ids.get(source.id);
    if (id === undefined) continue;
    const parts: WorkloadJob[] = source.het?.map((part) => ({ ...source, ...part })) ?? [source];
    parts.forEach((part, offset) => {
      const submit = submitted.get(source.id) ?? source.submit_s;
      jobs.push({
        label: source.het ? `${source.id}+${offset}` : source.id,
        id: id + offset,
        submit,
        request: request(part, jobs.length),
        user: part.user ?? "u1",
        account: part.account ?? "",
        qos: part.qos ?? "",
        partitions: part.partition?.split(",") ?? [],
        timeLimit: part.limit_min,
        timeMin: part.time_min_min ?? 0,
        nice: part.nice ?? 0,
        begin: part.begin_s === undefined ? 0 : Math.floor(submit) + part.begin_s,
        dependencies: dependencies(part, ids),
        array: part.array === undefined ? undefined : array(part.array),
        het: source.het ? { id, offset, size: parts.length } : undefined,
        requeue: part.requeue ?? true,
        work: typeof part.run_s === "number" ? [part.run_s] : part.run_s,
        exit: part.exit ?? 0,
        source: part,
      });
    });
  }
  return jobs.sort((a, b) => a.id - b.id);
}

/** What sbatch sends for the options that the recorder gave: `--ntasks-per-node=1` unless told otherwise. */
function request(job: WorkloadJob, id: number): JobRequest {
  const [least, most] = String(job.nodes ?? "").split("-");
  const minNodes = Number(least || 1);
  const maxNodes = job.nodes === undefined ? Number.POSITIVE_INFINITY : Number(most ?? least);
  const ntasksPerNode = job.exclusive
    ? 0
    : job.ntasks
      ? (job.ntasks_per_node ?? 0)
      : (job.ntasks_per_node ?? 1);
  const ntasks = job.exclusive ? 0 : job.ntasks || ntasksPerNode * minNodes;
  const cpusPerTask = job.exclusive ? 1 : (job.cpus ?? 1);
  const gres: GresRequest[] = [];
  const gpu = { name: "gpu", type: "", perJob: 0, perNode: 0, perTask: 0, perSocket: 0 };
  if (job.gpus_per_node) gres.push({ ...gpu, perNode: job.gpus_per_node });
  if (job.gpus) gres.push({ ...gpu, perJob: job.gpus });
  const option = (name: string) =>
    Number(job.extra?.map((one) => one.split("=")).find(([key]) => key === `--${name}`)?.[1] ?? 0);
  if (option("gpus-per-task")) gres.push({ ...gpu, perTask: option("gpus-per-task") });
  return {
    id,
    minNodes,
    maxNodes,
    nodesGiven: job.nodes !== undefined,
    ntasks,
    ntasksPerNode,
    ntasksPerSocket: option("ntasks-per-socket"),
    ntasksPerCore: 0,
    cpusPerTask,
    cpusPerTaskGiven: !job.exclusive && job.cpus !== undefined,
    minCpus: (ntasks || minNodes) * cpusPerTask,
    minCpusPerNode: 0,
    memPerNode: job.mem_mb,
    memPerCpu: job.mem_per_cpu_mb,
    memPerGpu: option("mem-per-gpu") || undefined,
    gres,
    cpusPerGpu: option("cpus-per-gpu"),
    exclusive: job.exclusive ?? false,
    exclusiveUser: false,
    overSubscribe: job.oversubscribe ?? false,
    contiguous: job.contiguous ?? false,
    spread: false,
    constraint: job.constraint ?? "",
    nodelist: expandNodes(job.nodelist ?? ""),
    exclude: expandNodes(job.exclude ?? ""),
    switches: { count: 0, wait: 0 },
    segment: option("segment"),
    licenses: (job.licenses?.split(",") ?? []).map((entry) => {
      const [name, count] = entry.split(":") as [string, string?];
      return { name, count: Number(count ?? 1) };
    }),
    reservation: job.reservation ?? "",
    ...(job.extra?.includes("--reboot") ? { reboot: true } : {}),
  };
}

/** `0-9%3`. */
function array(text: string): { tasks: number[]; maxRunning: number } {
  const [ranges, most] = text.split("%") as [string, string?];
  const tasks = ranges.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: to! - from + 1 }, (_, i) => from + i);
  });
  return { tasks, maxRunning: most === undefined ? Number.POSITIVE_INFINITY : Number(most) };
}

/** `afterok:@a:@b`, terms joined by `,` or `?`; `@label` stands for a job's id. */
function dependencies(job: WorkloadJob, ids: Map<string, number>): Dependency[] {
  const options = [
    job.depends,
    ...(job.extra ?? []).map((option) => /^--dependency=(.*)/.exec(option)?.[1]),
  ].filter((text) => text !== undefined);
  return options.flatMap((text) => {
    const or = text.includes("?");
    return text.split(/[,?]/).flatMap((term): Dependency[] => {
      const [kind, ...targets] = term.split(":") as [Dependency["kind"], ...string[]];
      if (kind === "singleton") return [{ kind, job: -1, task: -1, delay: 0, or, state: "unfulfilled" }];
      return targets.map((target) => {
        const [job, delay] = target.split("+") as [string, string?];
        const id = job.startsWith("@") ? ids.get(job.slice(1))! : Number(job);
        return { kind, job: id, task: -1, delay: Number(delay ?? 0), or, state: "unfulfilled" };
      });
    });
  });
}
