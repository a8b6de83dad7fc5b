import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/core/units.js";
import { type JobReadOptions, readJobs } from "../../../src/workload/read.js";
import { inMemory, jobContext, problemsOf } from "../support.js";

async function seen(text: string, name: string, options: JobReadOptions = {}) {
  const context = jobContext();
  const rows = await readJobs(inMemory(text, 1 << 16, name), context, options);
  const { names, shapes } = context;
  const jobs = [];
  const stream = rows.open();
  for (let b = await stream.next(); b; b = await stream.next())
    for (let i = 0; i < b.length; i++) {
      const id = b.id[i]!;
      const { groups, spread, exclusive } = shapes.get(b.shape[i]!);
      jobs.push({
        id: id < 0 ? names.ids.name(-1 - id) : String(id),
        run: b.run[i]! / SECOND,
        estimate: b.estimate[i]! / SECOND,
        start: b.recordedStart[i]! / SECOND,
        account: names.accounts.name(b.account[i]!),
        queue: names.queues.name(b.queue[i]!),
        sbatch: names.submissions.name(b.submission[i]!),
        group: names.ids.name(b.group[i]!),
        member: b.member[i]!,
        exit: b.exit[i]!,
        shape: { groups: groups.map(({ count, gpus, cpus }) => [count, gpus, cpus]), spread, exclusive },
      });
    }
  return { jobs, rows };
}

const csv = (...lines: string[]) => seen(`submit,run,id,sbatch\n${lines.join("\n")}\n`, "a.csv");

describe("jobs that say how they were submitted", () => {
  it.each([
    ["-N 2 --gres=gpu:4 -c 8", { groups: [[2, 4, 8]], spread: true, exclusive: false }],
    ["-N 3 --exclusive", { groups: [[3, 0, 0]], spread: false, exclusive: true }],
    ["-n 16", { groups: [[16, 0, 1]], spread: false, exclusive: false }],
    ["-G 20", { groups: [[3, 7, 1]], spread: false, exclusive: false }],
    ["-n 4 -c 2 --gpus=2", { groups: [[1, 2, 8]], spread: false, exclusive: false }],
  ])("%s", async (options, shape) => {
    const { jobs } = await csv(`0,10,1,${options}`);
    expect(jobs[0]!.shape).toEqual(shape);
  });

  it("take limit, account and partition from it", async () => {
    const { jobs } = await csv("0,10,1,-n 1 -t 2:00:00 -A lab -p big");
    expect(jobs).toMatchObject([
      { estimate: 7200, account: "lab", queue: "big", exit: 0, group: "", start: -1 / SECOND },
    ]);
  });

  it("may be arrays: a job for each task", async () => {
    const { jobs, rows } = await csv("0,10,7,-n 1 -a 1-5:2%2", "3,5,8,-n 1");
    expect(jobs.map(({ id, group, member, run }) => [id, group, member, run])).toEqual([
      ["7_1", "7", 1, 10],
      ["7_3", "7", 3, 10],
      ["7_5", "7", 5, 10],
      ["8", "", expect.any(Number), 5],
    ]);
    expect(rows.counts).toMatchObject({ rows: 4, emitted: 4 });
  });

  it("may be many tasks: more than a batch holds", async () => {
    const { jobs, rows } = await csv("0,10,7,-n 1 -a 0-19999", "3,5,8,-n 1");
    expect(rows.counts.emitted).toBe(20_001);
    expect(jobs[19_999]).toMatchObject({ id: "7_19999", member: 19_999 });
    expect(jobs[20_000]).toMatchObject({ id: "8", group: "" });
  });

  it("may be heterogeneous: a job for each component", async () => {
    const { jobs } = await csv("0,10,h,-N1 -A lab -t 5 : -N2 --gres=gpu:1");
    expect(
      jobs.map(({ id, group, member, sbatch, account, estimate }) => [
        id,
        group,
        member,
        sbatch,
        account,
        estimate,
      ]),
    ).toEqual([
      ["h+0", "h", -1, "--nodes=1 --account=lab --time=5", "lab", 300],
      ["h+1", "h", -2, "--account=lab --time=5 --nodes=2 --gres=gpu:1", "lab", 300],
    ]);
  });

  it("give each task its own run time and exit code in JSON Lines", async () => {
    const { jobs } = await seen(
      '{"id":"a","submit":0,"run":[1,2,3],"exit":[0,9,0],"sbatch":"-n 1 -a 0-2"}\n{"submit":1,"run":4,"gpus":1,"exit":3,"start":2}\n',
      "a.jsonl",
    );
    expect(jobs.map(({ id, run, exit, start }) => [id, run, exit, start < 0 ? -1 : start])).toEqual([
      ["a_0", 1, 0, -1],
      ["a_1", 2, 9, -1],
      ["a_2", 3, 0, -1],
      ["4", 4, 3, 2],
    ]);
  });

  it("may be single members of what was submitted together", async () => {
    const { jobs } = await seen(
      "submit,run,id,sbatch,group,member,exit,start\n0,10,7_1,-n 1 -a 1-2,7,1,0,4\n0,20,7_2,-n 1 -a 1-2,7,2,1,5\n",
      "a.csv",
    );
    expect(jobs.map(({ id, group, member, exit, start }) => [id, group, member, exit, start])).toEqual([
      ["7_1", "7", 1, 0, 4],
      ["7_2", "7", 2, 1, 5],
    ]);
  });

  it("point at options that sbatch does not have", async () => {
    expect(await problemsOf(csv("0,10,1,-n 1", "1,10,2,-n 1 --gpu-per-node=4"))).toEqual([
      {
        code: "trace/bad-submission",
        message: "sbatch has no option --gpu-per-node",
        at: { file: "a.csv", line: 3, column: 13, length: 14, text: "1,10,2,-n 1 --gpu-per-node=4" },
        hint: "did you mean --gpus-per-node?",
      },
    ]);
    expect(await problemsOf(seen('{"submit":0,"run":1,"sbatch":"-N x"}\n', "a.jsonl"))).toMatchObject([
      {
        message: '--nodes must be a number of nodes, or least-most, not "x"',
        at: { line: 1, column: 34, length: 1 },
      },
    ]);
  });

  it("cannot start before they were submitted, nor exit with what is no code", async () => {
    const { rows } = await seen("submit,run,gpus,start,exit\n9,1,1,5,0\n1,1,1,2,300\n1,1,1,2,1\n", "a.csv");
    expect(Object.keys(rows.counts.dropped)).toEqual(["started before it was submitted", "not a count"]);
  });
});
