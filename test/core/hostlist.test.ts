import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNames, compressHostlist, expandHostlist } from "../../src/core/hostlist.js";

const expand = (text: string) => {
  const wrong: string[] = [];
  const names = expandHostlist(text, (message, part, from) => wrong.push(`${from} ${part}: ${message}`));
  return wrong.length > 0 ? wrong : names;
};

describe("host lists", () => {
  it.each([
    ["n1", ["n1"]],
    ["gpu[01-03,40]", ["gpu01", "gpu02", "gpu03", "gpu40"]],
    ["n[9-11]", ["n9", "n10", "n11"]],
    ["a[1-2],b,c[007]", ["a1", "a2", "b", "c007"]],
    ["r[1-2]n[1-2]-ib", ["r1n1-ib", "r1n2-ib", "r2n1-ib", "r2n2-ib"]],
    ["", []],
  ])("%s", (text, names) => expect(expand(text)).toEqual(names));

  it.each([
    ["n[1-3", ["0 n[1-3: this bracket has no partner"]],
    ["a,n[3-1]", [`4 3-1: "3-1" is not a range of numbers`]],
    ["n[1,x]", [`4 x: "x" is not a range of numbers`]],
    ["n[1-9999999999]", [`2 1-9999999999: "1-9999999999" stands for too many names`]],
    ["n[0-9999][0-9999]", [`0 n[0-9999][0-9999]: "n[0-9999][0-9999]" stands for too many names`]],
  ])("refuses %s", (text, wrong) => expect(expand(text)).toEqual(wrong));

  it.each([
    [["n3", "n1", "n2"], "n[1-3]"],
    [["gpu01", "gpu02", "gpu40"], "gpu[01-02,40]"],
    [["n8", "n9", "n10"], "n[8-10]"],
    [["n08", "n9"], "n[08,9]"],
    [["login", "n1"], "login,n1"],
    [[], ""],
  ])("compresses %j", (names, text) => expect(compressHostlist(names)).toBe(text));

  it("expands what it compressed", () => {
    const name = fc.tuple(fc.constantFrom("n", "gpu", "r1n", "x-"), fc.nat(200), fc.constantFrom(0, 2, 3));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 40 }), (parts) => {
        const names = [
          ...new Set(parts.map(([prefix, i, width]) => prefix + String(i).padStart(width, "0"))),
        ];
        expect([...(expand(compressHostlist(names)) as string[])].sort()).toEqual([...names].sort());
      }),
    );
  });

  it("sorts names as slurmctld sorts its nodes", () => {
    const names = ["n10", "n9", "n2", "a2", "n02", "n1b3", "n1b12"];
    expect([...names].sort(compareNames)).toEqual(["a2", "n02", "n1b3", "n1b12", "n2", "n9", "n10"]);
  });
});
