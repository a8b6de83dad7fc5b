import type { Shape } from "./shape.js";

/**
 * How a service gets GPUs for a replica: through the same scheduler as every job. `cluster` fulfils it, `serving`
 * uses it, `scenario` wires them.
 */
export interface Leases {
  /** Asks for GPUs; `granted` is called when the scheduler starts the replica's job (not within this call). */
  request(shape: Shape, name: string, tenant: string, lease: LeaseHolder): number;
  /** Gives the GPUs back, or withdraws the request when it still waits. */
  release(lease: number): void;
}

export interface LeaseHolder {
  granted(lease: number, node: number): void;
  /** The scheduler took the GPUs away (a preemption); the lease waits in the queue again. */
  revoked(lease: number): void;
}
