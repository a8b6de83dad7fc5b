import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Names } from "../../../src/core/names.js";
import { Fields } from "../../../src/workload/bytes/fields.js";
import { internName } from "../../../src/workload/formats/cells.js";
import { NameColumn } from "../../../src/workload/formats/name-column.js";

describe("NameColumn", () => {
  it("numbers names as if it remembered nothing", () => {
    const name = fc.oneof(
      fc.constantFrom(
        "",
        "7",
        "07",
        "a",
        "b",
        'say "no"',
        "a,b",
        "Jürgen",
        "x".repeat(24),
        "x".repeat(25),
        "x".repeat(60),
      ),
      fc.nat(2000).map((n) => `user${n}`),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 400 }), (cells) => {
        const names = new Names();
        const plain = new Names();
        const column = new NameColumn(names, 1);
        const fields = new Fields();
        for (const cell of cells) {
          const bytes = Buffer.from(`1,"${cell.replaceAll('"', '""')}",2`);
          fields.split(bytes, 0, bytes.length);
          expect(column.read(fields)).toBe(internName(plain, cell));
        }
        expect(names.size).toBe(plain.size);
      }),
    );
  });

  it("has no names when the file has no such column", () => {
    const fields = new Fields();
    fields.split(Buffer.from("a"), 0, 1);
    expect(new NameColumn(new Names(), -1).read(fields)).toBe(-1);
  });
});
