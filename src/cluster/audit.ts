import { InvariantError } from "../core/errors.js";
import type { LinkedList } from "../core/linked-list.js";
import { countBits, type Fleet } from "../fleet/fleet.js";
import { JobState, type Jobs } from "./jobs.js";

/** Adds up what the running jobs hold and compares it with what the fleet says is taken, node by node and GPU by GPU. */
export function audit(fleet: Fleet, jobs: Jobs, running: LinkedList, queue: LinkedList): void {
  const held = new Int32Array(fleet.nodes);
  const cpus = new Int32Array(fleet.nodes);
  const memory = new Float64Array(fleet.nodes);
  const { allocations } = fleet;
  for (let job = running.first; job >= 0; job = running.next(job)) {
    if (jobs.state[job] !== JobState.Running && jobs.state[job] !== JobState.Suspended)
      throw new InvariantError(`job ${jobs.id(job)} is listed as running`);
    for (let entry = jobs.allocation[job]!; entry >= 0; entry = allocations.next(entry)) {
      const node = allocations.node[entry]!;
      const mask = allocations.gpuMask[entry]!;
      if ((held[node]! & mask) !== 0)
        throw new InvariantError(
          `two jobs hold one GPU of ${fleet.nodeName(node)}, one of them is ${jobs.id(job)}`,
        );
      held[node]! |= mask;
      cpus[node]! += allocations.cpus[entry]!;
      memory[node]! += allocations.memory[entry]!;
    }
  }
  for (let node = 0; node < fleet.nodes; node++) {
    const pool = fleet.pools[fleet.poolOf[node]!]!;
    const gpus = countBits(held[node]!);
    const balanced =
      (held[node]! & fleet.gpuMask[node]!) === 0 &&
      gpus + fleet.freeGpus[node]! === pool.gpusPerNode &&
      countBits(fleet.gpuMask[node]!) === fleet.freeGpus[node]! &&
      cpus[node]! + fleet.freeCpus[node]! === pool.cpus &&
      (pool.memory === Number.POSITIVE_INFINITY || memory[node]! + fleet.freeMemory[node]! === pool.memory);
    if (!balanced) throw new InvariantError(`the books of ${fleet.nodeName(node)} do not balance`);
  }
  for (let job = queue.first; job >= 0; job = queue.next(job))
    if (jobs.state[job] !== JobState.Pending)
      throw new InvariantError(`job ${jobs.id(job)} is listed as pending`);
}
