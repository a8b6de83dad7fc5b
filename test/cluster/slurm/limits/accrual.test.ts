import { describe, expect, it } from "vitest";
import { createAccounting } from "../../../../src/cluster/slurm/accounting.js";
import { type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import { sprioNumbers, sprioRows } from "../../../../src/cluster/slurm/priority/sprio.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { goldenCase } from "../support/case.js";
import { goldenConfig } from "../support/config.js";
import { decayTicks } from "../support/decay-phase.js";
import { type GoldenJob, goldenJobs } from "../support/jobs.js";

describe("whose age counts under MaxJobsAccrue and GrpJobsAccrue, array and all", () => {
  it("w-accrue-limits", () => {
    const golden = goldenCase("w-accrue-limits");
    const state = buildState(goldenConfig(golden));
    state.now = -100;
    const { limits, priorities } = createAccounting(state);
    const byId = new Map<number, SlurmJob>();
    let lastId = 0;

    const submit = (asked: GoldenJob) => {
      const association = state.associations.find((one) => one.user === asked.user);
      const now = Math.floor(asked.submit);
      const job = {
        ...asked,
        id: ++lastId,
        account: association?.account,
        association,
        qos: state.qos.get(asked.qos || "normal"),
        partitions: [state.partitions[0]],
        partition: state.partitions[0],
        state: SlurmJobState.Pending,
        submitTime: now,
        eligibleTime: asked.begin || now,
        accrueTime: -1,
        startTime: -1,
        suspendTime: -1,
        priority: -1,
        siteFactor: 0,
        totalCpus: 0,
        tasksLeft: asked.array?.tasks ?? [],
      } as unknown as SlurmJob;
      enter(job);
      limits.submitted(job);
      priorities.assign(job);
    };
    const enter = (job: SlurmJob) => {
      byId.set(job.id, job);
      state.jobs.add(job);
      state.pending.add(job);
    };
    // The last task keeps the record of the array.
    const split = (head: SlurmJob): SlurmJob => {
      const [, ...rest] = head.tasksLeft;
      if (rest.length === 0) {
        head.tasksLeft = [];
        return head;
      }
      const task = { ...head, id: ++lastId, tasksLeft: [], agedFor: undefined };
      head.tasksLeft = rest;
      enter(task);
      return task;
    };
    const start = (job: SlurmJob, now: number) => {
      const node = Int32Array.of(0);
      job.allocation = {
        nodes: BitVector.of(1, [0]),
        node,
        cpus: Int32Array.of(job.request.minCpus),
        gpus: Int32Array.of(0),
        memory: Float64Array.of(0),
        cores: undefined,
        row: 0,
        wholeNode: false,
      };
      job.state = SlurmJobState.Running;
      job.startTime = now;
      job.endTime = now + 60 * job.timeLimit!;
      state.pending.delete(job);
      state.running.add(job);
      limits.started(job);
    };
    const end = (job: SlurmJob, now: number) => {
      job.endTime = now;
      job.state = SlurmJobState.Ended;
      state.running.delete(job);
      state.jobs.delete(job);
      limits.ended(job);
    };

    const events: [t: number, order: number, run: (now: number) => void][] = [];
    const ids = new Map(golden.observed.jobs.map((job) => [job.id, job.slurm_id]));
    for (const job of goldenJobs(golden)) events.push([job.submit, 0, () => submit(job)]);
    for (const [label, t] of golden.observed.start_order)
      events.push([t, 1, (now) => start(byId.get(ids.get(label)!)!, now)]);
    for (const [t, kind, label] of golden.observed.decision_log)
      if (kind === "complete") events.push([t, 0, (now) => end(byId.get(ids.get(label)!)!, now)]);
    for (const { t } of golden.passes)
      events.push([
        t,
        2,
        () => {
          for (const job of [...state.pending]) limits.accrue(job, split);
        },
      ]);
    for (const t of decayTicks("w-accrue-limits")) events.push([t, 3, () => priorities.tick()]);
    let rows = 0;
    for (const snapshot of golden.observed.snapshots)
      events.push([
        snapshot.t + 0.2,
        4,
        () => {
          const shown = sprioRows(state, priorities);
          const lines = shown.map((row) => [row.job.id, ...sprioNumbers(row)].join("|"));
          expect(lines.sort(), `at ${snapshot.t}`).toEqual([...snapshot.sprio_weighted!].sort());
          rows += lines.length;
        },
      ]);
    events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [t, , run] of events) {
      state.now = Math.floor(t);
      run(state.now);
    }
    expect(rows).toBeGreaterThan(60);
  });
});
