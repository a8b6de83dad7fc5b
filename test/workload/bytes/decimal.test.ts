import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Decimal, MICROS } from "../../../src/workload/bytes/decimal.js";

function read(text: string, places = 0): number {
  const bytes = Buffer.from(text);
  const decimal = new Decimal();
  const value = decimal.read(bytes, 0, bytes.length, places);
  return decimal.next === bytes.length ? value : Number.NaN;
}

describe("Decimal", () => {
  it("reads what Number reads", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (value) => {
        expect(read(String(value))).toBe(Number(String(value)) + 0);
      }),
    );
  });

  it("scales seconds to whole microseconds without a rounding of its own", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), (micros) => {
        const digits = (micros < 0n ? -micros : micros).toString().padStart(7, "0");
        const text = `${micros < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
        expect(read(text, MICROS)).toBe(Number(micros));
      }),
    );
  });

  it.each([
    ["0.0000005", 1],
    ["0.00000049", 0],
    ["1e3", 1e9],
    ["2.5E-3", 2500],
    ["+7", 7e6],
    ["-0", 0],
    [".5", 500_000],
    ["5.", 5_000_000],
    ["0.00000000000000000000000000000001", 0],
    ["1700000000.123456", 1_700_000_000_123_456],
  ])("%s s are %d µs", (text, micros) => {
    expect(read(text, MICROS)).toBe(micros);
  });

  it.each(["", "-", ".", "abc", "1.2.3", "1e", "--1", "0x10", "1 2", "Infinity", "NaN"])(
    "%j is no number",
    (text) => {
      expect(read(text)).toBeNaN();
    },
  );

  it("gives up rather than lose digits", () => {
    expect(read("9007199254740993")).toBeNaN();
    expect(read("9007199254.740993", MICROS)).toBeNaN();
    expect(read("1e300", MICROS)).toBeNaN();
  });

  it("ends before what does not belong to the number", () => {
    const decimal = new Decimal();
    const bytes = Buffer.from("x12,34");
    expect(decimal.read(bytes, 1, bytes.length, 0)).toBe(12);
    expect(decimal.next).toBe(3);
  });
});
