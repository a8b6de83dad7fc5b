import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Shapes } from "../../../src/fleet/shape.js";
import { type Demand, DemandCache, demandShape } from "../../../src/workload/formats/demand.js";

const NOTHING: Demand = { gpus: 0, nodes: 0, gpusPerNode: 0, tasks: 0, cpus: 0, memory: 0, gpuType: "" };
const GIB = 2 ** 30;

function shapeOf(demand: Partial<Demand>, perNode = 8) {
  const shapes = new Shapes();
  const found = demandShape({ ...NOTHING, ...demand }, perNode, shapes);
  return typeof found === "string" ? found : shapes.get(found);
}

describe("demandShape", () => {
  it.each<[string, Partial<Demand>, object]>([
    [
      "GPUs below a node",
      { gpus: 3 },
      { groups: [{ count: 1, gpus: 3, cpus: 0, memory: 0 }], spread: false },
    ],
    [
      "GPUs over nodes",
      { gpus: 20 },
      {
        groups: [
          { count: 2, gpus: 8, cpus: 0, memory: 0 },
          { count: 1, gpus: 4, cpus: 0, memory: 0 },
        ],
        spread: false,
      },
    ],
    [
      "GPUs packed by a width of their own",
      { gpus: 8, gpusPerNode: 4 },
      { groups: [{ count: 2, gpus: 4, cpus: 0, memory: 0 }] },
    ],
    [
      "a gang by nodes",
      { nodes: 4, gpusPerNode: 8, gpuType: "H100" },
      {
        groups: [{ count: 4, gpus: 8, cpus: 0, memory: 0 }],
        spread: true,
        exclusive: false,
        gpuType: "H100",
      },
    ],
    [
      "a gang by nodes and total",
      { nodes: 4, gpus: 8 },
      { groups: [{ count: 4, gpus: 2, cpus: 0, memory: 0 }], spread: true },
    ],
    [
      "whole nodes",
      { nodes: 3 },
      { groups: [{ count: 3, gpus: 0, cpus: 0, memory: 0 }], exclusive: true, spread: false },
    ],
    [
      "tasks",
      { tasks: 4, gpus: 4, cpus: 8, memory: 4 * GIB },
      { groups: [{ count: 4, gpus: 1, cpus: 2, memory: GIB }], spread: false },
    ],
    [
      "single CPUs",
      { tasks: 6, cpus: 6 },
      { groups: [{ count: 6, gpus: 0, cpus: 1, memory: 0 }], loose: true },
    ],
    ["tasks of nothing", { tasks: 3 }, { groups: [{ count: 3, gpus: 0, cpus: 1, memory: 0 }], loose: true }],
    ["one task of CPUs", { cpus: 6, memory: 10 }, { groups: [{ count: 1, gpus: 0, cpus: 6, memory: 10 }] }],
    [
      "CPUs that do not divide",
      { tasks: 4, cpus: 6 },
      { groups: [{ count: 4, gpus: 0, cpus: 2, memory: 0 }] },
    ],
    [
      "CPUs in proportion to GPUs",
      { gpus: 12, cpus: 24 },
      {
        groups: [
          { count: 1, gpus: 8, cpus: 16, memory: 0 },
          { count: 1, gpus: 4, cpus: 8, memory: 0 },
        ],
      },
    ],
    [
      "nodes equal to tasks",
      { nodes: 2, tasks: 2, gpus: 4 },
      { groups: [{ count: 2, gpus: 2, cpus: 0, memory: 0 }], spread: true },
    ],
  ])("%s", (_name, demand, shape) => {
    expect(shapeOf(demand)).toMatchObject(shape);
  });

  it.each<[string, Partial<Demand>]>([
    ["asks for nothing", {}],
    ["asks for nothing", { gpusPerNode: 8 }],
    ["GPUs do not divide evenly by tasks or nodes", { nodes: 3, gpus: 8 }],
    ["GPUs do not divide evenly by tasks or nodes", { tasks: 3, gpus: 8 }],
    ["gpus contradicts nodes and gpus_per_node", { nodes: 2, gpusPerNode: 8, gpus: 8 }],
    ["larger than any machine", { gpus: 2 ** 40 }],
    ["larger than any machine", { nodes: 2 ** 30, gpusPerNode: 2 ** 30 }],
  ])("%s", (reason, demand) => {
    expect(shapeOf(demand)).toBe(reason);
  });

  it("gives each task its share, never less than the whole", () => {
    const count = fc.nat({ max: 64 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.nat({ max: 2 ** 45 }),
        fc.integer({ min: 1, max: 16 }),
        (gpus, tasks, cpus, memory, perNode) => {
          const shape = shapeOf({ gpus, tasks, cpus, memory }, perNode);
          if (typeof shape === "string") {
            expect(gpus + tasks + cpus + memory === 0 || gpus % tasks !== 0).toBe(true);
            return;
          }
          expect(shape.gpus).toBe(gpus);
          expect(shape.cpus).toBeGreaterThanOrEqual(cpus);
          expect(shape.cpus).toBeLessThan(cpus + shape.tasks);
          expect(shape.memory).toBeGreaterThanOrEqual(memory);
          expect(shape.memory).toBeLessThan(memory + shape.tasks);
          if (tasks > 0) expect(shape.tasks).toBe(tasks);
          else for (const group of shape.groups) expect(group.gpus).toBeLessThanOrEqual(perNode);
        },
      ),
    );
  });
});

describe("DemandCache", () => {
  it("gives back the last shape put for the same numbers, or nothing", () => {
    const key = fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
        const cache = new DemandCache();
        const known = new Map<string, number>();
        keys.forEach((numbers, i) => {
          const bytes = Float64Array.from(numbers);
          const found = cache.find(bytes);
          if (found >= 0) expect(found).toBe(known.get(String(numbers)));
          else {
            cache.put(bytes, i);
            known.set(String(numbers), i);
          }
          expect(cache.find(bytes)).toBe(known.get(String(numbers)));
        });
      }),
    );
  });
});
