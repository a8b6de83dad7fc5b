import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readJobs, readRequests } from "../../src/workload/read.js";
import { scratchFolder } from "../support/scratch.js";
import { inMemory, jobContext, jobRecords, onDisk, problemsOf, requestNames } from "./support.js";

const JOB = "1 0 5 100 4 -1 -1 4 200 -1 1 7 1 -1 0 -1 -1 -1\n";

function folder(): string {
  return scratchFolder();
}

const jobs = (path: string, name = path) => readJobs({ path, name }, jobContext());

describe("files that cannot be read", () => {
  it("names what was probably meant when a file is missing", async () => {
    const dir = folder();
    writeFileSync(join(dir, "training.swf"), JOB);
    writeFileSync(join(dir, "chat.csv"), JOB);
    expect(await problemsOf(jobs(join(dir, "trainin.swf"), "trainin.swf"))).toEqual([
      {
        code: "trace/not-found",
        message: "there is no trace file trainin.swf",
        at: { file: "trainin.swf", line: 1, column: 1, length: 1 },
        hint: "did you mean training.swf?",
      },
    ]);
    const [other] = await problemsOf(jobs(join(dir, "zzz")));
    expect(other!.hint).toBe("traces in that folder: chat.csv, training.swf");
  });

  it("says when the folder is missing", async () => {
    const dir = folder();
    mkdirSync(join(dir, "traces"));
    const [problem] = await problemsOf(jobs(join(dir, "trace", "a.swf")));
    expect(problem!.hint).toBe("there is no folder trace; did you mean traces?");
    const [file] = await problemsOf(jobs(join(onDisk(JOB, "x.swf").path, "a.swf")));
    expect(file!.code).toBe("trace/not-found");
  });

  it("says that a folder is no file, and what lies in it", async () => {
    const dir = folder();
    writeFileSync(join(dir, "a.swf"), JOB);
    const [problem] = await problemsOf(jobs(dir, "somewhere"));
    expect(problem).toMatchObject({
      code: "trace/is-a-folder",
      message: "somewhere is a folder, not a trace file",
      hint: "name one of its files: a.swf",
    });
  });

  it("says how much of a truncated gzip file was good", async () => {
    const rows = 5000;
    const text = Array.from({ length: rows }, (_, i) => JOB.replace(/^1 0/, `${i + 1} ${i * i}`)).join("");
    const packed = gzipSync(text);
    const [problem] = await problemsOf(
      readJobs(onDisk(packed.subarray(0, packed.length >> 1), "cut.swf.gz"), jobContext()),
    );
    expect(problem!.code).toBe("trace/truncated-gzip");
    const [, bytes, good] = /\((\d+) bytes\) and (\d+) rows that were good/.exec(problem!.message)!;
    expect(Number(bytes)).toBeGreaterThan(0);
    expect(Number(bytes)).toBeLessThan(text.length);
    const lines = text.slice(0, Number(bytes)).split("\n").length - 1;
    expect(Number(good)).toBe(lines);
  });

  it("says that gzip data are damaged", async () => {
    const packed = gzipSync(JOB.repeat(100));
    packed[packed.length - 6]! ^= 0xff;
    const [problem] = await problemsOf(readJobs(onDisk(packed, "bad.swf.gz"), jobContext()));
    expect(problem!.code).toBe("trace/corrupt-gzip");
  });

  it.each([
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4], "unpack it first: zstd -d"],
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2], "unpack it first: xz -d"],
    ["zip", [0x50, 0x4b, 3, 4, 9, 9, 9, 9], "unpack it first: unzip"],
    ["UTF-16", [0xff, 0xfe, 0x31, 0, 0x20, 0], "save it as UTF-8"],
    [
      "random bytes",
      [0x31, 0x20, 0, 1, 2, 3, 4, 5, 6],
      "traces are text: SWF, CSV or JSON Lines, plain or .gz",
    ],
  ])("recognises %s", async (_name, bytes, hint) => {
    const [problem] = await problemsOf(readJobs(onDisk(Uint8Array.from(bytes), "x.swf"), jobContext()));
    expect(problem).toMatchObject({ code: "trace/binary", hint });
  });

  it("recognises binary data inside gzip", async () => {
    const [problem] = await problemsOf(
      readJobs(onDisk(gzipSync(Uint8Array.from([0, 1, 2, 3])), "x.swf.gz"), jobContext()),
    );
    expect(problem!.code).toBe("trace/binary");
  });

  it("gives up on a line without end", async () => {
    const [problem] = await problemsOf(
      readJobs(inMemory(`${JOB}${"1".repeat(3 << 20)}`, 1 << 16, "x.swf"), jobContext()),
    );
    expect(problem).toMatchObject({ code: "trace/long-line", at: { line: 2 } });
  });

  it("asks for the format when nothing shows it, and knows no other", async () => {
    const [unknown] = await problemsOf(readJobs(inMemory("hello\n", 9, "x.dat"), jobContext()));
    expect(unknown).toMatchObject({
      code: "trace/unknown-format",
      hint: "name it: format: swf | sacct | csv | jsonl",
    });
    const [wrong] = await problemsOf(readJobs(inMemory(JOB, 9, "x"), jobContext(), { format: "swff" }));
    expect(wrong).toMatchObject({
      code: "trace/no-such-format",
      hint: "did you mean swf? formats: swf, sacct, csv, jsonl",
    });
  });
});

describe("reading", () => {
  it("hashes the stored bytes, packed or not", async () => {
    for (const bytes of [Buffer.from(JOB), gzipSync(JOB)]) {
      const rows = await readJobs(onDisk(bytes, "a.swf"), jobContext());
      expect(rows.origin.hash).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });

  it("replays any number of times, also at once", async () => {
    const context = jobContext();
    const rows = await readJobs(inMemory(JOB.repeat(9000), 1 << 16, "a.swf"), context);
    const a = rows.open();
    const b = rows.open();
    const lengths = [];
    for (const stream of [a, b, a, b, a]) lengths.push((await stream.next())?.length);
    expect(lengths).toEqual([8192, 8192, 808, 808, undefined]);
    expect(await jobRecords(rows, context)).toHaveLength(9000);
  });

  it("sorts more rows than a batch holds as a stable sort does", async () => {
    const context = jobContext();
    const submits = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 1000);
    const text = submits.map((t, i) => JOB.replace(/^1 0/, `${i} ${t}`)).join("");
    const rows = await readJobs(inMemory(text, 1 << 16, "a.swf"), context, { order: "sort_stable" });
    const records = await jobRecords(rows, context);
    const expected = submits.map((t, i) => [t, i] as const).toSorted(([a], [b]) => a - b);
    expect(records.map((r) => [r.submit / 1e6, Number(r.id)])).toEqual(expected);
  });

  it("refuses an unsorted trace that does not fit the budget", async () => {
    const text = `${JOB.replace("1 0", "1 9")}${JOB}`;
    const options = { budget: 1, order: "sort_stable" } as const;
    const [problem] = await problemsOf(readJobs(onDisk(text, "a.swf"), jobContext(), options));
    expect(problem!.code).toBe("trace/too-large-unsorted");
  });

  it("refuses standard input that does not fit the budget", async () => {
    const [problem] = await problemsOf(readJobs(inMemory(JOB), jobContext(), { budget: 1, format: "swf" }));
    expect(problem!.code).toBe("trace/too-large-stdin");
  });

  it("notices that a file changed between the passes", async () => {
    const file = onDisk(JOB, "a.swf");
    const rows = await readJobs(file, jobContext(), { budget: 1 });
    appendFileSync(file.path, JOB);
    const stream = rows.open();
    await stream.next();
    const [problem] = await problemsOf(stream.next());
    expect(problem!.code).toBe("trace/changed");
  });

  it("closes a replay before its end, twice", async () => {
    const rows = await readJobs(onDisk(JOB.repeat(20_000), "a.swf"), jobContext(), { budget: 1 });
    const stream = rows.open();
    expect((await stream.next())!.length).toBe(8192);
    await stream.close();
    await stream.close();
    expect(await stream.next()).toBeNull();
  });

  it("takes two million requests of the same instant", async () => {
    const text = `arrival,input_tokens,output_tokens\n${"0,1,1\n".repeat(2_000_000)}`;
    const rows = await readRequests(inMemory(text, 1 << 20, "a.csv"), requestNames());
    expect(rows.counts.emitted).toBe(2_000_000);
    expect(rows.lastTime).toBe(0);
  });
});
