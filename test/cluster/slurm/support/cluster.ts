import { createAccounting } from "../../../../src/cluster/slurm/accounting.js";
import type {
  AssociationConfig,
  PartitionConfig,
  QosConfig,
  SlurmConfig,
} from "../../../../src/cluster/slurm/model/config.js";
import { type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import type { Limits, Priorities } from "../../../../src/cluster/slurm/model/parts.js";
import type { JobRequest } from "../../../../src/cluster/slurm/model/request.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { goldenCase } from "./case.js";
import { goldenConfig } from "./config.js";

/** What a small cluster of four nodes with 16 CPUs and 4 GPUs each is to have besides the defaults. */
export interface Sketch {
  priority?: Partial<Omit<SlurmConfig["priority"], "flags">>;
  flags?: Partial<SlurmConfig["priority"]["flags"]>;
  enforce?: Partial<SlurmConfig["enforce"]>;
  partitions?: Partial<PartitionConfig>[];
  qos?: (Partial<QosConfig> & { name: string })[];
  accounts?: (Partial<AssociationConfig> & { account: string })[];
  users?: (Partial<AssociationConfig> & { user: string; account: string })[];
  /** False: no slurmdbd. */
  accounting?: boolean;
}

/** A job to be put into it: one node and one CPU when nothing else is said. */
export interface JobSketch {
  user?: string;
  qos?: string;
  partitions?: string[];
  nodes?: number;
  cpus?: number;
  /** On each node. */
  gpus?: number;
  /** Minutes. */
  limit?: number | undefined;
  nice?: number;
  tasks?: number[];
  exclusive?: boolean;
}

/** A controller's state with its accounting, into which jobs are put by hand. */
export class SmallCluster {
  readonly state: SlurmState;
  readonly limits: Limits;
  readonly priorities: Priorities;
  private jobs = 0;

  constructor(sketch: Sketch = {}) {
    this.state = buildState(configOf(sketch));
    const { limits, priorities } = createAccounting(this.state);
    this.limits = limits;
    this.priorities = priorities;
  }

  get partition() {
    return this.state.partitions[0]!;
  }

  /** A pending job, in the queue or (`outside`) about to be submitted. */
  job(sketch: JobSketch = {}, outside = false): SlurmJob {
    const { state } = this;
    const user = sketch.user ?? "u1";
    const association = state.associations.find((one) => one.user === user);
    const names = sketch.partitions ?? [state.partitions[0]!.name];
    const partitions = names.map((name) => state.partitions.find((one) => one.name === name)!);
    const job = {
      id: ++this.jobs,
      request: requestOf(sketch, this.jobs),
      state: SlurmJobState.Pending,
      user,
      account: association?.account ?? "",
      association,
      qos: state.qos.get(sketch.qos ?? "normal"),
      partitions,
      partition: partitions[0]!,
      timeLimit: "limit" in sketch ? sketch.limit : 10,
      submitTime: state.now,
      eligibleTime: state.now,
      accrueTime: -1,
      startTime: -1,
      endTime: -1,
      suspendTime: -1,
      preSuspended: 0,
      priority: 0,
      nice: sketch.nice ?? 0,
      siteFactor: 0,
      totalCpus: 0,
      tasksLeft: sketch.tasks ?? [],
    } as unknown as SlurmJob;
    if (!outside) this.submit(job);
    return job;
  }

  submit(job: SlurmJob): void {
    this.state.jobs.add(job);
    this.state.pending.add(job);
    this.limits.submitted(job);
    this.priorities.assign(job);
  }

  /** Starts it on these nodes with the CPUs and GPUs that it asks for. */
  start(job: SlurmJob, nodes = [0]): SlurmJob {
    const { state } = this;
    const { cpusPerTask, gres } = job.request;
    const node = Int32Array.from(nodes);
    job.allocation = {
      nodes: BitVector.of(state.nodes.count, nodes),
      node,
      cpus: node.map(() => cpusPerTask),
      cores: undefined,
      gpus: node.map(() => (1 << (gres[0]?.perNode ?? 0)) - 1),
      memory: new Float64Array(node.length),
      row: 0,
      wholeNode: false,
    };
    job.state = SlurmJobState.Running;
    job.startTime = state.now;
    job.endTime = state.now + 60 * (job.timeLimit ?? job.partition.config.maxTime);
    state.pending.delete(job);
    state.running.add(job);
    this.limits.started(job);
    return job;
  }

  run(sketch: JobSketch = {}, nodes = [0]): SlurmJob {
    return this.start(this.job(sketch), nodes);
  }

  end(job: SlurmJob): void {
    job.endTime = this.state.now;
    job.state = SlurmJobState.Ended;
    this.state.running.delete(job);
    this.state.jobs.delete(job);
    this.limits.ended(job);
  }

  /** Seconds pass; the decay thread runs at their end. */
  pass(seconds: number): void {
    this.state.now += seconds;
    this.priorities.tick();
  }

  /** Why limits would hold the job back on these nodes now. */
  reason(job: SlurmJob, nodes = [0]): string | undefined {
    const { limits, state } = this;
    const [partition] = job.partitions;
    return (
      limits.preSelect(job, partition!) ??
      limits.postSelect(job, partition!, { nodes: BitVector.of(state.nodes.count, nodes) })
    );
  }
}

function requestOf(sketch: JobSketch, id: number): JobRequest {
  const nodes = sketch.nodes ?? 1;
  const cpus = sketch.cpus ?? 1;
  const gpu = { name: "gpu", type: "", perJob: 0, perNode: sketch.gpus ?? 0, perTask: 0, perSocket: 0 };
  return {
    id,
    minNodes: nodes,
    maxNodes: nodes,
    nodesGiven: true,
    ntasks: nodes,
    cpusPerTask: cpus,
    minCpus: nodes * cpus,
    minCpusPerNode: 0,
    gres: sketch.gpus ? [gpu] : [],
    exclusive: sketch.exclusive ?? false,
    licenses: [],
  } as unknown as JobRequest;
}

const golden = goldenConfig(goldenCase("t-tres-limits"));

function configOf(sketch: Sketch): SlurmConfig {
  const [line] = golden.nodes;
  const [partition] = golden.partitions;
  const names = ["n1", "n2", "n3", "n4"];
  const qos: QosConfig = {
    name: "normal",
    priority: 0,
    preempt: [],
    preemptMode: undefined,
    graceTime: 0,
    preemptExemptTime: undefined,
    usageFactor: 1,
    flags: [],
  };
  const association = { account: "root", user: "", partition: "", parent: "", fairshare: 1, priority: 0 };
  return {
    ...golden,
    nodes: [
      {
        ...line!,
        names,
        cpus: 16,
        coresPerSocket: 16,
        sockets: 1,
        gres: [{ name: "gpu", type: "", count: 4 }],
      },
    ],
    partitions: (sketch.partitions ?? [{ name: "main" }]).map((one) => ({
      ...partition!,
      nodes: names,
      default: false,
      ...one,
    })),
    priority: {
      ...golden.priority,
      decayHalfLife: 0,
      usageResetPeriod: "NONE",
      ...sketch.priority,
      flags: { ...golden.priority.flags, ...sketch.flags },
    },
    enforce: { ...golden.enforce, ...sketch.enforce },
    accounting:
      sketch.accounting === false
        ? undefined
        : {
            qos: [qos, ...(sketch.qos ?? []).map((one) => ({ ...qos, ...one }))],
            accounts: [
              { ...association },
              ...(sketch.accounts ?? [{ account: "a" }]).map((one) => ({
                ...association,
                parent: "root",
                ...one,
              })),
            ],
            users: (
              sketch.users ?? [
                { user: "u1", account: "a" },
                { user: "u2", account: "a" },
              ]
            ).map((one) => ({
              ...association,
              isDefault: true,
              ...one,
            })),
          },
  };
}
