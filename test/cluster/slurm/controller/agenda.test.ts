import { describe, expect, it } from "vitest";
import { Agenda, Due } from "../../../../src/cluster/slurm/controller/agenda.js";
import { SECOND } from "../../../../src/core/units.js";

describe("the agenda", () => {
  it("tells moments in order, with their numbers", () => {
    const agenda = new Agenda();
    agenda.at(30, Due.Operation, 7);
    agenda.at(12.5, Due.Released, 3);
    expect(agenda.next).toBe(12.5 * SECOND);
    expect(agenda.take()).toEqual({ due: Due.Released, arg: 3 });
    expect(agenda.take()).toEqual({ due: Due.Operation, arg: 7 });
    expect(agenda.next).toBe(Number.POSITIVE_INFINITY);
  });

  it("keeps one moment of a grid, the earliest, and takes new ones when it is over", () => {
    const agenda = new Agenda();
    // 265.773 s are not a whole number of microseconds in floating point.
    agenda.once(265.773, Due.Check);
    agenda.once(295.773, Due.Check);
    expect(agenda.take()).toEqual({ due: Due.Check, arg: 0 });
    expect(agenda.next).toBe(Number.POSITIVE_INFINITY);
    agenda.once(385.773, Due.Check);
    expect(agenda.next).toBe(385_773_000);
  });

  it("forgets what is cancelled", () => {
    const agenda = new Agenda();
    agenda.cancel(agenda.at(5, Due.Check));
    expect(agenda.next).toBe(Number.POSITIVE_INFINITY);
  });
});
