import type { Shape } from "../../../fleet/shape.js";
import type { Submission } from "../model/submission.js";
import { newDraft } from "../request/draft.js";

const MIB = 2 ** 20;

/**
 * The submission that stands for a demand which was not written for Slurm. Equal tasks on nodes of their own become
 * `--nodes` with one task each; tasks that may sit anywhere become `--ntasks`; whole nodes become `--exclusive`; several
 * kinds of tasks become a total of GPUs over as many nodes as there are tasks.
 */
export function submissionOf(shape: Shape): Submission {
  const { groups, spread, exclusive, tasks } = shape;
  const only = groups.length === 1 ? groups[0] : undefined;
  const each = only ?? { count: tasks, gpus: 0, cpus: Math.ceil(shape.cpus / tasks), memory: 0 };
  const perNode = spread || exclusive || only === undefined;
  const gpu = { name: "gpu", type: shape.gpuType ?? "", perJob: 0, perNode: 0, perTask: 0, perSocket: 0 };
  if (only === undefined) gpu.perJob = shape.gpus;
  else if (perNode) gpu.perNode = only.gpus;
  else gpu.perTask = only.gpus;
  const cpusPerTask = Math.max(1, each.cpus);
  const memory = each.memory > 0 ? Math.ceil(each.memory / MIB) : undefined;
  const { request, job } = newDraft();
  return {
    ...job,
    request: {
      ...request,
      id: shape.id,
      minNodes: perNode ? tasks : 1,
      maxNodes: perNode ? tasks : Number.POSITIVE_INFINITY,
      nodesGiven: perNode,
      ntasks: exclusive ? 0 : tasks,
      ntasksPerNode: perNode && !exclusive ? 1 : 0,
      cpusPerTask,
      cpusPerTaskGiven: each.cpus > 0,
      minCpus: tasks * cpusPerTask,
      memPerNode: perNode ? memory : undefined,
      memPerCpu: perNode || memory === undefined ? undefined : Math.ceil(memory / cpusPerTask),
      gres: shape.gpus > 0 ? [gpu] : [],
      exclusive,
    },
    het: [],
  };
}
