import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Journal, JournalListener } from "../../src/journal/journal.js";
import { csvField, csvSeconds } from "../../src/report/csv.js";
import { JobsCsv } from "../../src/report/jobs-csv.js";
import { journalWriter } from "../../src/report/journal-jsonl.js";
import { LineBuffer, type Sink } from "../../src/report/line-buffer.js";
import { RequestsCsv } from "../../src/report/requests-csv.js";
import { playMixedRun } from "../support/mixed-run.js";

/** A plain RFC 4180 reader, one character at a time. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") {
      rows.at(-1)!.push(field);
      field = "";
      if (c === "\n") rows.push([]);
    } else field += c;
  }
  return rows.slice(0, -1);
}

function written(make: (sink: Sink) => JournalListener): string {
  let text = "";
  playMixedRun((journal: Journal) =>
    journal.listen(
      make((chunk) => {
        text += chunk;
      }),
    ),
  );
  return text;
}

function records(text: string): Record<string, string>[] {
  const [head, ...rows] = parseCsv(text);
  return rows.map((row) => {
    expect(row).toHaveLength(head!.length);
    return Object.fromEntries(head!.map((column, i) => [column, row[i]!]));
  });
}

describe("csv", () => {
  it("writes fields that read back", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (fields) => {
        expect(parseCsv(`${fields.map(csvField).join(",")}\n`)).toEqual([fields]);
      }),
    );
  });

  it("writes microseconds digit for digit", () => {
    expect([0, 1, 999_999, 1_000_000, 86_400_000_001, -1].map(csvSeconds)).toEqual([
      "0.000000",
      "0.000001",
      "0.999999",
      "1.000000",
      "86400.000001",
      "",
    ]);
    fc.assert(
      fc.property(fc.maxSafeNat(), (time) => {
        expect(BigInt(csvSeconds(time).replace(".", ""))).toBe(BigInt(time));
      }),
    );
  });
});

describe("JobsCsv", () => {
  const jobs = records(written((sink) => new JobsCsv(sink)));

  it("has one row a job, as they left, then the unfinished, and no replica", () => {
    expect(jobs.map((j) => [j.job, j.outcome])).toEqual([
      ["J1", "completed"],
      ["J3", "cancelled"],
      ["J2", "timed-out"],
      ["J4", "running"],
      ["J5", "pending"],
    ]);
  });

  it("tells a preempted job's whole story", () => {
    expect(jobs[2]).toEqual({
      job: "J2",
      user: "bob, the second",
      account: "bob, the second-lab",
      queue: "batch",
      submit_s: "0.010000",
      start_s: "0.100000",
      end_s: "0.200000",
      wait_s: "0.050000",
      run_s: "0.140000",
      gpus: "1",
      cpus: "4",
      tasks: "1",
      outcome: "timed-out",
      preemptions: "1",
      nodes: "n1:1",
      reason: "",
    });
  });

  it("leaves empty what never was", () => {
    expect(jobs[1]).toMatchObject({
      user: 'cyd "c"',
      start_s: "",
      end_s: "0.150000",
      wait_s: "0.080000",
      nodes: "",
    });
    expect(jobs[3]).toMatchObject({ start_s: "0.250000", end_s: "", run_s: "0.750000" });
    expect(jobs[4]).toMatchObject({ start_s: "", end_s: "", wait_s: "0.750000", gpus: "8" });
  });
});

it("RequestsCsv has one row a request", () => {
  const requests = records(written((sink) => new RequestsCsv(sink)));
  expect(requests.map((r) => [r.request, r.outcome])).toEqual([
    ["R1", "completed"],
    ["R2", "completed"],
    ["R3", "rejected"],
    ["R4", "unfinished"],
  ]);
  expect(requests[1]).toEqual({
    request: "R2",
    service: "chat",
    tenant: "zeta",
    arrival_s: "0.350000",
    queue_time_s: "0.110000",
    ttft_s: "0.120000",
    tpot_s: "0.007500",
    e2e_s: "0.135000",
    input_tokens: "100",
    output_tokens: "3",
    preemptions: "1",
    outcome: "completed",
  });
  expect(requests[3]).toMatchObject({
    queue_time_s: "",
    ttft_s: "",
    tpot_s: "",
    e2e_s: "",
    output_tokens: "0",
  });
});

describe("journalWriter", () => {
  const parse = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const rows = parse(written((sink) => journalWriter(sink)));

  it("numbers every event and keeps their order in time", () => {
    expect(rows.map((r) => r.seq)).toEqual(rows.map((_, i) => i));
    for (let i = 1; i < rows.length; i++) expect(rows[i].t).toBeGreaterThanOrEqual(rows[i - 1].t);
    expect(rows[0]).toMatchObject({ t: 0, type: "run-start", gpus: 8, services: [{ name: "chat" }] });
    expect(rows.at(-1)).toMatchObject({ t: 1_000_000, type: "run-end" });
  });

  it("speaks in names", () => {
    const ofJ2 = rows.filter((r) => r.id === "J2").map((r) => ({ ...r, seq: 0 }));
    expect(ofJ2.map((r) => r.type)).toEqual([
      "submit",
      "reason",
      "start",
      "preempt",
      "requeue",
      "start",
      "end",
    ]);
    expect(ofJ2[1]).toMatchObject({ t: 10_000, reason: "Priority" });
    expect(ofJ2[3]).toMatchObject({ lost: 40_000 });
    expect(ofJ2[6]).toMatchObject({ outcome: "timed-out" });
    expect(rows.find((r) => r.type === "replica-state")).toMatchObject({
      service: "chat",
      state: "starting",
    });
    expect(rows.find((r) => r.id === "R3" && r.type === "request-end")).toMatchObject({
      outcome: "rejected",
    });
    expect(rows.find((r) => r.id === "chat-0")).toMatchObject({ type: "submit", replica: true });
  });

  it("writes deliveries of tokens only when asked", () => {
    expect(rows.some((r) => r.type === "tokens")).toBe(false);
    const all = parse(written((sink) => journalWriter(sink, { tokens: true })));
    expect(all.filter((r) => r.type === "tokens")).toHaveLength(6);
    expect(all).toHaveLength(rows.length + 6);
  });
});

it("LineBuffer hands on large chunks and loses nothing", () => {
  const chunks: string[] = [];
  const buffer = new LineBuffer((chunk) => chunks.push(chunk));
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
  for (const line of lines) buffer.line(line);
  buffer.flush();
  buffer.flush();
  expect(chunks.join("")).toBe(`${lines.join("\n")}\n`);
  expect(chunks.length).toBeLessThan(10);
});
