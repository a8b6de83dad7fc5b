import { BitVector } from "../../../core/bit-vector.js";
import type { Reservation } from "../model/reservation.js";
import type { SlurmState } from "../model/state.js";

/** Nodes that running jobs may hold past the reservation's start, by their time limits. */
export function heldPast(state: SlurmState, { start, end }: Reservation): BitVector {
  const held = new BitVector(state.nodes.count);
  for (const job of state.running)
    if (job.endTime > start && job.startTime < end) held.or(job.allocation!.nodes);
  return held;
}

/**
 * Nodes for a reservation that names a number of them: the first ones of its partition (the default one when none is
 * named) that no other reservation has then and that no running job may hold past its start. With CoreCnt= only so many
 * cores of each, the lowest.
 */
export function chooseNodes(
  state: SlurmState,
  reservation: Reservation,
  given: ReadonlyMap<string, string>,
): Reservation | string {
  const partition = state.partitions.find(({ name, config }) =>
    reservation.partition === "" ? config.default : name === reservation.partition,
  );
  if (partition === undefined) return "Invalid partition name specified";
  const cores = count(given.get("corecnt"));
  const wanted = count(given.get("nodecnt")) ?? (cores === undefined ? undefined : 1);
  if (wanted === undefined) return "Reservation names no nodes";
  const usable = partition.nodes.clone();
  usable.and(state.nodes.up);
  const overlaps = (other: Reservation) => other.start < reservation.end && other.end > reservation.start;
  for (const other of state.reservations) if (overlaps(other)) usable.andNot(other.nodes);
  if (!reservation.flags.has("IGNORE_JOBS")) usable.andNot(heldPast(state, reservation));
  const chosen = usable.list().slice(0, wanted);
  if (chosen.length < wanted) return "Requested nodes are busy";
  for (const node of chosen) reservation.nodes.add(node);
  reservation.partition = partition.name;
  if (cores !== undefined)
    reservation.cores = new Map(
      chosen.map((node) => [
        node,
        BitVector.of(
          state.nodes.cpus[node]!,
          Array.from({ length: cores }, (_, core) => core),
        ),
      ]),
    );
  return reservation;
}

function count(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number.parseInt(text, 10);
}
