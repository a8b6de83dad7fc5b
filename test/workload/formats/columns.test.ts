import { describe, expect, it } from "vitest";
import { readJobs, readRequests } from "../../../src/workload/read.js";
import { inMemory, jobContext, jobRecords, problemsOf, requestNames, requestRecords } from "../support.js";

const jobs = (text: string, ignore: string[] = [], file = "jobs.csv") =>
  readJobs(inMemory(text, 64, file), jobContext(), { ignore });

describe("columns of our own formats", () => {
  it("reports every unknown, repeated and missing column, with its place and what was meant", async () => {
    expect(await problemsOf(jobs("id,submitt,run,gpus,run,colour\n1,0,5,1,5,red\n"))).toEqual([
      {
        code: "trace/unknown-column",
        message: 'unknown column "submitt"',
        at: { file: "jobs.csv", line: 1, column: 4, length: 7, text: "id,submitt,run,gpus,run,colour" },
        hint: "did you mean submit? (or list it under ignore)",
      },
      expect.objectContaining({
        code: "trace/duplicate-column",
        at: expect.objectContaining({ column: 21, length: 3 }),
      }),
      expect.objectContaining({ code: "trace/unknown-column", message: 'unknown column "colour"' }),
      expect.objectContaining({ code: "trace/missing-column", message: 'no column "submit" in the header' }),
    ]);
  });

  it("passes over columns that are to be ignored", async () => {
    const text = "id,submit,run,gpus,colour\n1,0,5,1,red\n";
    expect((await jobs(text, ["Colour"])).counts.emitted).toBe(1);
    expect((await jobs(text, ["*"])).counts.emitted).toBe(1);
  });

  it("reports an unknown key of JSON Lines at its place", async () => {
    const line = '{"submit":0,"run":5,"gpus":1,"colour":"red"}';
    const text = `{"submit":0,"run":5,"gpus":1}\n${line}\n`;
    expect(await problemsOf(jobs(text, [], "jobs.jsonl"))).toMatchObject([
      { code: "trace/unknown-column", at: { line: 2, column: 31, length: 6, text: line } },
    ]);
    expect((await jobs(text, ["colour"], "jobs.jsonl")).counts.emitted).toBe(2);
  });

  it("takes header names in any case, with blanks around them", async () => {
    expect((await jobs(" ID , Submit,RUN,gpus\n1,0,5,1\n")).counts.emitted).toBe(1);
  });

  it("counts columns of text before the offending one as characters, not bytes", async () => {
    const problems = await problemsOf(
      readJobs(inMemory('user,submit,run,gpus\n"Jürgen 🚀",0,x,1\n', 3, "jobs.csv"), jobContext(), {
        strict: true,
      }),
    );
    expect(problems[0]!.at).toMatchObject({ line: 2, column: 15, length: 1 });
  });

  it("understands Vidur's columns and reads text cells", async () => {
    const names = requestNames();
    const text = "arrived_at,num_prefill_tokens,num_decode_tokens\n0.5,10,20\n1500ms,1,2\n";
    const rows = await readRequests(inMemory(text, 64, "splitwise.csv"), names);
    expect(await requestRecords(rows, names)).toEqual([
      { id: "1", arrival: 500_000, inputTokens: 10, outputTokens: 20, tenant: "" },
      { id: "2", arrival: 1_500_000, inputTokens: 1, outputTokens: 2, tenant: "" },
    ]);
  });

  it("gives a user one name however it is written", async () => {
    const context = jobContext();
    const csv = await readJobs(inMemory("submit,run,gpus,user\n0,1,1,7\n", 64, "a.csv"), context);
    const jsonl = await readJobs(
      inMemory('{"submit":0,"run":1,"gpus":1,"user":7}\n', 64, "a.jsonl"),
      context,
    );
    const swf = await readJobs(
      inMemory("1 0 0 1 1 -1 -1 1 1 -1 1 7 -1 -1 -1 -1 -1 -1\n", 64, "a.swf"),
      context,
    );
    const users = await Promise.all(
      [csv, jsonl, swf].map(async (rows) => (await rows.open().next())!.user[0]),
    );
    expect(new Set(users).size).toBe(1);
    expect(context.names.users.size).toBe(1);
  });

  it("drops jobs that cannot be, by name", async () => {
    const header = "submit,run,cancel,gpus,nodes,gpus_per_node,memory";
    const rows = [
      ["0,1,,1,,,16GiB", ""],
      ["5,1,4,1,,,", "cancelled before it was submitted"],
      ["0,1,,,,,", "asks for nothing"],
      ["0,1,,,2,8,-3", "not a size in bytes"],
      ["0,1,,1.5,,,", "not a count"],
      ["0,1,,-2,,,", "not a count"],
      ["soon,1,,1,,,", "not a time"],
      ["-4,1,,1,,,", "negative submit time"],
      [",1,,1,,,", "unknown submit time"],
      ["0,1,,1,,", "number of fields differs from the header"],
      ['0,1,,1,,,"', "quote without end"],
    ];
    const { counts } = await jobs([header, ...rows.map(([line]) => line)].join("\n"));
    const expected = rows
      .map(([, reason], i) => [reason, i + 2] as const)
      .filter(([reason]) => reason !== "");
    expect(counts.emitted).toBe(1);
    for (const [reason, line] of expected) expect(counts.dropped[reason!]!.lines).toContain(line);
  });

  it("lists tasks in JSON Lines, and refuses them beside totals", async () => {
    const context = jobContext();
    const lines = [
      {
        submit: 0,
        run: 1,
        gpu_type: "H100",
        tasks: [{ count: 2, gpus: 8, cpus: 16, memory: "1GiB" }, { cpus: 4 }],
      },
      { submit: 0, run: 1, tasks: [{ count: 2 }], gpus: 4 },
      { submit: 0, run: 1, tasks: [{ count: 2, gpu: 1 }] },
      { submit: 0, run: 1, tasks: [3] },
      { submit: 0, run: 1, tasks: [] },
      { submit: 0, run: 1, gpus: 1, user: { name: "x" } },
      { submit: 0, run: 1, tasks: 4, cpus: 4, user: null },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join("\n");
    const rows = await readJobs(inMemory(text, 64, "a.jsonl"), context);
    const records = await jobRecords(rows, context);
    expect(records[0]!.shape).toEqual({
      groups: [
        { count: 2, gpus: 8, cpus: 16, memory: 2 ** 30 },
        { count: 1, gpus: 0, cpus: 4, memory: 0 },
      ],
      gpuType: "H100",
      exclusive: false,
      spread: false,
    });
    expect(records[1]!.shape.groups).toEqual([{ count: 4, gpus: 0, cpus: 1, memory: 0 }]);
    expect(rows.counts.dropped).toEqual({
      "tasks listed beside totals": { count: 1, lines: [2] },
      "tasks are not a list of {count, gpus, cpus, memory}": { count: 2, lines: [3, 4] },
      "asks for nothing": { count: 1, lines: [5] },
      "not a name": { count: 1, lines: [6] },
    });
  });
});
