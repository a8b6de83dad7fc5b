import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import type { TraceFile } from "../../../src/workload/bytes/source.js";
import { chooseFormat, jobFormats, requestFormats } from "../../../src/workload/formats/index.js";
import { type ReadOptions, readJobs, readRequests } from "../../../src/workload/read.js";
import type { Rows } from "../../../src/workload/stream.js";
import { scratchFolder } from "../../support/scratch.js";
import {
  inMemory,
  jobContext,
  jobRecords,
  onDisk,
  problemsOf,
  requestNames,
  requestRecords,
  sum,
} from "../support.js";

interface Case {
  kind: "jobs" | "requests";
  format: string;
  /** A name that says nothing of the format. */
  file: string;
  /** Lines before the rows. */
  header: string[];
  /** Rows in time order, the second and third at the same time. */
  rows: string[];
  /** Files that lie beside the trace. */
  beside?: Record<string, string>;
  /** A row of the right form that cannot be used, and the text to blame. */
  unusable: { line: string; reason: string; column: number; length: number };
}

const CASES: Case[] = [
  {
    kind: "jobs",
    format: "swf",
    file: "log",
    header: ["; MaxProcs: 64", ";"],
    rows: [
      "1 0 5 100 4 -1 -1 4 200 -1 1 7 1 -1 0 -1 -1 -1",
      "2 10 -1 50.25 -1 -1 -1 8 60 -1 0 8 1 -1 1 -1 -1 -1",
      "3 10 0 0 1 -1 -1 1 -1 -1 1 7 2 -1 1 -1 -1 -1",
      "4 30 7 -1 -1 -1 -1 2 90 -1 5 9 2 -1 1 -1 -1 -1",
    ],
    unusable: {
      line: "9 20 -1 -1 4 -1 -1 4 200 -1 1 7 1 -1 0 -1 -1 -1",
      reason: "unknown run time",
      column: 9,
      length: 2,
    },
  },
  {
    kind: "jobs",
    format: "sacct",
    file: "dump",
    header: ["JobID|User|Submit|Start|End|State|ReqTRES|Partition"],
    rows: [
      "1|a|2026-01-01T00:00:00|2026-01-01T00:00:05|2026-01-01T00:01:05|COMPLETED|cpu=4,node=2|p",
      "2_3|b|2026-01-01T00:00:10|2026-01-01T00:00:20|2026-01-01T00:00:30|FAILED|cpu=1,node=1|p",
      "2_4|b|2026-01-01T00:00:10|2026-01-01T00:00:20|2026-01-01T00:00:40|TIMEOUT|cpu=1,node=1|p",
      "5||2026-01-01T00:00:30|2026-01-01T00:00:30|2026-01-01T00:00:30|COMPLETED|gres/gpu=2,node=1|q",
    ],
    unusable: {
      line: "6|a|2026-01-01T00:00:20|2026-01-01T00:00:20|2026-01-01T00:00:21|VANISHED|cpu=1|p",
      reason: "unknown job state",
      column: 65,
      length: 8,
    },
  },
  {
    kind: "jobs",
    format: "csv",
    file: "jobs.csv",
    header: ["id,submit,run,estimate,gpus,user,queue"],
    rows: ["a,0,100,200,4,7,x", "b,10,1m30s,2h,8,8,x", 'c,10.5,50,,12,7,"y, z"', "d,30,0,60,1,,"],
    unusable: { line: "e,20,,60,1,7,x", reason: "unknown run time", column: 6, length: 1 },
  },
  {
    kind: "jobs",
    format: "jsonl",
    file: "jobs.jsonl",
    header: [],
    rows: [
      '{"id":"a","submit":0,"run":100,"gpus":4,"user":7}',
      '{"id":"b","submit":"10s","run":"1m30s","nodes":2,"gpus_per_node":8}',
      '{"id":"c","submit":10,"run":50,"tasks":[{"count":2,"gpus":3},{"gpus":1,"memory":"1GiB"}]}',
      '{"id":"d","submit":30,"run":0,"gpus":1,"user":"alice"}',
    ],
    unusable: {
      line: '{"id":"e","submit":20,"run":null,"gpus":1}',
      reason: "unknown run time",
      column: 24,
      length: 3,
    },
  },
  {
    kind: "requests",
    format: "azure-llm",
    file: "trace.csv",
    header: ["TIMESTAMP,ContextTokens,GeneratedTokens"],
    rows: [
      "2023-11-16 18:15:46.6805900,374,44",
      "2023-11-16 18:15:50.9951690,396,109",
      "2023-11-16 18:15:50.9951690,879,55",
      "2023-11-16 18:16:00+00:00,91,16",
    ],
    unusable: { line: "2023-11-16 18:15:55.5,91,0", reason: "no output tokens", column: 26, length: 1 },
  },
  {
    kind: "requests",
    format: "csv",
    file: "requests.csv",
    header: ["arrival,input_tokens,output_tokens,tenant,id"],
    rows: ["0,374,44,a,x1", "4.314579,396,109,b,x2", "4314579us,879,55,,x3", "13,91,16,a,x4"],
    unusable: { line: "5,0,16,a,x5", reason: "no input tokens", column: 3, length: 1 },
  },
  {
    kind: "requests",
    format: "jsonl",
    file: "requests.jsonl",
    header: [],
    rows: [
      '{"arrival":0,"input_tokens":374,"output_tokens":44,"tenant":"a"}',
      '{"arrival":4.5,"input_tokens":396,"output_tokens":109}',
      '{"arrival":"4.5s","input_tokens":879,"output_tokens":55,"tenant":5}',
      '{"arrival":13,"input_tokens":"91","output_tokens":16,"id":17}',
    ],
    unusable: {
      line: '{"arrival":5,"input_tokens":0,"output_tokens":1}',
      reason: "no input tokens",
      column: 15,
      length: 12,
    },
  },
  {
    kind: "requests",
    format: "mooncake",
    file: "trace.jsonl",
    header: [],
    rows: [
      '{"timestamp":0,"input_length":1000,"output_length":52,"hash_ids":[0,1]}',
      '{"timestamp":3052,"input_length":512,"output_length":26,"hash_ids":[0]}',
      '{"timestamp":3052,"input_length":1030,"output_length":1,"hash_ids":[0,2,3]}',
      '{"timestamp":9000.5,"input_length":7,"output_length":16,"hash_ids":[4]}',
    ],
    unusable: {
      line: '{"timestamp":5000,"input_length":513,"output_length":1,"hash_ids":[0]}',
      reason: "hash_ids do not match the prompt length",
      column: 57,
      length: 8,
    },
  },
  {
    kind: "requests",
    format: "ragpulse",
    file: "trace.jsonl",
    beside: {
      "1_sys_prompt.jsonl": '{"sys_prompt_id": 1, "token_length": 512}\n',
      "2_passages.jsonl": '{"passage_id": 2, "token_length": 84}\n{"passage_id": 3, "token_length": 20}\n',
      "3_history.jsonl": '{"history_id": 4, "token_length": 11}\n',
      "4_user_input.jsonl": '{"user_input_id": 5, "token_length": 9}\n\n',
      "5_web_search.jsonl": "",
    },
    header: [],
    rows: [
      ragpulseRow(0, 620, { sys_prompt: [1], passages_ids: [2], user_input: [5] }),
      ragpulseRow(10, 640, { sys_prompt: [1], passages_ids: [2, 3], history: [4], user_input: [5] }),
      ragpulseRow(10, 532, { sys_prompt: [1], passages_ids: [3] }),
      ragpulseRow(12.5, 30, { sys_prompt: [] }),
    ],
    unusable: {
      line: ragpulseRow(11, 500, { sys_prompt: [1] }),
      reason: "hash_ids do not match the prompt length",
      column: 58,
      length: 8,
    },
  },
];

function ragpulseRow(timestamp: number, input_length: number, hash_ids: Record<string, number[]>): string {
  return JSON.stringify({
    timestamp: String(timestamp),
    input_length,
    output_length: 44,
    hash_ids,
    session_id: "a",
  });
}

/** Lays the files that belong to a trace beside it. */
function withCompany(c: Case, file: TraceFile): TraceFile {
  if (c.beside === undefined) return file;
  const folder = "path" in file ? dirname(file.path) : scratchFolder();
  for (const [name, content] of Object.entries(c.beside)) writeFileSync(join(folder, name), content);
  return "path" in file ? file : { ...file, folder };
}

interface Read {
  rows: Rows<unknown>;
  records: { submit?: number; arrival?: number }[];
}

async function read(c: Case, file: TraceFile, options: ReadOptions = {}): Promise<Read> {
  if (c.kind === "jobs") {
    const context = jobContext();
    const rows = await readJobs(file, context, options);
    return { rows, records: await jobRecords(rows, context) };
  }
  const names = requestNames();
  const rows = await readRequests(withCompany(c, file), names, options);
  return { rows, records: await requestRecords(rows, names) };
}

function text(c: Case, rows = c.rows, end = "\n"): string {
  return [...c.header, ...rows].join(end) + end;
}

it("every registered format is in this table", () => {
  const listed = CASES.map((c) => `${c.kind} ${c.format}`).sort();
  const registered = [
    ...Object.keys(jobFormats).map((name) => `jobs ${name}`),
    ...Object.keys(requestFormats).map((name) => `requests ${name}`),
  ].sort();
  expect(listed).toEqual(registered);
});

describe.each(CASES)("$kind $format", (c) => {
  const whole = () => read(c, inMemory(text(c), 1 << 16, c.file));

  it("reads its rows, in order", async () => {
    const { rows, records } = await whole();
    expect(rows.counts).toMatchObject({ rows: 4, emitted: 4, dropped: {}, inversions: 0 });
    expect(records).toHaveLength(4);
    expect(rows.origin).toMatchObject({ name: c.file, format: c.format });
    const times = records.map((r) => r.submit ?? r.arrival!);
    expect(times[0]).toBe(0);
    expect(rows.lastTime).toBe(times[3]);
  });

  it("is recognised without being named, and by no other format", () => {
    const first = text(c).split("\n")[0]!;
    const formats = c.kind === "jobs" ? jobFormats : requestFormats;
    expect(chooseFormat(formats as typeof jobFormats, c.file, first)).toBe(c.format);
    const fitting = [...Object.entries(jobFormats), ...Object.entries(requestFormats)].filter(([, f]) =>
      f.looksLike(first),
    );
    expect(fitting.map(([name]) => name)).toEqual([c.format]);
  });

  it.each([
    ["CRLF", (t: string) => t.replaceAll("\n", "\r\n")],
    ["a byte order mark", (t: string) => `\uFEFF${t}`],
    ["no final line end", (t: string) => t.trimEnd()],
    ["CRLF and no final line end", (t: string) => t.trimEnd().replaceAll("\n", "\r\n")],
    ["blank lines at the end", (t: string) => `${t}\n\r\n\n`],
    ["blank lines at the start", (t: string) => `\n\n${t}`],
    ["a blank line between rows", (t: string) => t.replace(/\n(?=[^\n]*\n$)/, "\n\n")],
  ])("reads the same with %s", async (_name, change) => {
    const { records } = await read(c, inMemory(change(text(c)), 1 << 16, c.file));
    expect(records).toEqual((await whole()).records);
  });

  it("reads the same from gzip, and from gzip in two members", async () => {
    const bytes = Buffer.from(text(c));
    const packed = await read(c, inMemory(gzipSync(bytes), 1 << 16, c.file));
    const half = bytes.length >> 1;
    const members = Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]);
    const split = await read(c, inMemory(members, 7, c.file));
    const { records } = await whole();
    expect(packed.records).toEqual(records);
    expect(split.records).toEqual(records);
  });

  it("reads the same wherever chunks are cut", async () => {
    const { records } = await whole();
    for (let size = 1; size < 40; size++) {
      const cut = await read(c, inMemory(text(c), size, c.file));
      expect(cut.records).toEqual(records);
    }
  });

  it("reads the same when the rows do not fit the budget and are read twice", async () => {
    const file = onDisk(text(c), c.file);
    const { rows, records } = await read(c, file, { budget: 100 });
    expect(rows.kept).toBe(false);
    expect(records).toEqual((await whole()).records);
  });

  it("sorts rows by time, rows of equal time in their order", async () => {
    const { rows, records } = await read(c, inMemory(text(c, c.rows.toReversed()), 99, c.file));
    expect(rows.counts.inversions).toBeGreaterThan(0);
    const straight = (await whole()).records;
    const tie = straight.filter(
      (r) => (r.submit ?? r.arrival) === (straight[1]!.submit ?? straight[1]!.arrival),
    );
    const others = (list: typeof straight) => list.filter((r) => !tie.some((t) => same(t, r)));
    expect(others(records)).toEqual(others(straight).map((r) => expect.objectContaining(comparable(r))));
    if (tie.length === 2)
      expect(records.slice(1, 3).map(comparable)).toEqual(tie.toReversed().map(comparable));
  });

  it("refuses rows out of order when told to", async () => {
    const rows = [...c.rows.slice(1), c.rows[0]!];
    const [problem] = await problemsOf(
      read(c, inMemory(text(c, rows), 99, c.file), { order: "require_nondecreasing" }),
    );
    expect(problem).toMatchObject({
      code: "trace/unsorted",
      at: { line: c.header.length + 4, text: c.rows[0] },
    });
  });

  it("counts a row that cannot be used, and points at it when strict", async () => {
    const { line, reason, column, length } = c.unusable;
    const rows = [c.rows[0]!, line, ...c.rows.slice(1)];
    const at = c.header.length + 2;
    const read1 = await read(c, inMemory(text(c, rows), 99, c.file));
    expect(read1.rows.counts).toMatchObject({
      rows: 5,
      emitted: 4,
      dropped: { [reason]: { count: 1, lines: [at] } },
    });
    const [problem] = await problemsOf(read(c, inMemory(text(c, rows), 99, c.file), { strict: true }));
    expect(problem).toMatchObject({
      code: "trace/bad-row",
      message: `this row cannot be used: ${reason}`,
      at: { file: c.file, line: at, column, length, text: line },
    });
  });

  it("shows five lines at most when no row can be used", async () => {
    const problems = await problemsOf(
      read(c, inMemory(text(c, Array(30).fill(c.unusable.line)), 99, c.file), { format: c.format }),
    );
    expect(problems.map((p) => p.at?.line)).toEqual([1, 2, 3, 4, 5].map((n) => n + c.header.length));
  });

  it("gives up at once when the first rows are nonsense", async () => {
    const rows = [...Array(5).fill("lorem ipsum dolor sit amet"), ...c.rows];
    const problems = await problemsOf(read(c, inMemory(text(c, rows), 99, c.file), { format: c.format }));
    expect(problems).toHaveLength(5);
  });

  it("says that a file without rows is empty", async () => {
    for (const content of ["", "\n\n", text(c, [])]) {
      const [problem] = await problemsOf(read(c, inMemory(content, 99, c.file), { format: c.format }));
      expect(problem?.code).toBe("trace/empty");
    }
  });

  it("stops at the limit, and still hashes the whole file", async () => {
    const { rows, records } = await read(c, inMemory(text(c), 5, c.file), { limit: 2 });
    const all = await whole();
    expect(records).toEqual(all.records.slice(0, 2));
    expect(rows.counts).toMatchObject({ rows: 2, emitted: 2 });
    expect(rows.origin.hash).toBe(all.rows.origin.hash);
  });

  it("packs arrivals when sped up, and leaves durations alone", async () => {
    const { records } = await read(c, inMemory(text(c), 99, c.file), { speedup: 2 });
    const straight = (await whole()).records;
    expect(records.map((r) => r.submit ?? r.arrival)).toEqual(
      straight.map((r) => Math.round((r.submit ?? r.arrival!) / 2)),
    );
    const runs = (list: object[]) => list.map((r) => ("run" in r ? r.run : undefined));
    expect(runs(records)).toEqual(runs(straight));
  });

  it("accounts for every line of whatever it is fed", async () => {
    const garbage = fc.oneof(
      fc.string({ unit: "binary-ascii" }).map((s) => s.replace(/[\r\n]/g, " ")),
      fc.constantFrom(...c.rows, c.unusable.line),
      fc
        .tuple(fc.constantFrom(...c.rows), fc.nat(60), fc.string({ unit: "binary-ascii", maxLength: 4 }))
        .map(([row, at, put]) => (row.slice(0, at) + put + row.slice(at + 1)).replace(/[\r\n]/g, "")),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(garbage, { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        async (lines, chunk) => {
          const content = text(c, [c.rows[0]!, ...lines]);
          try {
            const { rows, records } = await read(c, inMemory(content, chunk, c.file), { format: c.format });
            expect(rows.counts.emitted + sum(rows.counts.dropped)).toBe(rows.counts.rows);
            expect(records).toHaveLength(rows.counts.emitted);
            expect(rows.counts.rows).toBeLessThanOrEqual(lines.length + 1);
          } catch (error) {
            // A key or column that the format does not have ends the reading; nothing else may.
            expect(error).toBeInstanceOf(InputError);
            expect((error as InputError).problems[0]!.code).toMatch(
              /^trace\/(unknown-column|binary|bad-row)$/,
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Without what depends on a row's place in the file. */
function comparable(record: object): object {
  // Addresses of content are given out in the order of the rows.
  const { id, content: _, ...rest } = record as { id?: string; content?: unknown };
  return Number.isNaN(Number(id)) ? { id, ...rest } : rest;
}

function same(a: object, b: object): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}
