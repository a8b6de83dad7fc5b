import { describe, expect, it } from "vitest";
import { fitTo } from "../../../../src/cluster/slurm/request/fitted.js";
import { parseSubmission } from "../../../../src/cluster/slurm/request/parse-submission.js";
import { stateOf } from "../support/conf.js";

/** What options come to on nodes of 16 CPUs and 64000 MiB, in a partition with these settings. */
function fitted(options: string, { cluster = "", partition = "" }: { cluster?: string; partition?: string }) {
  const node = "NodeName=n[1-2] CPUs=16 RealMemory=64000 Gres=gpu:4";
  const state = stateOf(
    `SelectTypeParameters=CR_Core_Memory\nGresTypes=gpu\n${cluster.replaceAll(" ", "\n")}\n${node}\nPartitionName=p Nodes=ALL ${partition}\n`,
  );
  const { submission, mistakes } = parseSubmission(options);
  expect(mistakes).toEqual([]);
  return fitTo(submission.request, state.partitions[0]!, state);
}

describe("GPUs bring CPUs and memory with them", () => {
  const cluster = "DefCpuPerGPU=2 DefMemPerGPU=4000 DefMemPerCPU=1000";

  it("those of the cluster, of the partition in their place, and none for a partition's 0", () => {
    expect(fitted("--gres=gpu:2", { cluster })).toMatchObject({ cpusPerGpu: 2, memoryPerGpu: 4000 });
    const partition = "DefCPUPerGPU=3 DefMemPerGPU=12000";
    expect(fitted("-G2", { cluster, partition })).toMatchObject({ cpusPerGpu: 3, memoryPerGpu: 12000 });
    const off = fitted("-G2", { cluster, partition: "DefCPUPerGPU=0 DefMemPerGPU=0" });
    expect(off).toMatchObject({ cpusPerGpu: 0, memoryPerGpu: 0, memoryByGpu: false, memory: 1000 });
  });

  it("but no CPUs to whoever says --cpus-per-task, and only to jobs with GPUs", () => {
    expect(fitted("-G2 -c1", { cluster })).toMatchObject({ cpusPerGpu: 0, memoryPerGpu: 4000 });
    expect(fitted("-n2", { cluster })).toMatchObject({ cpusPerGpu: 0, memoryPerGpu: 0, memory: 1000 });
    expect(fitted("-G2 --cpus-per-gpu=5", { cluster }).cpusPerGpu).toBe(5);
  });

  it("and memory instead of that by CPU, unless the job names its own", () => {
    expect(fitted("-G2", { cluster }).memoryByGpu).toBe(true);
    expect(fitted("-G2 --mem-per-gpu=9000", { cluster })).toMatchObject({
      memoryByGpu: true,
      memoryPerGpu: 9000,
    });
    expect(fitted("-G2 --mem=2000", { cluster })).toMatchObject({ memoryByGpu: false, memory: 2000 });
  });

  it("so that a task with two GPUs has the CPUs of both", () => {
    expect(fitted("-n2 --gpus-per-task=2", { cluster }).cpusPerTask).toBe(4);
  });
});

describe("memory above MaxMemPerCPU takes more CPUs", () => {
  const cluster = "DefMemPerCPU=1500 MaxMemPerCPU=2000";

  it("per CPU: over several CPUs of each task, rounded up", () => {
    expect(fitted("-n4 -N1 --mem-per-cpu=5000", { cluster })).toMatchObject({
      cpusPerTask: 3,
      minCpus: 12,
      memory: 1667,
      admitted: true,
    });
    expect(fitted("-n4 --mem-per-cpu=2000", { cluster })).toMatchObject({ cpusPerTask: 1, memory: 2000 });
  });

  it("per node: so many CPUs there, and of each of the tasks of a node its share", () => {
    expect(fitted("-n3 -N1 --mem=11000", { cluster })).toMatchObject({ cpusPerTask: 1, minCpusPerNode: 6 });
    expect(fitted("-N2 --ntasks-per-node=2 --mem=9000", { cluster })).toMatchObject({
      cpusPerTask: 3,
      minCpusPerNode: 5,
    });
    // The default of a partition counts as if it had been asked for.
    const partition = "DefMemPerNode=9000";
    expect(fitted("-c4", { cluster, partition })).toMatchObject({ memory: 9000, minCpusPerNode: 5 });
    expect(fitted("--mem=0", { cluster }).minCpusPerNode).toBe(32);
  });

  it("and a partition's limit replaces the cluster's, of either kind", () => {
    const partition = "MaxMemPerCPU=4000";
    expect(fitted("-c2 --mem-per-cpu=4100", { cluster, partition })).toMatchObject({
      cpusPerTask: 4,
      memory: 2050,
    });
    const perNode = { cluster, partition: "MaxMemPerNode=24000" };
    expect(fitted("--mem=13000", perNode)).toMatchObject({ admitted: true, minCpusPerNode: 1 });
    expect(fitted("--mem=25000", perNode).admitted).toBe(false);
    expect(fitted("--mem=0", perNode).admitted).toBe(false);
    expect(fitted("-n4 -N1 --mem-per-cpu=6000", perNode).admitted).toBe(true);
    // Nobody else on the node: all of its CPUs count.
    expect(fitted("--exclusive --mem-per-cpu=2500", perNode).admitted).toBe(false);
  });
});
