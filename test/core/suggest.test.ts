import { describe, expect, it } from "vitest";
import { closest, editDistance } from "../../src/core/suggest.js";

describe("closest", () => {
  it.each([
    ["eazy", "easy"],
    ["conservatvie", "conservative"],
    ["FIFO", "fifo"],
    ["max_num_seq", "max_num_seqs"],
  ])("%s means %s", (word, meant) => {
    expect(closest(word, ["fifo", "easy", "conservative", "max_num_seqs"])).toBe(meant);
  });

  it("keeps silent when nothing is near", () => {
    expect(closest("backfill", ["fifo", "easy"])).toBeUndefined();
    expect(closest("x", [])).toBeUndefined();
  });

  it("counts a swap of neighbours as one edit", () => {
    expect(editDistance("ab", "ba")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });
});
