import { expect } from "vitest";
import type { MakeParts } from "../../../../src/cluster/slurm/controller/parts.js";

/** Looks before each pass whether running jobs are in the order of their ends, which whoever moves an end has to see to. */
export const inOrderOfEnds =
  (make: MakeParts): MakeParts =>
  (state, actions, epoch) => {
    const made = make(state, actions, epoch);
    const look = () => {
      const ends = made.selector.running().map(({ endTime, id }) => [endTime, id] as const);
      expect(ends).toEqual(ends.toSorted(([a, one], [b, other]) => a - b || one - other));
    };
    const main = (full: boolean) => {
      look();
      return made.main(full);
    };
    const backfill = () => {
      look();
      return made.backfill();
    };
    return { ...made, main, backfill };
  };
