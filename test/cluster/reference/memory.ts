import type { Part } from "./machine.js";
import type { Happening, RefJob, World } from "./world.js";

/**
 * The rule about asking again that the policies have on nodes, where fitting is not monotone: a shape that found no place
 * is not tried again before something ends. On counts it makes no difference, and there the references do without.
 */
export class ShapeMemory {
  readonly #failed = new Set<string>();

  constructor(readonly remember: boolean) {}

  hear(happened: readonly Happening[]): void {
    if (happened.some(({ kind }) => kind === "end")) this.#failed.clear();
  }

  place(world: World, job: RefJob): Part[] | undefined {
    const key = JSON.stringify(job.shape);
    if (this.remember && this.#failed.has(key)) return undefined;
    const parts = world.place(world.free(), job);
    if (parts === undefined) this.#failed.add(key);
    return parts;
  }
}
