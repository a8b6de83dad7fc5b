import { describe, expect, it } from "vitest";
import { parseMoment, parseSpan } from "../../../../src/cluster/slurm/operations/reservation-times.js";

describe("moments and spans as scontrol reads them", () => {
  const moment = { now: 100, epoch: 1_767_225_600 };
  it.each([
    ["now", 100],
    ["now+300", 400],
    ["now+2hours", 7300],
    ["450s", 450],
    ["2026-01-01T00:09:00", 540],
    ["2026-01-02", 86_400],
  ])("%s", (text, seconds) => {
    expect(parseMoment(text, moment)).toBe(seconds);
  });

  it.each([
    ["5", 300],
    ["1:30:00", 5400],
    ["1-00:00:00", 86_400],
    ["UNLIMITED", Number.POSITIVE_INFINITY],
  ])("a duration of %s", (text, seconds) => {
    expect(parseSpan(text)).toBe(seconds);
  });

  it.each(["tomorrow", "now+3fortnights", "2026-13-45T00:00:00"])("%s is no moment", (text) => {
    expect(() => parseMoment(text, moment)).toThrow(`"${text}" is not a moment`);
  });
});
