import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateOf } from "../support/conf.js";
import { TestFleet } from "../support/fleet.js";
import { request, wholeNodes } from "../support/records.js";

const conf = (nodes: number, cpus = 4) =>
  `SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nNodeName=n[0-${nodes - 1}] CPUs=${cpus}\nPartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE`;

/** The rule in the manual's words: the smallest hole that suffices, else the largest, and so on with the rest. */
function bestFit(free: readonly boolean[], wanted: number): number[] | undefined {
  const holes: number[][] = [];
  free.forEach((isFree, node) => {
    if (isFree && free[node - 1] && node > 0) holes.at(-1)!.push(node);
    else if (isFree) holes.push([node]);
  });
  const taken: number[] = [];
  while (taken.length < wanted) {
    const left = wanted - taken.length;
    const sufficient = holes
      .filter((hole) => hole.length >= left)
      .sort((a, b) => a.length - b.length || a[0]! - b[0]!);
    const hole = sufficient[0] ?? [...holes].sort((a, b) => b.length - a.length || a[0]! - b[0]!)[0];
    if (hole === undefined) return undefined;
    taken.push(...hole.slice(0, left));
    holes.splice(holes.indexOf(hole), 1);
  }
  return taken.sort((a, b) => a - b);
}

describe("consecutive best fit", () => {
  it("takes the tightest hole, then the largest ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (free, wanted) => {
          const fleet = new TestFleet(stateOf(conf(free.length)));
          free.forEach((isFree, node) => {
            if (!isFree) fleet.start(wholeNodes(1), 60, {}, `n${node}`);
          });
          const expected = bestFit(free, wanted)
            ?.map((node) => `n${node}`)
            .join();
          expect(fleet.where(fleet.ask(wholeNodes(wanted)))).toBe(expected ?? "busy");
        },
      ),
      { seed: 1, numRuns: 150 },
    );
  });

  it("finds CPUs for a job of one node wherever they are, on the node with the fewest that suffice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (used, cpus) => {
          const fleet = new TestFleet(stateOf(conf(used.length)));
          used.forEach((n, node) => {
            if (n > 0) fleet.start(request({ ntasks: n, minCpus: n }), 60, {}, `n${node}`);
          });
          const one = request({ minNodes: 1, maxNodes: 1, nodesGiven: true, ntasks: cpus, minCpus: cpus });
          // Runs of usable nodes come before nodes: the run with the fewest CPUs, then its tightest node.
          const runs: number[][] = [];
          used.forEach((n, node) => {
            if (4 - n < cpus) return;
            if (runs.at(-1)?.at(-1) === node - 1) runs.at(-1)!.push(node);
            else runs.push([node]);
          });
          const sum = (run: number[]) => run.reduce((total, node) => total + 4 - used[node]!, 0);
          const run = runs.sort((a, b) => sum(a) - sum(b) || a[0]! - b[0]!)[0];
          const node = run?.sort((a, b) => used[b]! - used[a]! || a - b)[0];
          expect(fleet.where(fleet.ask(one))).toBe(node === undefined ? "busy" : `n${node}`);
        },
      ),
      { seed: 2, numRuns: 150 },
    );
  });

  it("drops nodes with few CPUs when the first choice was too greedy", () => {
    const fleet = new TestFleet(stateOf(conf(4)));
    // Free: 1, 4, 4, 1. Two nodes with 8 CPUs: only n1 and n2 will do, though the run starts at n0.
    for (const node of ["n0", "n3"]) fleet.start(request({ ntasks: 3, minCpus: 3 }), 60, {}, node);
    const two = request({ minNodes: 2, maxNodes: 2, nodesGiven: true, ntasks: 8, minCpus: 8 });
    expect(fleet.where(fleet.ask(two))).toBe("n1,n2");
  });

  it("keeps neighbours together with --contiguous, whatever the weights", () => {
    const fleet = new TestFleet(
      stateOf(
        "NodeName=a[0-1] CPUs=4 Weight=9\nNodeName=b[0-1] CPUs=4 Weight=1\nNodeName=c0 CPUs=4 Weight=9\nPartitionName=main Nodes=ALL Default=YES",
      ),
    );
    fleet.start(wholeNodes(1), 60, {}, "a0");
    expect(fleet.where(fleet.ask({ ...wholeNodes(3), contiguous: true }))).toBe("a1,b0,b1");
    expect(fleet.where(fleet.ask(wholeNodes(3)))).toBe("a1,b0,b1");
    fleet.start(wholeNodes(1), 60, {}, "b1");
    expect(fleet.where(fleet.ask({ ...wholeNodes(3), contiguous: true }))).toBe("busy");
    expect(fleet.where(fleet.ask(wholeNodes(3)))).toBe("a1,b0,c0");
  });
});
