import { MINUTE } from "../../../core/units.js";
import type { ShapeSpec, TaskGroup } from "../../../fleet/shape.js";
import type { SubmissionReader } from "../../../workload/submission.js";
import type { JobRequest } from "../model/request.js";
import { parseSubmission } from "./parse-submission.js";

const MIB = 2 ** 20;

/**
 * Reads sbatch's options in traces: for every policy what a job needs, for Slurm's the text itself.
 *
 * @param unmodelled gets the options met that are not modelled, with what they would do
 */
export function sbatchReader(unmodelled: Map<string, string> = new Map()): SubmissionReader {
  return {
    read(text, gpusPerNode) {
      const { submission, components, mistakes, unmodelled: missed } = parseSubmission(text);
      const [mistake] = mistakes;
      if (mistake !== undefined) {
        const { message: wrong, part, from, hint } = mistake;
        return { wrong, part, from, ...(hint === undefined ? {} : { hint }) };
      }
      for (const [name, does] of missed) unmodelled.set(name, does);
      const { timeLimit, account, partitions } = submission;
      return {
        parts: [submission, ...submission.het].map(({ request }, i) => ({
          text: components[i]!,
          shape: shapeOf(request, gpusPerNode),
        })),
        tasks: submission.array?.tasks,
        estimate: timeLimit === undefined ? undefined : timeLimit * MINUTE,
        dependencies: submission.dependencies.flatMap(({ job }) => (job === "" ? [] : [job])),
        account,
        queue: partitions.join(","),
      };
    },
  };
}

/** The demand that stands for a request where nodes are chosen in another way than Slurm's. */
export function shapeOf(request: JobRequest, gpusPerNode: number): ShapeSpec {
  const { minNodes, ntasks, cpusPerTask, minCpus, memPerNode, memPerCpu, exclusive, nodesGiven } = request;
  const gres = request.gres.filter(({ name }) => name === "gpu");
  const sum = (key: "perJob" | "perNode" | "perTask" | "perSocket") =>
    gres.reduce((total, one) => total + one[key], 0);
  const type = gres.find((one) => one.type !== "")?.type;
  const gpus =
    sum("perJob") || (sum("perNode") + sum("perSocket")) * minNodes || sum("perTask") * Math.max(1, ntasks);
  const spread = nodesGiven || minNodes > 1 || sum("perNode") > 0;
  const memory = (cpus: number) => MIB * (memPerNode ?? (memPerCpu ?? 0) * cpus);
  const typed = type === undefined ? {} : { gpuType: type };
  if (exclusive) return { groups: [group(minNodes, 0, 0, 0)], exclusive: true };
  if (spread) {
    const cpus = Math.ceil(minCpus / minNodes);
    return {
      groups: [group(minNodes, Math.ceil(gpus / minNodes), cpus, memory(cpus))],
      spread: true,
      ...typed,
    };
  }
  if (gpus > 0) {
    const nodes = Math.max(1, Math.ceil(gpus / gpusPerNode));
    const cpus = Math.ceil(minCpus / nodes);
    return { groups: [group(nodes, Math.ceil(gpus / nodes), cpus, memory(cpus))], ...typed };
  }
  return { groups: [group(Math.max(1, ntasks), 0, cpusPerTask, (memPerCpu ?? 0) * cpusPerTask * MIB)] };
}

function group(count: number, gpus: number, cpus: number, memory: number): TaskGroup {
  return { count, gpus, cpus, memory };
}
