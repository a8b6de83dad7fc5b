import { createAccounting } from "../../../../src/cluster/slurm/accounting.js";
import { type JobAllocation, type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import type { Limits } from "../../../../src/cluster/slurm/model/parts.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import type { MultifactorPriorities } from "../../../../src/cluster/slurm/priority/multifactor.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { expandNodes, type GoldenCase, type ObservedJob } from "./case.js";
import { goldenConfig } from "./config.js";
import { type GoldenJob, goldenJobs } from "./jobs.js";

interface Event {
  t: number;
  order: number;
  run(): void;
}

/** Called when the books have reached the moment, before the job's start or end is booked and after its submission. */
export interface Watch {
  submitted?(job: SlurmJob, label: string): void;
  passed?(t: number): void;
  starts?(job: SlurmJob, label: string): void;
  ends?(job: SlurmJob, label: string): void;
}

/**
 * The books of a recorded case, driven by what was recorded: submissions, starts with nodes, ends and passes, each at its
 * whole second. What is checked is what our priorities and limits make of them.
 */
export class Books {
  readonly state: SlurmState;
  readonly priorities: MultifactorPriorities;
  readonly limits: Limits;
  readonly jobs = new Map<string, SlurmJob>();
  private readonly events: Event[] = [];
  private next = 0;

  /** `ticks`: when the decay thread ran, ascending. */
  constructor(
    private readonly golden: GoldenCase,
    ticks: readonly number[],
    private readonly watch: Watch = {},
  ) {
    this.state = buildState(goldenConfig(golden));
    this.state.now = (ticks[0] ?? -100) - 60;
    const { priorities, limits } = createAccounting(this.state, golden.observed.epoch);
    this.priorities = priorities as MultifactorPriorities;
    this.limits = limits;
    for (const tick of ticks) this.at(tick, 3, () => this.priorities.tick());
    for (const pass of golden.passes) this.at(pass.t, 2, () => this.pass(pass.t));
    for (const job of goldenJobs(golden)) this.plan(job);
    this.events.sort((a, b) => a.t - b.t || a.order - b.order);
  }

  /** Everything that happened up to `t`. */
  advance(t: number): void {
    for (; this.next < this.events.length && this.events[this.next]!.t <= t; this.next++) {
      const event = this.events[this.next]!;
      this.state.now = Math.floor(event.t);
      event.run();
    }
    this.state.now = Math.floor(t);
  }

  private at(t: number, order: number, run: () => void): void {
    this.events.push({ t, order, run });
  }

  private plan(asked: GoldenJob): void {
    const { observed } = this.golden;
    const records = observed.jobs.filter(
      (record) => record.id === asked.label || (asked.array && record.id.startsWith(`${asked.label}[`)),
    );
    for (const record of records) {
      const job = this.record(asked, record);
      this.jobs.set(record.id, job);
      this.at(asked.submit, 0, () => this.submit(job, record.id));
      const starts = observed.start_order.filter(([label]) => label === record.id);
      const requeues = observed.decision_log.filter(
        ([, kind, label]) => kind === "preempt" && label === record.id,
      );
      starts.forEach(([, t, , nodes], i) => {
        const last = i === starts.length - 1;
        const start = last && record.start !== null ? record.start : Math.floor(t);
        this.at(Math.max(t, start), 1, () => this.start(job, start, nodes, record));
        if (!last) {
          const end = requeues[i]![0];
          this.at(end, 0, () => this.requeue(job, Math.floor(end), record));
        } else if (record.end !== null && record.state !== "RUNNING") {
          const logged = observed.decision_log.find(
            ([when, kind, label]) => kind === "complete" && label === record.id && when >= t,
          );
          const killed = this.golden.events.find(({ text }) =>
            text.startsWith(`JobId=${record.slurm_id} timed out`),
          );
          this.at(logged?.[0] ?? Math.max(killed?.t ?? 0, record.end), 0, () =>
            this.end(job, record.end!, record.id),
          );
        }
      });
      if (starts.length === 0 && record.end !== null && record.state === "CANCELLED")
        this.at(record.end, 0, () => this.cancel(job));
    }
  }

  private record(asked: GoldenJob, record: ObservedJob): SlurmJob {
    const { state } = this;
    const partitions = asked.partitions.length
      ? asked.partitions.map((name) => state.partitions.find((one) => one.name === name)!)
      : [state.partitions.find((one) => one.config.default)!];
    const association = state.associations.find(
      (one) =>
        one.user === asked.user && (asked.account ? one.account === asked.account : one.config.isDefault),
    );
    return {
      id: record.slurm_id,
      request: asked.request,
      state: SlurmJobState.Pending,
      user: asked.user,
      account: association?.account ?? "",
      association,
      qos: state.qos.get(asked.qos || "normal"),
      partitions,
      partition: partitions[0]!,
      timeLimit: asked.timeLimit,
      submitTime: Math.floor(asked.submit),
      eligibleTime: record.restarts > 0 ? Math.floor(asked.submit) : (record.eligible ?? record.submit),
      accrueTime: -1,
      startTime: -1,
      endTime: -1,
      suspendTime: -1,
      preSuspended: 0,
      priority: -1,
      nice: asked.nice,
      siteFactor: 0,
      totalCpus: 0,
      tasksLeft: [],
    } as unknown as SlurmJob;
  }

  private submit(job: SlurmJob, label: string): void {
    job.timeLimit = this.limits.submit(job).timeLimit ?? job.timeLimit;
    this.state.jobs.add(job);
    this.state.pending.add(job);
    this.priorities.assign(job);
    this.limits.submitted(job);
    this.watch.submitted?.(job, label);
  }

  /** Every job in the queue is looked at: its age counts, and its CPUs are known from now on. */
  private pass(t: number): void {
    for (const job of this.state.pending) {
      if (job.eligibleTime > this.state.now) continue;
      this.limits.accrue(job, (head) => head);
      job.totalCpus ||= this.cpus(job);
    }
    this.watch.passed?.(t);
  }

  /** CPUs of the whole job: all of its nodes' when it wants them for itself. */
  private cpus({ request }: SlurmJob): number {
    return request.exclusive ? request.minNodes * this.state.nodes.cpus[0]! : request.minCpus;
  }

  private start(job: SlurmJob, start: number, nodes: string, record: ObservedJob): void {
    job.state = SlurmJobState.Running;
    job.partition = this.state.partitions.find((one) => one.name === record.partition)!;
    job.startTime = start;
    job.endTime = start + job.timeLimit! * 60;
    job.allocation = this.allocation(nodes, record);
    this.watch.starts?.(job, record.id);
    this.state.pending.delete(job);
    this.state.running.add(job);
    this.limits.started(job);
  }

  private allocation(nodes: string, record: ObservedJob): JobAllocation {
    const { state } = this;
    const node = Int32Array.from(expandNodes(nodes), (name) => state.nodes.index(name));
    const cpus = Number(/cpu=(\d+)/.exec(record.tres!)![1]);
    const gpus = Number(/gres\/gpu=(\d+)/.exec(record.tres!)?.[1] ?? 0);
    return {
      nodes: BitVector.of(state.nodes.count, node),
      node,
      cpus: node.map(() => cpus / node.length),
      cores: undefined,
      gpus: node.map((_, i) =>
        mask(Math.floor((i + 1) * (gpus / node.length)) - Math.floor(i * (gpus / node.length))),
      ),
      memory: new Float64Array(node.length),
      row: 0,
      wholeNode: false,
    };
  }

  private end(job: SlurmJob, end: number, label: string): void {
    this.watch.ends?.(job, label);
    job.state = SlurmJobState.Ended;
    job.endTime = end;
    this.state.running.delete(job);
    this.state.jobs.delete(job);
    this.limits.ended(job);
  }

  private requeue(job: SlurmJob, end: number, record: ObservedJob): void {
    this.end(job, end, record.id);
    job.state = SlurmJobState.Pending;
    job.allocation = undefined;
    job.eligibleTime = record.eligible!;
    job.submitTime = record.submit;
    job.startTime = -1;
    this.submit(job, "");
  }

  private cancel(job: SlurmJob): void {
    this.limits.withdrawn(job);
    this.state.pending.delete(job);
    this.state.jobs.delete(job);
  }
}

function mask(bits: number): number {
  return (1 << bits) - 1;
}
