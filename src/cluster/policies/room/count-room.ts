import type { Shape } from "../../../fleet/shape.js";
import type { ClusterView } from "../../policy.js";
import type { Room } from "./room.js";

/** The room of equal processors: one number. */
export class CountRoom implements Room {
  readonly placement = undefined;
  #free = 0;
  #found = 0;

  constructor(readonly view: ClusterView) {}

  placeNow(shape: Shape): boolean {
    this.#found = shape.tasks;
    return shape.tasks <= this.view.free();
  }
  freed(): void {}

  reset(): void {
    this.#free = this.view.free();
  }
  giveBack(job: number): void {
    this.#free += this.view.jobs.shape(job).tasks;
  }
  fits(shape: Shape): boolean {
    return shape.tasks <= this.#free;
  }
  take(): void {
    this.#free -= this.#found;
  }
  putBack(): void {
    this.#free += this.#found;
  }
}
