import fc from "fast-check";
import { expect, it } from "vitest";
import {
  DAY,
  formatBytes,
  formatDuration,
  HOUR,
  parseBytes,
  parseDuration,
  SECOND,
} from "../../src/core/units.js";

it.each([
  ["90s", 90e6],
  ["2h30m", 9_000e6],
  ["2h 30min", 9_000e6],
  ["7d", 7 * DAY],
  ["1w", 7 * DAY],
  ["50ms", 50_000],
  ["3us", 3],
  ["3µs", 3],
  ["0", 0],
  ["1.5h", 1.5 * HOUR],
  ["0.1s", 100_000],
])("reads the duration %s", (text, micros) => expect(parseDuration(text)).toBe(micros));

it.each(["", "90", "-1s", "1h-2m", "1 hour", "1e3s", "s", "1.s", "NaN", "999999999999w"])(
  "refuses %j as a duration",
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

it.each([
  ["40GiB", 40 * 2 ** 30],
  ["2TB", 2e12],
  ["1.5 kB", 1500],
  ["7B", 7],
  ["0", 0],
])("reads the size %s", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

it.each(["", "40", "-1GB", "1XB", "1 G", "GiB"])("refuses %j as a size", (text) =>
  expect(parseBytes(text)).toBeUndefined(),
);

it.each([
  [0, "0s"],
  [999, "999µs"],
  [12_500, "12.5ms"],
  [4_210_000, "4.21s"],
  [59.9996 * SECOND, "60s"],
  [2.5 * HOUR, "2h 30m"],
  [28 * HOUR, "1d 4h"],
  [-90 * SECOND, "-1m 30s"],
  [Number.POSITIVE_INFINITY, "-"],
])("shows %d µs as %s", (micros, text) => expect(formatDuration(micros)).toBe(text));

it("shows a duration that reads back within half of its smaller unit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * DAY }), (time) => {
      const again = parseDuration(formatDuration(time))!;
      const grain =
        time < 60 * SECOND
          ? time * 0.005 + 0.5
          : time < HOUR
            ? SECOND / 2
            : time < DAY
              ? 30 * SECOND
              : HOUR / 2;
      expect(Math.abs(again - time)).toBeLessThanOrEqual(grain);
    }),
  );
});

it.each([
  [512, "512 B"],
  [40 * 2 ** 30, "40 GiB"],
  [1.5 * 2 ** 40, "1.5 TiB"],
])("shows %d bytes as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
