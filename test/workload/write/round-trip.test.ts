import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ShapeSpec, Shapes } from "../../../src/fleet/shape.js";
import { JobBatch, RequestBatch } from "../../../src/workload/batch.js";
import { Runs } from "../../../src/workload/content.js";
import { demandShape } from "../../../src/workload/formats/demand.js";
import { readJobs, readRequests } from "../../../src/workload/read.js";
import type { JobContext, RequestNames, RowStream } from "../../../src/workload/stream.js";
import { jobWriters } from "../../../src/workload/write/jobs.js";
import { requestWriters } from "../../../src/workload/write/requests.js";
import { csvCell, type RowWriter, seconds, writeRows } from "../../../src/workload/write/writer.js";
import { inMemory, jobContext, problemsOf, requestNames, requestRecords } from "../support.js";

const INFINITY = Number.POSITIVE_INFINITY;
const micros = fc.oneof(
  fc.nat(),
  fc.integer({ min: 0, max: 2 ** 45 }),
  fc.nat(100_000).map((s) => s * 1_000_000),
);
/** Names as text; whole numbers are names too, and are written as they stand. */
const name = fc.oneof(
  fc.constant(""),
  fc.nat().map(String),
  fc
    .string({ unit: "grapheme", maxLength: 8 })
    .map((s) => s.replace(/[\r\n\0]/g, ""))
    .filter((s) => s === s.trim()),
);
const count = fc.integer({ min: 1, max: 40 });
const group = fc.record({ count, gpus: fc.nat(8), cpus: fc.nat(64), memory: fc.nat(2 ** 30) });
const gpuType = fc.option(fc.constantFrom("H100", "A100, 80 GB"), { nil: undefined });

const equalTasks: fc.Arbitrary<ShapeSpec> = fc
  .record({ group, gpuType, spread: fc.boolean() })
  .filter(({ group: g }) => g.gpus + g.cpus + g.memory > 0)
  .map(({ group: g, gpuType: type, spread }) => ({
    groups: [g],
    spread,
    ...(type ? { gpuType: type } : {}),
  }));
const wholeNodes: fc.Arbitrary<ShapeSpec> = count.map((n) => ({
  groups: [{ count: n, gpus: 0, cpus: 0, memory: 0 }],
  exclusive: true,
}));
const packed: fc.Arbitrary<ShapeSpec> = fc.integer({ min: 1, max: 99 }).map((gpus) => {
  const shapes = new Shapes();
  const { groups } = shapes.packed(gpus, 8);
  return { groups: [...groups] };
});
const listed: fc.Arbitrary<ShapeSpec> = fc
  .array(group, { minLength: 1, maxLength: 4 })
  .map((groups) => ({ groups }));

interface Job {
  id: string;
  submit: number;
  run: number;
  estimate: number;
  wait: number;
  spec: ShapeSpec;
  user: string;
  account: string;
  queue: string;
}

function job(spec: fc.Arbitrary<ShapeSpec>): fc.Arbitrary<Job> {
  return fc.record({
    id: name.filter((s) => s !== ""),
    submit: micros,
    run: micros,
    estimate: fc.oneof(micros, fc.constant(INFINITY)),
    wait: fc.oneof(micros, fc.constant(INFINITY)),
    spec,
    user: name,
    account: name,
    queue: name,
  });
}

const stream = <B>(batch: B): RowStream<B> => {
  const batches = [batch];
  return {
    origin: { name: "test", hash: "", content: true, urgency: true },
    counts: { rows: 0, emitted: 0, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: 0,
    next: async () => batches.shift() ?? null,
    close: async () => {},
  };
};

async function text<B extends { length: number }>(writer: RowWriter<B>, batch: B): Promise<string> {
  let all = "";
  for await (const part of writeRows(writer, stream(batch))) all += part;
  return all;
}

function jobBatch(jobs: Job[], { names, shapes }: JobContext): JobBatch {
  const batch = new JobBatch(jobs.length);
  jobs.forEach((j, i) => {
    const id = /^(0|[1-9]\d{0,14})$/.test(j.id) ? Number(j.id) : -1 - names.ids.intern(j.id);
    const intern = (list: keyof typeof names, value: string) =>
      value === "" ? -1 : names[list].intern(/^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value);
    batch.id[i] = id;
    batch.submit[i] = j.submit;
    batch.run[i] = j.run;
    batch.estimate[i] = j.estimate;
    batch.cancel[i] = j.submit + j.wait;
    batch.recordedStart[i] = -1;
    batch.shape[i] = shapes.intern(j.spec).id;
    batch.user[i] = intern("users", j.user);
    batch.account[i] = intern("accounts", j.account);
    batch.queue[i] = intern("queues", j.queue);
    batch.length++;
  });
  return batch;
}

/** Writes rows, reads them into the same names and shapes, and compares every column. */
async function roundTrip(format: "csv" | "jsonl", jobs: Job[]): Promise<void> {
  const context = jobContext();
  const sorted = jobs.toSorted((a, b) => a.submit - b.submit);
  const batch = jobBatch(sorted, context);
  const file = inMemory(await text(jobWriters[format](context), batch), 1 << 16, `a.${format}`);
  const rows = await readJobs(file, context, {
    format,
    missingEstimate: "none",
    strict: true,
    timeOrigin: "zero",
  });
  const back = (await rows.open().next())!;
  expect(back.length).toBe(batch.length);
  for (const column of [
    "id",
    "submit",
    "run",
    "estimate",
    "cancel",
    "recordedStart",
    "shape",
    "user",
    "account",
    "queue",
  ] as const)
    expect([...back[column].subarray(0, back.length)], column).toEqual([...batch[column]]);
}

describe("written jobs are read back as they were", () => {
  it("CSV", async () => {
    const jobs = fc.array(job(fc.oneof(equalTasks, wholeNodes, packed)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(jobs, (list) => roundTrip("csv", list)),
      { numRuns: 200 },
    );
  });

  it("JSON Lines", async () => {
    const jobs = fc.array(job(fc.oneof(equalTasks, wholeNodes, packed, listed)), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(jobs, (list) => roundTrip("jsonl", list)),
      { numRuns: 200 },
    );
  });

  it("SWF, as far as it can tell", async () => {
    const jobs = fc.array(
      fc.record({
        id: fc.integer({ min: 1, max: 1e9 }),
        submit: micros,
        run: micros,
        estimate: fc.oneof(
          micros.filter((t) => t > 0),
          fc.constant(INFINITY),
        ),
        wait: fc.integer({ min: -1, max: 1e9 }),
        width: fc.integer({ min: 1, max: 5000 }),
        user: fc.integer({ min: -1, max: 99 }),
        cancelled: fc.boolean(),
      }),
      { minLength: 1, maxLength: 20 },
    );
    const processor = fc.constantFrom("core" as const, "gpu" as const, "node" as const);
    await fc.assert(
      fc.asyncProperty(jobs, processor, async (list, unit) => {
        const context = jobContext();
        const batch = new JobBatch(list.length);
        for (const j of list.toSorted((a, b) => a.submit - b.submit)) {
          const i = batch.length++;
          // A job that was taken back has no run time of its own in the log.
          const gone = j.cancelled && j.estimate !== INFINITY && j.wait >= 0;
          batch.id[i] = j.id;
          batch.submit[i] = j.submit;
          batch.run[i] = gone ? j.estimate : j.run;
          batch.estimate[i] = j.estimate;
          batch.cancel[i] = gone ? j.submit + j.wait : INFINITY;
          batch.recordedStart[i] = gone || j.wait < 0 ? -1 : j.submit + j.wait;
          batch.shape[i] = context.shapes.processors(j.width, unit).id;
          batch.user[i] = j.user < 0 ? -1 : context.names.users.intern(j.user);
          batch.account[i] = -1;
          batch.queue[i] = -1;
        }
        const file = inMemory(await text(jobWriters.swf(context), batch), 1 << 16, "a.swf");
        const rows = await readJobs(file, context, {
          processor: unit,
          missingEstimate: "none",
          strict: true,
          timeOrigin: "zero",
        });
        const back = (await rows.open().next())!;
        for (const column of [
          "id",
          "submit",
          "run",
          "estimate",
          "cancel",
          "recordedStart",
          "shape",
          "user",
        ] as const)
          expect([...back[column].subarray(0, back.length)], column).toEqual([...batch[column]]);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses to write tasks that CSV columns cannot express", async () => {
    const context = jobContext();
    const groups = [
      { count: 1, gpus: 4, cpus: 9, memory: 0 },
      { count: 1, gpus: 0, cpus: 1, memory: 0 },
    ];
    const one = { id: "1", submit: 0, run: 1, estimate: 1, wait: INFINITY, user: "", account: "", queue: "" };
    const batch = jobBatch([{ ...one, spec: { groups } }], context);
    const [problem] = await problemsOf(text(jobWriters.csv(context), batch));
    expect(problem!.code).toBe("trace/not-expressible");
    expect(
      demandShape(
        { gpus: 4, nodes: 0, gpusPerNode: 0, tasks: 0, cpus: 10, memory: 0, gpuType: "" },
        8,
        context.shapes,
      ),
    ).not.toBe(batch.shape[0]);
  });
});

describe("written requests are read back as they were", () => {
  const requests = fc.array(
    fc.record({
      id: name.filter((s) => s !== ""),
      arrival: micros,
      inputTokens: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      outputTokens: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      tenant: name,
      priority: fc.oneof(fc.constant(0), fc.integer({ min: -(2 ** 31) + 1 })),
      ttftSlo: fc.oneof(fc.constant(INFINITY), fc.integer({ min: 1, max: 2 ** 45 })),
      e2eSlo: fc.oneof(fc.constant(INFINITY), fc.integer({ min: 1, max: 2 ** 45 })),
      runs: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 20 })), {
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 20 },
  );

  it.each(["csv", "jsonl", "azure-llm"] as const)("%s", async (format) => {
    await fc.assert(
      fc.asyncProperty(requests, async (list) => {
        const names: RequestNames = requestNames();
        const sorted = list.toSorted((a, b) => a.arrival - b.arrival);
        const batch = new RequestBatch(list.length);
        for (const [i, { runs, ...r }] of sorted.entries()) {
          batch.priority[i] = r.priority;
          batch.ttftSlo[i] = r.ttftSlo;
          batch.e2eSlo[i] = r.e2eSlo;
          const whole = /^(0|[1-9]\d{0,14})$/;
          const content = contentOf(runs, r.inputTokens + r.outputTokens);
          batch.id[i] = whole.test(r.id) ? Number(r.id) : -1 - names.ids.intern(r.id);
          batch.arrival[i] = r.arrival;
          batch.inputTokens[i] = r.inputTokens;
          batch.outputTokens[i] = r.outputTokens;
          batch.tenant[i] =
            r.tenant === "" ? -1 : names.tenants.intern(whole.test(r.tenant) ? Number(r.tenant) : r.tenant);
          batch.setRuns(content);
          batch.length++;
        }
        const file = inMemory(await text(requestWriters[format](names), batch), 1 << 16, "a");
        const rows = await readRequests(file, names, {
          format,
          strict: true,
          timeOrigin: format === "azure-llm" ? "first" : "zero",
        });
        const records = await requestRecords(rows, names);
        const first = sorted[0]!.arrival;
        expect(records).toEqual(
          format === "azure-llm"
            ? sorted.map(({ runs, priority, ttftSlo, e2eSlo, ...r }, i) => ({
                ...r,
                id: String(i + 1),
                arrival: r.arrival - first,
                tenant: "",
              }))
            : sorted.map(({ runs, priority, ttftSlo, e2eSlo, ...r }) => ({
                ...r,
                ...recorded(contentOf(runs, r.inputTokens + r.outputTokens)),
                ...(priority === 0 && Math.min(ttftSlo, e2eSlo) === INFINITY
                  ? {}
                  : { urgency: [priority, ttftSlo, e2eSlo] }),
              })),
        );
      }),
      { numRuns: 200 },
    );
  });
});

/** As many of the runs as the tokens have room for. */
function contentOf(given: readonly (readonly [number, number])[], most: number): Runs {
  const runs = new Runs();
  for (const [address, tokens] of given) if (runs.total + tokens <= most) runs.add(address, tokens);
  return runs;
}

function recorded({ count, address, tokens }: Runs) {
  if (count === 0) return {};
  return { content: Array.from({ length: count }, (_, i) => [address[i]!, tokens[i]!]) };
}

describe("text", () => {
  it.each([
    [0, "0"],
    [1_000_000, "1"],
    [250_000, "0.25"],
    [1, "0.000001"],
    [12_000_010, "12.00001"],
  ])("%d µs are %s s", (time, expected) => {
    expect(seconds(time)).toBe(expected);
  });

  it("quotes a cell only when it must", () => {
    expect(["a b", "a,b", 'a"b', " a"].map(csvCell)).toEqual(["a b", '"a,b"', '"a""b"', '" a"']);
  });
});
