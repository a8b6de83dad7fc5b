import fc from "fast-check";
import { expect, it } from "vitest";
import { Tightest } from "../../../../src/cluster/slurm/select/choose/tightest.js";
import { BitVector } from "../../../../src/core/bit-vector.js";

/** Run by run: the shortest that suffices, else the longest, the lowest of equals. */
function naive(members: readonly number[], count: number): number[] {
  const runs: number[][] = [];
  for (const member of members)
    if (runs.at(-1)?.at(-1) === member - 1) runs.at(-1)!.push(member);
    else runs.push([member]);
  const taken: number[] = [];
  while (taken.length < count) {
    const left = count - taken.length;
    const enough = runs.filter((run) => run.length >= left);
    const size =
      enough.length > 0
        ? Math.min(...enough.map((run) => run.length))
        : Math.max(...runs.map((run) => run.length));
    const at = runs.findIndex((run) => run.length === size);
    taken.push(...runs.splice(at, 1)[0]!.slice(0, left));
  }
  return taken.sort((a, b) => a - b);
}

it("takes runs of nodes as one would one by one", () => {
  const capacity = 150;
  const tightest = new Tightest(capacity);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: capacity - 1 }), { minLength: 1, maxLength: capacity }),
      fc.integer({ min: 1, max: capacity }),
      (members, wanted) => {
        const set = BitVector.of(capacity, members);
        const count = Math.min(wanted, members.length);
        expect([...tightest.take(set, count)]).toEqual(naive(set.list(), count));
      },
    ),
    { numRuns: 300 },
  );
});
