import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fields } from "../../../src/workload/bytes/fields.js";

function split(line: string): string[] | undefined {
  const fields = new Fields();
  const bytes = Buffer.from(`before\n${line}\nafter`);
  if (!fields.split(bytes, 7, 7 + Buffer.byteLength(line))) return undefined;
  return Array.from({ length: fields.count }, (_, i) => fields.text(i));
}

describe("Fields", () => {
  it("gives back what a CSV writer quoted", () => {
    const cell = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 60 }), (cells) => {
        expect(split(cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(","))).toEqual(cells);
      }),
    );
  });

  it.each([
    ["a,b", ["a", "b"]],
    ["", [""]],
    [",", ["", ""]],
    [" a , b ", ["a", "b"]],
    ['"a,b",c', ["a,b", "c"]],
    ['"say ""no""",', ['say "no"', ""]],
    [' "a" ,b', ["a", "b"]],
    ['a"b,c', ['a"b', "c"]],
  ])("%j", (line, cells) => {
    expect(split(line)).toEqual(cells);
  });

  it.each(['"a', '"a"b', 'x,"', '"a""'])("%j is broken", (line) => {
    expect(split(line)).toBeUndefined();
  });
});
