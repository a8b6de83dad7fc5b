import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvariantError } from "../../src/core/errors.js";
import { FirstFit } from "../../src/fleet/first-fit.js";
import { Fleet, type PoolSpec } from "../../src/fleet/fleet.js";
import { FreeSpace } from "../../src/fleet/free-space.js";
import { Placement } from "../../src/fleet/placement.js";
import { type ShapeSpec, Shapes } from "../../src/fleet/shape.js";
import { machine, place as naivePlace, type Part } from "../cluster/reference/machine.js";
import { nodePools } from "../cluster/workloads.js";

const gpuPool: PoolSpec = { name: "h100", nodes: 2, gpu: "h", gpusPerNode: 4, cpus: 8, memory: 100 };

function on(...parts: [node: number, gpus: number, cpus: number, memory: number][]): Placement {
  const placement = new Placement();
  for (const part of parts) placement.add(...part);
  return placement;
}

describe("Fleet", () => {
  it("hands out the lowest GPU indexes and says who sits where", () => {
    const fleet = new Fleet([gpuPool, { name: "c", nodes: 1, gpusPerNode: 0, cpus: 4, memory: 10 }]);
    const first = fleet.allocate(on([0, 2, 1, 0]));
    const second = fleet.allocate(on([0, 1, 0, 0], [1, 4, 0, 0], [2, 0, 3, 0]));
    expect(fleet.describe(first)).toBe("h100-0[0-1]");
    expect(fleet.describe(second)).toBe("h100-0[2] h100-1[0-3] c-0(3)");
    fleet.release(first);
    expect(fleet.describe(fleet.allocate(on([0, 3, 0, 0])))).toBe("h100-0[0-1,3]");
  });

  it("refuses to hand out what is not free", () => {
    const fleet = new Fleet([gpuPool]);
    fleet.allocate(on([0, 3, 0, 60]));
    expect(() => fleet.allocate(on([0, 2, 0, 0]))).toThrow(InvariantError);
    expect(() => fleet.allocate(on([0, 0, 9, 0]))).toThrow("9 cores");
    expect(() => fleet.allocate(on([0, 0, 0, 41]))).toThrow("h100-0");
  });

  it("refuses to free twice", () => {
    const fleet = new Fleet([gpuPool]);
    const allocation = fleet.allocate(on([0, 3, 1, 0], [1, 1, 1, 0]));
    fleet.release(allocation);
    expect(() => fleet.release(allocation)).toThrow("freed twice");
  });

  it("numbers racks and NVLink domains through all pools", () => {
    const fleet = new Fleet([
      { ...gpuPool, nodes: 5, nodesPerRack: 2, nodesPerDomain: 3 },
      { ...gpuPool, name: "b", nodes: 2 },
    ]);
    expect([...fleet.rackOf]).toEqual([0, 0, 1, 1, 2, 3, 3]);
    expect([...fleet.domainOf]).toEqual([0, 0, 0, 1, 1, 2, 3]);
  });
});

const shapes: fc.Arbitrary<ShapeSpec> = fc
  .record({
    groups: fc.array(
      fc.record({
        count: fc.integer({ min: 1, max: 3 }),
        gpus: fc.integer({ min: 0, max: 4 }),
        cpus: fc.integer({ min: 0, max: 4 }),
        memory: fc.integer({ min: 0, max: 5 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    exclusive: fc.boolean(),
    spread: fc.boolean(),
    gpuType: fc.option(fc.constantFrom("a", "b"), { freq: 3, nil: undefined }),
  })
  .map(({ gpuType, ...spec }) => (gpuType === undefined ? spec : { ...spec, gpuType }));

type Step = { take: ShapeSpec } | { free: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(fc.record({ take: shapes }), fc.record({ free: fc.nat(20) })),
  { maxLength: 40 },
);

/** Totals by node of a naive placement, in order of node. */
function byNode(parts: Part[]): number[][] {
  const totals = new Map<number, number[]>();
  for (const { node, gpus, cpus, memory } of parts) {
    const [g, c, m] = totals.get(node) ?? [0, 0, 0];
    totals.set(node, [g! + gpus, c! + cpus, m! + memory]);
  }
  return [...totals].sort((a, b) => a[0] - b[0]).map(([node, sums]) => [node, ...sums]);
}

describe("first fit on a fleet in use", () => {
  it("places as the naive model does, task by task, and the books agree with it at every step", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const interned = new Shapes();
        const fleet = new Fleet(nodePools);
        const firstFit = new FirstFit(fleet);
        const out = new Placement();
        const capacity = machine(nodePools);
        const nodes = machine(nodePools);
        const held: { allocation: number; parts: Part[] }[] = [];
        const account = (parts: Part[], sign: 1 | -1) => {
          for (const part of parts) {
            const node = nodes[part.node]!;
            node.gpus -= sign * part.gpus;
            node.cpus -= sign * part.cpus;
            node.memory -= sign * part.memory;
          }
          for (const node of new Set(parts.map((part) => part.node))) nodes[node]!.jobs += sign;
        };
        for (const step of script) {
          if ("free" in step) {
            const [freed] = held.splice(step.free, 1);
            if (freed === undefined) continue;
            fleet.release(freed.allocation);
            account(freed.parts, -1);
          } else {
            const parts = naivePlace(nodes, capacity, step.take);
            expect(firstFit.place(interned.intern(step.take), out)).toBe(parts !== undefined);
            if (parts === undefined) continue;
            const placed = Array.from({ length: out.length }, (_, i) => [
              out.node[i]!,
              out.gpus[i]!,
              out.cpus[i]!,
              out.memory[i]!,
            ]);
            expect(placed.sort((a, b) => a[0]! - b[0]!)).toEqual(byNode(parts));
            held.push({ allocation: fleet.allocate(out), parts });
            account(parts, 1);
          }
          expectSameBooks(fleet, nodes);
          const copy = new FreeSpace(fleet.pools);
          copy.copyFrom(fleet);
          expectSameBooks(copy, nodes);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

function expectSameBooks(space: FreeSpace, nodes: ReturnType<typeof machine>): void {
  expect([...space.freeGpus]).toEqual(nodes.map((n) => n.gpus));
  expect([...space.freeCpus]).toEqual(nodes.map((n) => n.cpus));
  expect([...space.freeMemory]).toEqual(nodes.map((n) => n.memory));
  expect([...space.tenants]).toEqual(nodes.map((n) => n.jobs));
  const numbers = nodes.map((_, i) => i);
  expect(numbers.filter((i) => space.idle.has(i))).toEqual(numbers.filter((i) => nodes[i]!.jobs === 0));
  expect(numbers.filter((i) => space.withCpu.has(i))).toEqual(numbers.filter((i) => nodes[i]!.cpus > 0));
  for (let g = 1; g < space.withGpus.length; g++)
    expect(numbers.filter((i) => space.withGpus[g]!.has(i))).toEqual(
      numbers.filter((i) => nodes[i]!.gpus >= g),
    );
  for (const pool of space.pools) {
    const own = nodes.filter((n) => n.pool === pool.index);
    expect(space.poolFreeGpus[pool.index]).toBe(own.reduce((sum, n) => sum + n.gpus, 0));
    expect(space.poolFreeCpus[pool.index]).toBe(own.reduce((sum, n) => sum + n.cpus, 0));
    expect(space.poolIdleNodes[pool.index]).toBe(own.filter((n) => n.jobs === 0).length);
  }
}
