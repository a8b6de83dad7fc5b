import { newRecord } from "../../../../src/cluster/slurm/controller/record.js";
import type { SlurmJob } from "../../../../src/cluster/slurm/model/job.js";
import type { JobRequest } from "../../../../src/cluster/slurm/model/request.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";

const nothing: JobRequest = {
  id: 0,
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
};

let requests = 1_000_000;

/** A request with nothing but these options. */
export function request(options: Partial<JobRequest>): JobRequest {
  return { ...nothing, id: requests++, ...options };
}

/** `--nodes=N --exclusive`. */
export function wholeNodes(count: number): JobRequest {
  return request({ minNodes: count, maxNodes: count, nodesGiven: true, minCpus: count, exclusive: true });
}

let records = 0;

/** A pending record with nothing but what is given. */
export function record(state: SlurmState, asked: JobRequest, given: Partial<SlurmJob> = {}): SlurmJob {
  const partitions = given.partitions ?? [
    state.partitions.find((one) => one.config.default) ?? state.partitions[0]!,
  ];
  const job = newRecord(
    ++records,
    {
      host: -1,
      name: `job${records}`,
      submission: {
        request: asked,
        partitions: [],
        name: "",
        account: "",
        qos: "",
        timeMin: 0,
        nice: 0,
      } as never,
      user: "u1",
      account: "",
      qos: "",
      partition: "",
      timeLimit: 60,
      group: "",
      member: -1,
    },
    partitions,
    state,
  );
  return Object.assign(job, { priority: 1 }, given);
}
