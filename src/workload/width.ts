import type { Shape } from "../fleet/shape.js";

/** How many processors a job takes, in a textbook's sense: its GPUs, else its whole nodes, else its CPUs or tasks. */
export function widthOf(shape: Shape): number {
  return shape.gpus || (shape.exclusive ? shape.tasks : Math.max(shape.cpus, shape.tasks));
}
