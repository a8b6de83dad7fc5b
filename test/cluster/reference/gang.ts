import { ShapeMemory } from "./memory.js";
import type { Scheduler } from "./world.js";

export function gang(skip: boolean, remember: boolean): Scheduler {
  const memory = new ShapeMemory(remember);
  return (world, happened) => {
    memory.hear(happened);
    for (const job of [...world.queue]) {
      const parts = memory.place(world, job);
      if (parts !== undefined) world.start(job, parts);
      else if (!skip) return;
    }
  };
}
