import { describe, expect, it } from "vitest";
import { readTestTime } from "../../../../src/cluster/slurm/config/read-test-time.js";
import type { Problem } from "../../../../src/core/errors.js";

const read = (value: unknown) => {
  const problems: Problem[] = [];
  const times = readTestTime(value, problems);
  return {
    times,
    told: problems.map(({ message, path, hint }) => `${path?.join(".")}: ${message}; ${hint}`),
  };
};

describe("testTime", () => {
  it("is none when it is not given, and each part has none of its own", () => {
    const none = { entry: 0, job: 0, slot: 0 };
    expect(read(undefined).times).toBeUndefined();
    expect(read({}).times).toEqual({ main: 0, backfill: none });
    expect(read({ main: "1ms" }).times).toEqual({ main: 1000, backfill: none });
  });

  it("is of the jobs that backfill tries, or of all that it does", () => {
    expect(read({ backfill: "20ms" }).times?.backfill).toEqual({ entry: 0, job: 20_000, slot: 0 });
    expect(read({ backfill: { entry: "10us", slot: "1s", job: 0 } }).times?.backfill).toEqual({
      entry: 10,
      job: 0,
      slot: 1_000_000,
    });
  });

  it("names what is wrong", () => {
    const example = "such as { main: 1ms, backfill: 20ms }";
    expect(read("20ms").told).toEqual([
      `scheduler.testTime: testTime must be a mapping of schedulers to the time that a job takes them to try; ${example}`,
    ]);
    expect(read({ main: "-1ms", backfill: 20, back: "1ms" }).told).toEqual([
      `scheduler.testTime.back: testTime has no "back"; there are main, backfill`,
      `scheduler.testTime.main: how long a job takes to be tried must be a duration; ${example}`,
      `scheduler.testTime.backfill: how long a job takes to be tried must be a duration; ${example}`,
    ]);
    expect(read({ backfill: { slots: "1ms", entry: "soon" } }).told).toEqual([
      `scheduler.testTime.backfill.slots: testTime.backfill has no "slots"; did you mean slot?`,
      `scheduler.testTime.backfill.entry: how long a job takes to be tried must be a duration; ${example}`,
    ]);
  });
});
