import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/core/units.js";
import { type JobReadOptions, readJobs } from "../../../src/workload/read.js";
import type { JobRows } from "../../../src/workload/stream.js";
import { repoPath } from "../../support/shared.js";
import { inMemory, jobContext, problemsOf } from "../support.js";

const recorded = (name: string) => {
  const bytes = readFileSync(repoPath(`test/oracles/slurm-accounting/${name}`));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
};

interface Seen {
  id: string;
  submit: number;
  start: number;
  run: number;
  estimate: number;
  cancel: number;
  user: string;
  account: string;
  queue: string;
  group: string;
  member: number;
  exit: number;
  sbatch: string;
  gpus: number;
}

/** Every row, times in seconds. */
async function seen(text: string, options: JobReadOptions = {}, nodes?: ReadonlySet<string>) {
  const context = { ...jobContext(), ...(nodes === undefined ? {} : { nodes }) };
  const rows = await readJobs(inMemory(text, 1 << 16, "dump.sacct"), context, options);
  return { rows, jobs: await all(rows, context) };
}

async function all(rows: JobRows, { names, shapes }: ReturnType<typeof jobContext>): Promise<Seen[]> {
  const jobs: Seen[] = [];
  const name = (id: number) => (id < 0 ? names.ids.name(-1 - id) : String(id));
  const stream = rows.open();
  for (let b = await stream.next(); b; b = await stream.next())
    for (let i = 0; i < b.length; i++)
      jobs.push({
        id: name(b.id[i]!),
        submit: b.submit[i]! / SECOND,
        start: b.recordedStart[i]! < 0 ? -1 : b.recordedStart[i]! / SECOND,
        run: b.run[i]! / SECOND,
        estimate: b.estimate[i]! / SECOND,
        cancel: b.cancel[i]! / SECOND,
        user: names.users.name(b.user[i]!),
        account: names.accounts.name(b.account[i]!),
        queue: names.queues.name(b.queue[i]!),
        group: names.ids.name(b.group[i]!),
        member: b.member[i]!,
        exit: b.exit[i]!,
        sbatch: names.submissions.name(b.submission[i]!),
        gpus: shapes.get(b.shape[i]!).gpus,
      });
  return jobs;
}

describe("what a real sacct 22.05 printed", () => {
  const NEVER = Number.POSITIVE_INFINITY;

  it.each(["sacct.txt", "sacct-all.txt.gz"])("is read row by row: %s", async (name) => {
    const { rows, jobs } = await seen(recorded(name));
    expect(rows.counts.dropped).toEqual({
      "tasks of an array that were never looked at": { count: 1, lines: [expect.any(Number)] },
    });
    expect(rows.counts.adjusted).toEqual({
      "cancelled while pending: estimate used as run time": 1,
      "had not ended when the dump was made: limit used as run time": 3,
      "killed at its limit: runs until it is killed at the limit that it has here": 1,
    });
    const job = (id: string) => jobs.find((one) => one.id === id);
    expect(job("2")).toEqual({
      id: "2",
      submit: 2,
      start: 2,
      run: 41,
      estimate: 120,
      cancel: NEVER,
      user: "daemon",
      account: "lab_a",
      queue: "main",
      group: "",
      member: -1,
      exit: 3,
      sbatch:
        "--ntasks=4 --cpus-per-task=2 --gpus=2 --time=2 --mem=2000 --account=lab_a --qos=normal --partition=main",
      gpus: 2,
    });
    expect(job("11")).toMatchObject({ submit: 14, start: -1, cancel: 58, run: 300 });
    expect(job("8")).toMatchObject({ run: 76, estimate: 60, exit: 1 });
    expect(job("9")).toMatchObject({ queue: "big", estimate: 1800 });
    expect(job("14")!.sbatch).toContain("--partition=main,big");
    expect(job("13")!.sbatch).toContain("--begin=now+5000");
  });

  it("has tasks of arrays, which came as one submission", async () => {
    const { jobs } = await seen(recorded("sacct.txt"));
    const tasks = jobs.filter(({ group }) => group === "3");
    expect(tasks.map(({ id, member, submit, start }) => [id, member, submit, start])).toEqual([
      ["3_0", 0, 4, 4],
      ["3_1", 1, 4, 4],
      ["3_2", 2, 4, 36],
      ["3_3", 3, 4, 37],
      ["3_4", 4, 4, 66],
      ["3_5", 5, 4, 68],
      ["3_6", 6, 4, 97],
      ["3_7", 7, 4, 99],
    ]);
    expect(new Set(tasks.map(({ sbatch }) => sbatch)).size).toBe(1);
    expect(tasks[0]!.sbatch).toContain("--array=0-7%2");
  });

  it("has components of heterogeneous jobs, each with its own request", async () => {
    const { jobs } = await seen(recorded("sacct.txt"));
    expect(
      jobs.filter(({ group }) => group === "6").map(({ id, member, sbatch }) => [id, member, sbatch]),
    ).toEqual([
      ["6+0", -1, expect.stringMatching(/^--nodes=1 --ntasks=1 --cpus-per-task=2 .*--mem=1000 /)],
      ["6+1", -2, expect.stringMatching(/--nodes=2 --ntasks=2 --cpus-per-task=3 /)],
    ]);
  });

  it("takes resources from the TRES when nothing says what was typed", async () => {
    const header = recorded("sacct.txt").split("\n")[0]!.replace("SubmitLine", "Ignored");
    const { jobs } = await seen(recorded("sacct.txt").replace(/^.*/, header));
    const request = (id: string) => jobs.find((one) => one.id === id)!.sbatch;
    expect(request("2")).toBe(
      "--nodes=1 --ntasks=1 --cpus-per-task=8 --mem=2000 --gpus-per-node=2 --account=lab_a --qos=normal --partition=main --time=2",
    );
    expect(request("6+1")).toBe(
      "--nodes=2 --ntasks=2 --cpus-per-task=3 --mem=2000 --account=lab_b --qos=normal --partition=main --time=2",
    );
  });

  it("counts jobs on nodes that no longer exist", async () => {
    const { rows } = await seen(recorded("sacct.txt"), {}, new Set(["n1", "n2"]));
    expect(rows.counts.adjusted["ran on nodes that no longer exist"]).toBe(4);
  });

  it("counts a row that was cut off", async () => {
    const text = recorded("sacct.txt");
    const { rows, jobs } = await seen(text.slice(0, text.indexOf("|multi|") + 60));
    expect(jobs.at(-1)!.id).toBe("13");
    expect(rows.counts.dropped).toEqual({ "row without its end": { count: 1, lines: [19] } });
    await expect(seen(text.slice(0, text.indexOf("|multi|") + 60), { strict: true })).rejects.toThrow(
      "row without its end",
    );
  });
});

const HEAD = "JobID|JobIDRaw|User|Submit|Start|End|State|TimelimitRaw|ReqTRES|Comment";
const row = (
  id: string,
  state: string,
  more: Partial<Record<"submit" | "start" | "end" | "limit" | "tres" | "comment", string>> = {},
) =>
  [
    id,
    id,
    "u",
    more.submit ?? "2026-01-01T00:00:00",
    more.start ?? "2026-01-01T00:00:10",
    more.end ?? "2026-01-01T00:01:10",
    state,
    more.limit ?? "5",
    more.tres ?? "cpu=4,node=1",
    more.comment ?? "",
  ].join("|");

describe("rows of sacct", () => {
  it.each<[string, string, object]>([
    ["truncated states", row("1", "CANCELLED+"), { run: 60, cancel: Number.POSITIVE_INFINITY, exit: 1 }],
    ["who cancelled it", row("1", "CANCELLED by 1001"), { run: 60 }],
    [
      "no limit",
      row("1", "COMPLETED", { limit: "UNLIMITED" }),
      { estimate: 60, sbatch: expect.stringContaining("--time=UNLIMITED") },
    ],
    [
      "the partition's limit",
      row("1", "COMPLETED", { limit: "Partition_Limit" }),
      { sbatch: "--nodes=1 --ntasks=1 --cpus-per-task=4" },
    ],
    ["one that runs still", row("1", "RUNNING", { end: "Unknown" }), { run: 300, start: 10 }],
    [
      "typed GPUs beside their total",
      row("1", "COMPLETED", { tres: "cpu=8,gres/gpu:a100=4,gres/gpu=4,mem=2.50G,node=2" }),
      { gpus: 4, sbatch: expect.stringContaining("--cpus-per-task=4 --mem=1280 --gpus-per-node=a100:2") },
    ],
    [
      "seconds since 1970",
      row("1", "COMPLETED", { submit: "1767225600", start: "1767225700", end: "1767225760" }),
      { start: 100, run: 60 },
    ],
    ["a comment with bars and a line break", row("1", "COMPLETED", { comment: "a|b\nc|d" }), { run: 60 }],
  ])("%s", async (_, text, expected) => {
    const { jobs } = await seen(`${HEAD}\n${text}\n`);
    expect(jobs).toMatchObject([expected]);
  });

  it.each<[string, string, string]>([
    ["unknown job state", row("1", "EXPLODED"), "unknown job state"],
    ["no submission", row("1", "COMPLETED", { submit: "Unknown" }), "unknown submit time"],
    ["requeued", row("1", "REQUEUED"), "requeued: a later row has the job"],
    ["steps only", row("1", "REVOKED"), "revoked: another cluster has the job"],
    [
      "cancelled when",
      row("1", "CANCELLED", { start: "None", end: "Unknown" }),
      "cancelled at an unknown time",
    ],
    ["runs, for how long", row("1", "RUNNING", { end: "Unknown", limit: "UNLIMITED" }), "unknown run time"],
  ])("%s", async (_, text, reason) => {
    const { rows } = await seen(`${HEAD}\n${text}\n${row("2", "COMPLETED")}\n`);
    expect(Object.keys(rows.counts.dropped)).toEqual([reason]);
  });

  it("steps are no jobs", async () => {
    const { rows, jobs } = await seen(
      `${HEAD}\n${row("1", "COMPLETED")}\n${row("1.batch", "COMPLETED")}\n${row("1.0", "FAILED")}\n`,
    );
    expect(jobs).toHaveLength(1);
    expect(rows.counts.rows).toBe(1);
  });

  it("old memory per core and GRES", async () => {
    const { jobs } = await seen(
      "JobID|Submit|Start|End|State|NNodes|ReqCPUS|ReqMem|ReqGRES\n" +
        "1|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:00:09|COMPLETED|2|8|4000Mc|gpu:k80:4\n",
    );
    expect(jobs[0]!.sbatch).toBe(
      "--nodes=2 --ntasks=2 --cpus-per-task=4 --mem-per-cpu=4000 --gpus-per-node=k80:4".replace(
        "k80:4",
        "k80:2",
      ),
    );
  });

  it("a row that lost its end, with whole rows behind it", async () => {
    const text = `${HEAD}\n${row("1", "COMPLETED").slice(0, 50)}\n${row("2", "COMPLETED")}\n${row("3", "COMPLETED")}\n`;
    const { rows, jobs } = await seen(text);
    expect(jobs.map(({ id }) => id)).toEqual(["2", "3"]);
    expect(rows.counts.dropped).toEqual({ "row without its end": { count: 1, lines: [3] } });
    await expect(seen(text, { strict: true })).rejects.toThrow("row without its end");
  });

  it("other delimiters, and one more at the end", async () => {
    const text = `${HEAD}\n${row("1", "COMPLETED")}\n`.replaceAll("|", "^^").replaceAll("\n", "^^\n");
    expect((await seen(text)).jobs).toHaveLength(1);
  });

  it("a dump without its header", async () => {
    expect(await problemsOf(seen(`${row("1", "COMPLETED")}\n`))).toMatchObject([
      { code: "trace/missing-header", at: { line: 1 } },
    ]);
  });
});
