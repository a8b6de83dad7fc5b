import type { Shape } from "../../../fleet/shape.js";

/** Shapes that found no place since something last came free: what holds for one job holds for all of its shape. */
export class FailedShapes {
  readonly #failedIn: number[] = [];
  #round = 1;

  add(shape: Shape): void {
    while (this.#failedIn.length <= shape.id) this.#failedIn.push(0);
    this.#failedIn[shape.id] = this.#round;
  }

  has(shape: Shape): boolean {
    return this.#failedIn[shape.id] === this.#round;
  }

  /** Something came free: everybody may try again. */
  clear(): void {
    this.#round++;
  }
}
