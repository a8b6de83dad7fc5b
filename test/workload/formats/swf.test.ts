import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/core/units.js";
import { type JobReadOptions, readJobs } from "../../../src/workload/read.js";
import { sharedPath } from "../../support/shared.js";
import { inMemory, jobContext, jobRecords, problemsOf } from "../support.js";

/** A row with the given fields (by number, from 1); -1 elsewhere. */
function row(fields: Record<number, number | string>): string {
  return Array.from({ length: 18 }, (_, i) => fields[i + 1] ?? -1).join(" ");
}

/** A row of a plain job, with fields replaced. */
function job(fields: Record<number, number | string> = {}): string {
  return row({ 1: 1, 2: 0, 3: 10, 4: 100, 5: 4, 8: 4, 9: 200, 11: 1, 12: 7, 13: 2, 15: 0, ...fields });
}

async function read(lines: string[] | string, options: JobReadOptions = {}) {
  const context = jobContext();
  const text = typeof lines === "string" ? lines : lines.join("\n");
  const rows = await readJobs(inMemory(text, 1 << 16, "test.swf"), context, options);
  return { rows, records: await jobRecords(rows, context), context };
}

const cores = (count: number) => ({
  groups: [{ count, gpus: 0, cpus: 1, memory: 0 }],
  gpuType: undefined,
  exclusive: false,
  spread: false,
});

describe("swf", () => {
  it("reads every field that it uses", async () => {
    const { records } = await read([job({ 1: 42, 2: 5 })]);
    expect(records).toEqual([
      {
        id: "42",
        submit: 5 * SECOND,
        run: 100 * SECOND,
        estimate: 200 * SECOND,
        cancel: Number.POSITIVE_INFINITY,
        recordedStart: 15 * SECOND,
        shape: cores(4),
        user: "7",
        account: "2",
        queue: "0",
      },
    ]);
  });

  it("reads decimals, tabs, padding and signs", async () => {
    const { records } = await read([
      `\t  ${job({ 2: "0.5", 4: "+1e2", 6: "552.21", 9: "2000000.000001" }).replaceAll(" ", " \t ")}  `,
    ]);
    expect(records[0]).toMatchObject({ submit: 500_000, run: 100 * SECOND, estimate: 2_000_000_000_001 });
  });

  it("takes comments anywhere", async () => {
    const { rows, records } = await read([
      "; Version: 2.2",
      ";",
      job(),
      "  ; a note: here",
      "",
      job({ 1: 2 }),
      ";",
    ]);
    expect(records.map((r) => r.id)).toEqual(["1", "2"]);
    expect(rows.counts.rows).toBe(2);
  });

  it("takes the machine from the header", async () => {
    const header = [
      "; UnixStartTime: 843480031",
      "; TimeZoneString: Europe/Stockholm",
      "; MaxNodes: 50",
      "; MaxProcs: 100 (2 each)",
    ];
    expect((await read([...header, job()])).rows.origin).toMatchObject({
      epoch: 843_480_031,
      timeZone: "Europe/Stockholm",
      machineSize: 100,
    });
    expect((await read([header[3]!, header[2]!, job()])).rows.origin.machineSize).toBe(100);
    expect((await read([header[2]!, job()])).rows.origin.machineSize).toBe(50);
    expect((await read(["; MaxProcs: unknown", job()])).rows.origin.machineSize).toBeUndefined();
  });

  it.each([
    ["requested", 4, 8, 8],
    ["requested", 4, -1, 4],
    ["requested", 4, 0, 4],
    ["allocated", 4, 8, 4],
    ["allocated", -1, 8, 8],
  ] as const)(
    "width: %s of allocated %d and requested %d is %d",
    async (width, allocated, requested, expected) => {
      const { records, rows } = await read([job({ 5: allocated, 8: requested })], { width });
      expect(records[0]!.shape).toEqual(cores(expected));
      const stoodIn = (width === "requested" ? requested : allocated) <= 0;
      expect(Object.values(rows.counts.adjusted)).toEqual(stoodIn ? [1] : []);
    },
  );

  it("lets a processor be a core, a GPU or a whole node", async () => {
    const shape = async (processor: "core" | "gpu" | "node") =>
      (await read([job()], { processor })).records[0]!.shape;
    expect(await shape("core")).toEqual(cores(4));
    expect(await shape("gpu")).toMatchObject({ groups: [{ count: 4, gpus: 1, cpus: 0 }], exclusive: false });
    expect(await shape("node")).toMatchObject({ groups: [{ count: 4, gpus: 0, cpus: 0 }], exclusive: true });
  });

  it.each([
    ["run", 100 * SECOND],
    ["none", Number.POSITIVE_INFINITY],
    [3600 * SECOND, 3600 * SECOND],
  ] as const)("missing estimate: %s", async (missingEstimate, expected) => {
    for (const missing of [-1, 0]) {
      const { records } = await read([job({ 9: missing })], { missingEstimate });
      expect(records[0]!.estimate).toBe(expected);
    }
  });

  it("cuts estimates and run times at the maximum, and counts them", async () => {
    const { records, rows } = await read(
      [job({ 4: 500, 9: 738_738_720 }), job({ 4: 10, 9: -1 }), job({ 4: 500, 9: -1 })],
      {
        maxEstimate: 300 * SECOND,
        maxRun: 400 * SECOND,
      },
    );
    expect(records.map((r) => [r.run / SECOND, r.estimate / SECOND])).toEqual([
      [400, 300],
      [10, 10],
      [400, 400],
    ]);
    expect(rows.counts.adjusted).toEqual({
      "run time cut at the maximum": 2,
      "estimate cut at the maximum": 1,
      "no estimate: run time used": 2,
    });
  });

  it.each([
    ["partial execution record", { 11: 2 }],
    ["partial execution record", { 11: 3 }],
    ["partial execution record", { 11: 4 }],
    ["status is not one of -1 to 5", { 11: 6 }],
    ["status is not one of -1 to 5", { 11: -2 }],
    ["status is not one of -1 to 5", { 11: 0.5 }],
    ["unknown run time", { 4: -1 }],
    ["unknown run time", { 4: -7 }],
    ["no processors asked for", { 5: -1, 8: -1 }],
    ["no processors asked for", { 5: 0, 8: 0 }],
    ["not a count", { 8: 1.5 }],
    ["larger than any machine", { 8: 4e9 }],
    ["negative submit time", { 2: -5 }],
    ["not a number", { 4: "12x" }],
    ["not a number", { 12: "alice" }],
    ["cancelled at an unknown time", { 11: 5, 4: -1, 3: -1 }],
    ["unknown run time", { 11: 5, 4: -1, 9: -1 }],
  ])("drops a row: %s", async (reason, fields) => {
    const { rows } = await read([job(), job(fields)]);
    expect(rows.counts.dropped).toEqual({ [reason]: { count: 1, lines: [2] } });
  });

  it("keeps a job that ran for no time, and statuses 0, 1 and -1", async () => {
    const { records } = await read([job({ 4: 0 }), job({ 11: 0 }), job({ 11: -1 })]);
    expect(records.map((r) => r.run / SECOND)).toEqual([0, 100, 100]);
  });

  it("lets a job cancelled while pending leave when it left the recorded queue", async () => {
    const pending = job({ 2: 50, 3: 30, 4: -1, 5: -1, 11: 5 });
    const alsoPending = job({ 2: 50, 3: 30, 4: 0, 5: -1, 11: 5 });
    const running = job({ 2: 50, 3: 30, 4: 40, 11: 5 });
    const { records, rows } = await read([pending, alsoPending, running]);
    for (const r of records.slice(0, 2))
      expect(r).toMatchObject({
        cancel: 80 * SECOND,
        run: 200 * SECOND,
        estimate: 200 * SECOND,
        recordedStart: -1,
      });
    expect(records[2]).toMatchObject({ cancel: Number.POSITIVE_INFINITY, run: 40 * SECOND });
    expect(rows.counts.adjusted).toEqual({ "cancelled while pending: estimate used as run time": 2 });
  });

  it("counts extra columns and dependencies", async () => {
    const { rows } = await read([`${job()} extra words`, job({ 17: 1, 18: 5 }), job()]);
    expect(rows.counts.adjusted).toEqual({ "extra columns ignored": 1, "preceding job ignored": 1 });
  });

  it("drops a row of fewer than 18 fields", async () => {
    const { rows } = await read([job(), job().split(" ").slice(0, 17).join(" ")]);
    expect(rows.counts.dropped).toEqual({ "fewer than 18 fields": { count: 1, lines: [2] } });
  });

  it("knows no user, account or queue of -1", async () => {
    const { records } = await read([job({ 12: -1, 13: -1, 15: -1 })]);
    expect(records[0]).toMatchObject({ user: "", account: "", queue: "" });
  });

  it("starts an absolute clock at its first job, and leaves a relative one", async () => {
    const lines = [job({ 2: 1_070_000_100 }), job({ 2: 1_070_000_000 })];
    const { records, rows } = await read(lines);
    expect(records.map((r) => r.submit)).toEqual([0, 100 * SECOND]);
    expect(records[0]!.recordedStart).toBe(10 * SECOND);
    expect(rows.origin.epoch).toBe(1_070_000_000);
    expect((await read([job({ 2: 77 })])).records[0]!.submit).toBe(77 * SECOND);
    const first = await read(["; UnixStartTime: 1000", job({ 2: 77 })], { timeOrigin: "first" });
    expect(first.records[0]!.submit).toBe(0);
    expect(first.rows.origin.epoch).toBe(1077);
    expect((await read(lines, { timeOrigin: "zero" })).records[0]!.submit).toBe(1_070_000_000 * SECOND);
  });

  it("tells which shapes occur, and where first", async () => {
    const { rows, context } = await read([";", job(), job({ 8: 9 }), job(), job({ 8: 9 })]);
    const used = [...rows.shapesUsed].map(([id, facts]) => ({
      tasks: context.shapes.get(id).tasks,
      ...facts,
    }));
    expect(used).toEqual([
      { tasks: 4, count: 2, firstLine: 2 },
      { tasks: 9, count: 2, firstLine: 3 },
    ]);
  });

  const kth = sharedPath("traces/swf/KTH-SP2-1996-2.swf.gz");

  it.skipIf(kth === undefined)(
    "refuses a log whose columns were shuffled (needs the shared KTH-SP2 log)",
    async () => {
      const lines = gunzipSync(readFileSync(kth!))
        .toString()
        .split("\n")
        .filter((line) => /^\s*\d/.test(line))
        .slice(0, 2000)
        .map((line) => line.trim().split(/\s+/));
      const order = fc.shuffledSubarray([...Array(18).keys()], { minLength: 18 });
      await fc.assert(
        fc.asyncProperty(order, async (columns) => {
          // Wait, run time, widths and estimate go up and down; times, numbers and users are no status.
          fc.pre([2, 3, 4, 7, 8].includes(columns[1]!) || [0, 1, 2, 3, 4, 7, 8, 11].includes(columns[10]!));
          const problems = await problemsOf(read(lines.map((l) => columns.map((c) => l[c]).join(" "))));
          expect(problems[0]!.code).toMatch(/^trace\/(columns-shuffled|bad-row)$/);
        }),
        // One order in hundreds looks like a log by chance, so the orders are always the same.
        { numRuns: 40, seed: 1 },
      );
    },
  );

  it("refuses a log that keeps going back in time, unless sorting was asked for", async () => {
    const lines = Array.from({ length: 40 }, (_, i) => job({ 1: i + 1, 2: (i * 37) % 100 }));
    const [problem] = await problemsOf(read(lines));
    expect(problem!.code).toBe("trace/columns-shuffled");
    const { records } = await read(lines, { order: "sort_stable" });
    const times = records.map((r) => r.submit);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
