import { FirstFit } from "../../../fleet/first-fit.js";
import { countBits } from "../../../fleet/fleet.js";
import { FreeSpace } from "../../../fleet/free-space.js";
import { Placement } from "../../../fleet/placement.js";
import type { Shape } from "../../../fleet/shape.js";
import type { ClusterView } from "../../policy.js";
import { FailedShapes } from "./failed-shapes.js";
import type { Room } from "./room.js";

/** The room of nodes with GPUs, cores and memory. `reset` costs O(nodes), the rest follows the nodes touched. */
export class NodeRoom implements Room {
  placement: Placement | undefined;
  readonly #failed = new FailedShapes();
  readonly #space: FreeSpace;
  readonly #firstFit: FirstFit;
  readonly #found = new Placement();

  constructor(readonly view: ClusterView) {
    this.#space = new FreeSpace(view.fleet.pools);
    this.#firstFit = new FirstFit(this.#space);
  }

  placeNow(shape: Shape): boolean {
    if (this.#failed.has(shape)) return false;
    this.placement = this.view.place(shape);
    if (this.placement === undefined) this.#failed.add(shape);
    return this.placement !== undefined;
  }
  freed(): void {
    this.#failed.clear();
  }

  reset(): void {
    this.#space.copyFrom(this.view.fleet);
  }
  giveBack(job: number): void {
    const { allocations } = this.view.fleet;
    for (let entry = this.view.jobs.allocation[job]!; entry >= 0; entry = allocations.next(entry))
      this.#space.change(
        allocations.node[entry]!,
        countBits(allocations.gpuMask[entry]!),
        allocations.cpus[entry]!,
        allocations.memory[entry]!,
        -1,
      );
  }
  fits(shape: Shape): boolean {
    return this.#firstFit.place(shape, this.#found);
  }
  take(): void {
    this.#space.take(this.placement!);
  }
  putBack(): void {
    this.#space.giveBack(this.placement!);
  }
}
