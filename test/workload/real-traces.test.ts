import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HOUR, SECOND } from "../../src/core/units.js";
import { inspectJobs, inspectRequests } from "../../src/workload/inspect.js";
import { type JobReadOptions, readJobs, readRequests } from "../../src/workload/read.js";
import { sharedPath } from "../support/shared.js";
import { jobContext, jobRecords, requestNames, sum } from "./support.js";

/** Rows and hash of each file, by the list that lies beside the traces. */
function listed(file: string): { rows: number; sha256: string } {
  const manifest = JSON.parse(readFileSync(sharedPath("traces/manifest.json")!, "utf8")) as {
    file: string;
    rows: number;
    sha256: string;
  }[];
  return manifest.find((entry) => entry.file === file)!;
}

const round = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : Number(value.toPrecision(digits));

async function jobs(file: string, options: JobReadOptions = {}) {
  const context = jobContext();
  const rows = await readJobs({ path: sharedPath(`traces/${file}`)!, name: file }, context, options);
  expect(rows.counts.rows).toBe(listed(file).rows);
  expect(rows.counts.rows).toBe(rows.counts.emitted + sum(rows.counts.dropped));
  expect(rows.origin.hash).toBe(listed(file).sha256);
  return { rows, context, facts: await inspectJobs(rows, context.shapes) };
}

async function requests(file: string) {
  const names = requestNames();
  const rows = await readRequests({ path: sharedPath(`traces/${file}`)!, name: file }, names);
  expect(rows.counts).toMatchObject({
    rows: listed(file).rows,
    emitted: listed(file).rows,
    dropped: {},
    inversions: 0,
  });
  expect(rows.origin.hash).toBe(listed(file).sha256);
  return inspectRequests(rows);
}

const seconds = (summary: { p50: number; p99: number; max: number } | undefined) =>
  summary && [summary.p50, summary.p99, summary.max].map((t) => Math.round(t / SECOND));
const plain = (summary: { p50: number; p99: number; max: number } | undefined) =>
  summary && [summary.p50, summary.p99, summary.max].map(Math.round);

// The figures are those of the README that lies beside the traces, found by another program.
describe.skipIf(sharedPath("traces/manifest.json") === undefined)(
  "public traces (needs the shared traces)",
  () => {
    it("LCG 2005", async () => {
      const { facts } = await jobs("swf/LCG-2005-1.swf.gz");
      expect(Math.round(facts.arrivals.span / SECOND)).toBe(950_392);
      expect(round(facts.arrivals.rate, 4)).toBe(0.1979);
      expect(round(facts.arrivals.gapCv, 4)).toBe(1.174);
      expect(seconds(facts.run)).toEqual([255, 172_800, 172_800]);
      expect(seconds(facts.estimate)).toEqual([10_800, 172_800, 172_800]);
      expect(plain(facts.width)).toEqual([1, 1, 1]);
      expect(facts).toMatchObject({ machine: 24_515, users: 216, overruns: 0, wait: undefined });
      expect(round(facts.offeredLoad, 3)).toBe(0.0645);
    });

    it("NASA iPSC 1993", async () => {
      const { facts } = await jobs("swf/NASA-iPSC-1993-3.1-cln.swf.gz", { missingEstimate: "none" });
      expect(Math.round(facts.arrivals.span / SECOND)).toBe(7_948_936);
      expect(round(facts.arrivals.rate, 4)).toBe(0.002295);
      expect(round(facts.arrivals.gapCv, 4)).toBe(9.465);
      expect(seconds(facts.run)).toEqual([86, 10_932, 62_643]);
      expect(plain(facts.width)).toEqual([4, 128, 128]);
      expect(facts).toMatchObject({ machine: 128, users: 69, estimate: undefined, wait: undefined });
      expect(round(facts.offeredLoad, 4)).toBe(0.4661);
    });

    it("KTH SP2 1996", async () => {
      const { facts, rows, context } = await jobs("swf/KTH-SP2-1996-2.swf.gz");
      expect(facts.counts.emitted).toBe(28_489);
      expect(facts.machine).toBe(100);
      expect(round(facts.offeredLoad, 4)).toBe(0.6877);
      expect(facts.overruns).toBe(475);
      const got = await jobs("swf/KTH-SP2-1996-2.swf.gz", { width: "allocated" });
      expect(round(got.facts.offeredLoad, 4)).toBe(0.6895);
      const [first, second] = await jobRecords(rows, context);
      expect(first).toMatchObject({
        id: "1",
        submit: 0,
        run: 97_225 * SECOND,
        recordedStart: 964_980 * SECOND,
      });
      expect(first!.shape.groups).toEqual([{ count: 56, gpus: 0, cpus: 1, memory: 0 }]);
      expect(second).toMatchObject({
        id: "2",
        submit: 327_952 * SECOND,
        estimate: 4 * HOUR,
        user: "2",
        account: "2",
      });
    });

    it("HPC2N 2002", async () => {
      const { facts } = await jobs("swf/HPC2N-2002-head3170.swf");
      expect(facts.counts.dropped["unknown run time"]!.count).toBe(25);
      expect(Math.round(facts.arrivals.span / SECOND)).toBe(4_950_011);
      expect(seconds(facts.run)).toEqual([943, 110_745, 429_927]);
      expect(facts).toMatchObject({ machine: 240, overruns: 320 });
      expect(facts.users).toBe(17);
      // 213 jobs got another number of processors than they asked for; the list measures what they got.
      const got = await jobs("swf/HPC2N-2002-head3170.swf", { width: "allocated" });
      expect(round(got.facts.offeredLoad, 3)).toBe(0.424);
      expect(plain(got.facts.width)).toEqual([16, 98, 128]);
    });

    it("Azure conversation 2023, as published and as Vidur has it", async () => {
      const facts = await requests("azure-llm-2023/AzureLLMInferenceTrace_conv.csv");
      expect(Math.round(facts.arrivals.span / SECOND)).toBe(3502);
      expect(round(facts.arrivals.rate, 4)).toBe(5.53);
      expect(round(facts.arrivals.gapCv, 4)).toBe(1.094);
      expect(plain(facts.inputTokens)).toEqual([1020, 4142, 14_050]);
      expect(plain(facts.outputTokens)).toEqual([129, 601, 1000]);
      const vidur = await requests("vidur/splitwise_conv.csv");
      expect(vidur.inputTokens).toEqual(facts.inputTokens);
      expect(vidur.outputTokens).toEqual(facts.outputTokens);
      expect(Math.abs(vidur.arrivals.span - facts.arrivals.span)).toBeLessThanOrEqual(1);
    });

    it("Azure code 2023", async () => {
      const facts = await requests("azure-llm-2023/AzureLLMInferenceTrace_code.csv");
      expect(Math.round(facts.arrivals.span / SECOND)).toBe(3436);
      expect(round(facts.arrivals.rate, 4)).toBe(2.567);
      expect(round(facts.arrivals.gapCv, 4)).toBe(13.15);
      expect(plain(facts.inputTokens)).toEqual([1469, 7436, 7437]);
      expect(plain(facts.outputTokens)).toEqual([13, 251, 1899]);
    });
  },
);
