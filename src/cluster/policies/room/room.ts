import type { Placement } from "../../../fleet/placement.js";
import type { Shape } from "../../../fleet/shape.js";
import type { ClusterView } from "../../policy.js";
import { CountRoom } from "./count-room.js";
import { NodeRoom } from "./node-room.js";

/**
 * Two looks at one fleet: a place on what is free now, and a copy in which running jobs may be ended and others put, to
 * see what would fit later.
 */
export interface Room {
  /** Where the last successful `placeNow` found a place, valid until the next; undefined where any place will do. */
  readonly placement: Placement | undefined;
  /** Finds a place for the shape on what is free now. */
  placeNow(shape: Shape): boolean;
  /** Something came free since the last `placeNow`. */
  freed(): void;

  /** The copy becomes what is free now. */
  reset(): void;
  /** In the copy, a running job ends. */
  giveBack(job: number): void;
  /** Would the shape find a place in the copy? */
  fits(shape: Shape): boolean;
  /** In the copy, what `placeNow` found is taken… */
  take(): void;
  /** …and comes free again. */
  putBack(): void;
}

export function roomFor(view: ClusterView): Room {
  return view.counting ? new CountRoom(view) : new NodeRoom(view);
}
