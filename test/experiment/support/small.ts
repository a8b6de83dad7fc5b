/** A scenario that takes milliseconds: forty jobs on a few nodes, drawn from the seed. */
export function small(more: Record<string, unknown> = {}): { object: Record<string, unknown>; name: string } {
  return {
    name: "small",
    object: {
      fleet: { pools: [{ name: "n", nodes: 4, gpu: "A100-80GB", gpusPerNode: 1 }] },
      scheduler: { policy: "easy" },
      jobs: {
        generate: {
          count: 40,
          arrivals: { process: "poisson", rate: "30/h" },
          run: { distribution: "exponential", mean: "6m" },
          shapes: [
            { gpus: 1, weight: 3 },
            { gpus: 3, weight: 1 },
          ],
        },
      },
      ...more,
    },
  };
}
