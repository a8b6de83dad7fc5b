import fc from "fast-check";
import type { PoolSpec } from "../../src/fleet/fleet.js";
import type { ShapeSpec } from "../../src/fleet/shape.js";
import type { PlainJob } from "../support/cluster.js";

// Small numbers on purpose: many jobs meet at one instant, some have no length, some fill the machine.

function jobs<T extends Partial<PlainJob>>(
  what: fc.Arbitrary<T>,
  cancels: boolean,
): fc.Arbitrary<(PlainJob & T)[]> {
  const times = fc.record({
    gap: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 4 })),
    run: fc.integer({ min: 0, max: 9 }),
    estimate: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 12 }) },
      { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    ),
    exact: fc.boolean(),
    patience: fc.option(fc.integer({ min: 0, max: 12 }), { nil: Number.POSITIVE_INFINITY }),
  });
  return fc.array(fc.tuple(times, what), { minLength: 1, maxLength: 30, size: "max" }).map((rows) => {
    let submit = 0;
    return rows.map(([{ gap, run, estimate, exact, patience }, more]) => {
      submit += gap;
      const cancel = cancels ? submit + patience : Number.POSITIVE_INFINITY;
      return { submit, run, estimate: exact ? run : estimate, cancel, ...more };
    });
  });
}

/** Jobs of 1 to 6 processors, on a machine of 6. */
export const countingJobs = (cancels = true) =>
  jobs(fc.record({ tasks: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(6)) }), cancels);

const task = (most: number) =>
  fc.record({
    count: fc.integer({ min: 1, max: most }),
    gpus: fc.integer({ min: 0, max: 4 }),
    cpus: fc.integer({ min: 0, max: 3 }),
    memory: fc.integer({ min: 0, max: 5 }),
  });

/** Jobs of tasks with GPUs, cores and memory; a few fit nowhere. `groups` above 1: tasks of several sizes. */
export const nodeJobs = (groups: number, cancels = true) =>
  jobs(
    fc.record({
      shape: fc
        .record({
          groups: fc.array(task(3), { minLength: 1, maxLength: groups }),
          exclusive: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
          spread: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
          gpuType: fc.option(fc.constantFrom("a", "b"), { freq: 4, nil: undefined }),
        })
        .map(({ gpuType, ...spec }): ShapeSpec => (gpuType === undefined ? spec : { ...spec, gpuType })),
    }),
    cancels,
  );

/** Two pools of GPU nodes, one with uncounted memory, and one of cores. */
export const nodePools: PoolSpec[] = [
  { name: "a", nodes: 3, gpu: "a", gpusPerNode: 4, cpus: 6, memory: 8 },
  { name: "b", nodes: 2, gpu: "b", gpusPerNode: 2, cpus: 2, memory: Number.POSITIVE_INFINITY },
  { name: "c", nodes: 1, gpusPerNode: 0, cpus: 9, memory: 9 },
];
