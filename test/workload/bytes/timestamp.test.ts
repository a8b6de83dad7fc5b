import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timestamps } from "../../../src/workload/bytes/timestamp.js";

// One reader for all, as for the rows of a file: what it keeps of one time must not show in another.
const timestamps = new Timestamps();

function read(text: string): number {
  const bytes = Buffer.from(text);
  return timestamps.read(bytes, 0, bytes.length);
}

describe("Timestamps", () => {
  it("agrees with Date on every day from 1900 to 2200", () => {
    const range = {
      min: new Date("1900-01-01T00:00:00Z"),
      max: new Date("2200-01-01T00:00:00Z"),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(read(date.toISOString())).toBe(date.getTime() * 1000);
        expect(read(date.toISOString().replace("T", " ").replace("Z", ""))).toBe(date.getTime() * 1000);
      }),
    );
  });

  it("forgets a minute that was none", () => {
    for (const text of [
      "1970-01-01 00:60:30",
      "1970-01-01 00:60:30",
      "1970-01-01 00:59:30",
      "1970-01-01 00:60:30",
    ])
      if (text.includes(":60:")) expect(read(text)).toBeNaN();
      else expect(read(text)).toBe(3_570_000_000);
  });

  it.each([
    ["1970-01-01 00:00:00", 0],
    ["1970-01-01 00:00:00.1234567", 123_457],
    ["1970-01-01 00:00:01.5", 1_500_000],
    ["1970-01-01 02:00:00+02:00", 0],
    ["1970-01-01 00:00:00-0130", 5_400_000_000],
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01 00:00:00.250000000000+00:00", 250_000],
    ["2000-02-29 00:00:00", Date.UTC(2000, 1, 29) * 1000],
  ])("%s", (text, micros) => {
    expect(read(text)).toBe(micros);
  });

  it.each([
    "",
    "1970-01-01",
    "1970-01-01 00:00",
    "1970-13-01 00:00:00",
    "1970-02-29 00:00:00",
    "1900-02-29 00:00:00",
    "1970-00-10 00:00:00",
    "1970-01-00 00:00:00",
    "1970-01-01 24:00:00",
    "1970-01-01 00:60:00",
    "1970-01-01 00:00:00.",
    "1970-01-01 00:00:00 PDT",
    "1970-01-01 00:00:00+2:00",
    "1970/01/01 00:00:00",
    "19x0-01-01 00:00:00",
  ])("%j is no timestamp", (text) => {
    expect(read(text)).toBeNaN();
  });
});
