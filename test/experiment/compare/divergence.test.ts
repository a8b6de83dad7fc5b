import { describe, expect, it } from "vitest";
import { Act, DecisionLog } from "../../../src/experiment/compare/decision-log.js";
import { diverge } from "../../../src/experiment/compare/divergence.js";

/** A run by hand: `[job, start, node]`, with the reasons that jobs waited for. */
function run(
  starts: readonly (readonly [id: string, time: number, where: string])[],
  options: { holds?: readonly (readonly [id: string, time: number, reason: string])[]; all?: string[] } = {},
): DecisionLog {
  const log = new DecisionLog();
  const sizes: Record<string, number> = { a: 1, b: 2, c: 8, d: 8 };
  const numbers = new Map(
    (options.all ?? ["a", "b", "c", "d"]).map((id) => [
      id,
      log.subject({ kind: "job", id, tenant: id < "c" ? "ada" : "ben", size: sizes[id] ?? 1 }),
    ]),
  );
  for (const [id, time, reason] of options.holds ?? []) log.hold(time, numbers.get(id)!, reason);
  for (const [id, time, where] of starts) log.decide(time, numbers.get(id)!, Act.Start, where);
  return log;
}

const SAME = [
  ["a", 0, "n0"],
  ["b", 5, "n1"],
] as const;

describe("the first decision that differs", () => {
  it("is none between equal runs", () => {
    const { first, moves } = diverge(run(SAME), run(SAME));
    expect(first).toBeUndefined();
    expect(moves[0]!.all).toEqual({ earlier: 0, later: 0, same: 2, meanShift: 0 });
  });

  it("is the earliest in time, whoever it is about", () => {
    const before = run([...SAME, ["c", 20, "n0"], ["d", 30, "n1"]]);
    const after = run([...SAME, ["c", 25, "n0"], ["d", 12, "n1"]]);
    expect(diverge(before, after).first).toMatchObject({
      time: 12,
      before: { subject: { id: "d" }, act: "wait" },
      after: { subject: { id: "d" }, act: "start", where: "n1" },
    });
  });

  it("names why one waits, and what starts instead", () => {
    const holds = [
      ["c", 1, "Resources"],
      ["c", 9, "Priority"],
      ["c", 15, "Dependency"],
    ] as const;
    const before = run([...SAME, ["c", 10, "n0"], ["d", 40, "n0"]]);
    const after = run([...SAME, ["d", 10, "n0"], ["c", 40, "n0"]], { holds });
    expect(diverge(before, after).first).toMatchObject({
      time: 10,
      before: { subject: { id: "c" }, act: "start", where: "n0" },
      after: { act: "wait", reason: "Priority" },
      instead: { subject: { id: "d" }, act: "start", where: "n0" },
    });
  });

  it("may be another place at the same time", () => {
    const after = run([
      ["a", 0, "n0"],
      ["b", 5, "n7"],
    ]);
    expect(diverge(run(SAME), after).first).toMatchObject({
      time: 5,
      before: { act: "start", where: "n1" },
      after: { act: "start", where: "n7" },
    });
  });

  it("may be a preemption that only one side makes", () => {
    const after = run(SAME);
    after.decide(8, 0, Act.Preempt);
    expect(diverge(run(SAME), after).first).toMatchObject({
      time: 8,
      before: { act: "wait" },
      after: { act: "preempt" },
    });
  });
});

describe("who moved", () => {
  const before = run([
    ["a", 0, "x"],
    ["b", 10, "x"],
    ["c", 20, "x"],
    ["d", 30, "x"],
  ]);
  const after = run([
    ["a", 0, "x"],
    ["b", 4, "x"],
    ["c", 50, "x"],
  ]);
  const [moves] = diverge(before, after).moves;

  it("is counted, with those that only one side starts", () => {
    expect(moves).toMatchObject({
      kind: "job",
      all: { earlier: 1, later: 1, same: 1, meanShift: 8 },
      onlyBefore: 1,
      onlyAfter: 0,
    });
  });

  it("by tenant and by size", () => {
    expect(Object.fromEntries(moves!.byTenant)).toEqual({
      ada: { earlier: 1, later: 0, same: 1, meanShift: -3 },
      ben: { earlier: 0, later: 1, same: 0, meanShift: 30 },
    });
    expect([...moves!.bySize.keys()]).toEqual(["1", "2", "5-8"]);
  });

  it("tells jobs of one name apart by their order", () => {
    const twice = (second: number) => run([], { all: ["a", "a"] }) && twin(second);
    const twin = (second: number) => {
      const log = run([], { all: ["a", "a"] });
      log.decide(1, 0, Act.Start, "n");
      log.decide(second, 1, Act.Start, "n");
      return log;
    };
    expect(diverge(twice(2), twice(2)).first).toBeUndefined();
    expect(diverge(twice(2), twice(3)).moves[0]!.all).toEqual({
      earlier: 0,
      later: 1,
      same: 1,
      meanShift: 0.5,
    });
  });
});
