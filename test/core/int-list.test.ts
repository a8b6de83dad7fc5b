import fc from "fast-check";
import { expect, it } from "vitest";
import { IntList } from "../../src/core/int-list.js";

it("does what an array of the same numbers does", () => {
  const change = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("push" as const), n: fc.nat(200) }) },
    fc.record({
      do: fc.constantFrom("discard" as const, "dropFirst" as const, "removeAt" as const),
      n: fc.nat(200),
    }),
    fc.record({ do: fc.constantFrom("clear" as const, "sort" as const), n: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
      const list = new IntList();
      const model: number[] = [];
      for (const { do: what, n } of changes) {
        const at = n % Math.max(1, model.length);
        if (what === "push") {
          list.push(n);
          model.push(n);
        } else if (what === "discard") {
          list.discard(n);
          if (model.includes(n)) model.splice(model.indexOf(n), 1);
        } else if (what === "dropFirst") {
          list.dropFirst(model.length === 0 ? 0 : at);
          model.splice(0, model.length === 0 ? 0 : at);
        } else if (what === "removeAt" && model.length > 0) {
          list.removeAt(at);
          model.splice(at, 1);
        } else if (what === "clear") {
          list.clear();
          model.length = 0;
        } else if (what === "sort") {
          list.sort((a, b) => a - b);
          model.sort((a, b) => a - b);
        }
        expect(list.list()).toEqual(model);
      }
    }),
  );
});
