import type { GresRequest, JobRequest } from "../model/request.js";
import type { Submission } from "../model/submission.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What sbatch's options have said so far, before sbatch resolves what they leave open. */
export interface Draft {
  request: Mutable<JobRequest> & { gres: GresRequest[] };
  job: Mutable<Omit<Submission, "request" | "het">>;
  /** --ntasks-per-gpu. */
  ntasksPerGpu: number;
  overcommit: boolean;
}

export function newDraft(): Draft {
  return {
    request: {
      id: -1,
      minNodes: 1,
      maxNodes: Number.POSITIVE_INFINITY,
      nodesGiven: false,
      ntasks: 0,
      ntasksPerNode: 0,
      ntasksPerSocket: 0,
      ntasksPerCore: 0,
      cpusPerTask: 1,
      cpusPerTaskGiven: false,
      minCpus: 1,
      minCpusPerNode: 0,
      memPerNode: undefined,
      memPerCpu: undefined,
      memPerGpu: undefined,
      gres: [],
      cpusPerGpu: 0,
      exclusive: false,
      exclusiveUser: false,
      overSubscribe: false,
      contiguous: false,
      spread: false,
      constraint: "",
      nodelist: [],
      exclude: [],
      switches: { count: 0, wait: 0 },
      segment: 0,
      licenses: [],
      reservation: "",
    },
    job: {
      name: "",
      account: "",
      qos: "",
      partitions: [],
      timeLimit: undefined,
      timeMin: 0,
      begin: undefined,
      deadline: undefined,
      nice: 0,
      priority: undefined,
      hold: false,
      requeue: undefined,
      dependencies: [],
      killOnInvalidDependency: undefined,
      array: undefined,
    },
    ntasksPerGpu: 0,
    overcommit: false,
  };
}

/**
 * What sbatch makes of its options before it sends them (`opt.c` and `sbatch.c` of 22.05), or the message with which it
 * refuses them.
 */
export function resolveDraft({ request, ntasksPerGpu, overcommit }: Draft): string | undefined {
  if (request.nodelist.length > request.minNodes) request.minNodes = request.nodelist.length;
  if (request.minNodes > request.maxNodes)
    return `invalid number of nodes (-N ${request.minNodes}-${request.maxNodes})`;
  if (ntasksPerGpu > 0) {
    const gpus = request.gres.reduce((sum, one) => sum + one.perJob + one.perNode * request.minNodes, 0);
    if (request.ntasks === 0) request.ntasks = gpus * ntasksPerGpu;
    else if (gpus === 0) addGres(request.gres, "gpu", "", "perJob", Math.ceil(request.ntasks / ntasksPerGpu));
  }
  if (request.ntasks === 0 && request.ntasksPerNode > 0)
    request.ntasks = request.minNodes * request.ntasksPerNode;
  // Fewer tasks than nodes: sbatch warns and takes as many nodes as there are tasks.
  if (request.ntasks > 0 && request.nodesGiven && request.ntasks < request.minNodes) {
    request.minNodes = request.ntasks;
    request.maxNodes = request.ntasks;
  }
  const tasks = request.ntasks || request.minNodes;
  request.minCpus = overcommit
    ? Math.max(request.minNodes, 1) * request.cpusPerTask
    : tasks * request.cpusPerTask;
  return undefined;
}

type GresScope = "perJob" | "perNode" | "perTask" | "perSocket";

/** Asks for GRES; what is asked for twice counts as one request of the larger amount of its scope. */
export function addGres(
  gres: GresRequest[],
  name: string,
  type: string,
  scope: GresScope,
  count: number,
): void {
  const at = gres.findIndex((one) => one.name === name && one.type === type);
  const before = gres[at] ?? { name, type, perJob: 0, perNode: 0, perTask: 0, perSocket: 0 };
  const after = { ...before, [scope]: count };
  if (at < 0) gres.push(after);
  else gres[at] = after;
}
