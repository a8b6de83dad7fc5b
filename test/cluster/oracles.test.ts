import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../src/core/units.js";
import { cores, type PlainJob, startTimes } from "../support/cluster.js";
import { sharedPath } from "../support/shared.js";

/** Schedules of pyss, CQSim and the design's own sketch on KTH-SP2: 28,481 jobs on 100 processors. */
const folder = sharedPath("oracles/batch/kth.swf.gz")?.replace("kth.swf.gz", "");

function lines(file: string): string[] {
  return gunzipSync(readFileSync(folder + file))
    .toString()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";"));
}

function kth(exactEstimates: boolean): PlainJob[] {
  return lines("kth.swf.gz").map((line) => {
    const field = line.trim().split(/\s+/).map(Number);
    const run = field[3]! * SECOND;
    return {
      submit: field[1]! * SECOND,
      run,
      tasks: field[4]!,
      estimate: exactEstimates ? run : field[8]! * SECOND,
    };
  });
}

/** Ids of the jobs that start at another second than in the recorded schedule. */
async function differing(policy: string, options: Record<string, unknown>, schedule: string, exact = false) {
  const starts = await startTimes({
    pools: cores(100),
    policy,
    options,
    jobs: kth(exact),
    processor: "core",
  });
  const expected = lines(`${schedule}.csv.gz`).slice(1);
  expect(expected).toHaveLength(28_481);
  return expected
    .map((line) => line.split(",").map(Number))
    .filter(([id, start]) => starts[id! - 1] !== start! * SECOND)
    .map(([id]) => id);
}

const suite =
  folder === undefined ? "whole recorded schedules (skipped: no oracles/batch)" : "whole recorded schedules";
describe.skipIf(folder === undefined)(suite, () => {
  it.each(["instant", "event-finish-first", "pyss"])("fifo equals pyss FCFS under %s", async (ties) => {
    expect(await differing("fifo", { ties }, "pyss_kth_fcfs")).toEqual([]);
  });

  it.each([
    ["pyss", "pyss_kth_easy"],
    ["event-finish-first", "ref_kth_easy_fin"],
    ["instant", "ref_kth_easy_batch"],
  ])("easy under %s equals %s", async (ties, schedule) => {
    expect(await differing("easy", { ties }, schedule)).toEqual([]);
  });

  it("easy by shortest job equals pyss", async () => {
    expect(await differing("easy", { ties: "pyss", backfill_order: "sjf" }, "pyss_kth_sjbf")).toEqual([]);
  });

  it.each([
    ["instant", "pyss_kthp_easy"],
    ["event-finish-first", "cqsim_kthp_easy"],
  ])("easy under %s with exact estimates equals %s", async (ties, schedule) => {
    expect(await differing("easy", { ties }, schedule, true)).toEqual([]);
  });

  it.each(["instant", "event-finish-first", "pyss"])(
    "conservative with exact estimates equals pyss and CQSim under %s",
    async (ties) => {
      expect(await differing("conservative", { ties }, "pyss_kthp_cons", true)).toEqual([]);
    },
  );

  it.each([
    ["instant", 714],
    ["event-finish-first", 10],
    ["pyss", 0],
  ])("conservative under %s differs from pyss in %i starts", async (ties, count) => {
    expect(await differing("conservative", { ties }, "pyss_kth_cons")).toHaveLength(count);
  });
});
