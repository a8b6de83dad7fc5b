import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resort } from "../../src/core/resort.js";

describe("resort", () => {
  it("gives what sort gives, the same order among equals too", () => {
    const keys = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 120, size: "max" });
    const moves = fc.array(fc.record({ at: fc.nat(), key: fc.integer({ min: 0, max: 40 }) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(keys, fc.boolean(), moves, (given, sorted, moved) => {
        const ordered = sorted ? given.toSorted((a, b) => a - b) : given;
        const list = ordered.map((key, place) => ({ key, place }));
        for (const { at, key } of moved) if (list.length > 0) list[at % list.length]!.key = key;
        const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
        const before = [...list];
        const expected = list.toSorted(byKey);
        const anyMoved = resort(list, byKey);
        if (!anyMoved) expect(list).toEqual(before);
        expect(list.map(({ place }) => place)).toEqual(expected.map(({ place }) => place));
      }),
      { numRuns: 300 },
    );
  });

  it("leaves most of the work to sort when the list is the wrong way round", () => {
    let looks = 0;
    const list = Array.from({ length: 2000 }, (_, i) => ({ key: 2000 - i }));
    resort(list, (a, b) => {
      looks++;
      return a.key - b.key;
    });
    expect(list.map(({ key }) => key)).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
    expect(looks).toBeLessThan(20 * list.length);
  });
});
