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
 * cores of each, the lowest. Returns Slurm's message when there are too few.
 */
export function chooseNodes(
  state: SlurmState,
  reservation: Reservation,
  given: ReadonlyMap<string, string>,
): string | undefined {
  const partition = state.partitions.find(({ name, config }) =>
    reservation.partition === "" ? config.default : name === reservation.partition,
  );
  if (partition === undefined) return "Invalid partition name specified";
  const cores = count(given.get("corecnt"));
  const wanted = count(given.get("nodecnt")) ?? (cores === undefined ? undefined : 1);
  if (wanted === undefined) return "Reservation names no nodes";
  reservation.partition = partition.name;
  const usable = usableNodes(state, reservation);
  if (!reservation.flags.has("IGNORE_JOBS")) usable.andNot(heldPast(state, reservation));
  const chosen = usable.list().slice(0, wanted);
  if (chosen.length < wanted) return "Requested nodes are busy";
  for (const node of chosen) reservation.nodes.add(node);
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
  return undefined;
}

/** Nodes of its partition that may be given to jobs (for MAINT: that are up), and that no other reservation has then. */
function usableNodes(state: SlurmState, reservation: Reservation): BitVector {
  const partition = state.partitions.find(({ name }) => name === reservation.partition);
  const usable = partition?.nodes.clone() ?? new BitVector(state.nodes.count);
  usable.and(reservation.flags.has("MAINT") ? state.nodes.up : state.nodes.avail);
  const overlaps = (other: Reservation) => other.start < reservation.end && other.end > reservation.start;
  for (const other of state.reservations)
    if (other !== reservation && overlaps(other)) usable.andNot(other.nodes);
  return usable;
}

/** Which of its nodes it keeps: those that work, and with REPLACE are without a job. */
function keptNodes({ nodes }: SlurmState, reservation: Reservation): BitVector {
  const kept = reservation.nodes.clone();
  kept.and(nodes.avail);
  if (reservation.flags.has("REPLACE")) kept.and(nodes.idle);
  return kept;
}

/** Are there nodes that it ought to have others for? Those of named nodes and of STATIC_ALLOC stay as they are. */
export function lacksNodes(state: SlurmState, reservation: Reservation): boolean {
  const { flags, cores, nodeCount, end } = reservation;
  if (flags.has("SPEC_NODES") || flags.has("STATIC_ALLOC") || cores !== undefined || end <= state.now)
    return false;
  return keptNodes(state, reservation).count() < nodeCount;
}

/**
 * The nodes that a reservation has from now on, instead of those that have failed; with REPLACE also instead of those that
 * jobs have, and then only idle ones. Undefined when it keeps what it has: there is nothing to replace, or nothing for
 * all of it. With REPLACE part of it will do, and nodes of its own make up the number.
 *
 * `_validate_node_choice` and `_resv_node_replace` of src/slurmctld/reservation.c, 22.05; [run] in x-reservation-replace.
 */
export function nodesInstead(state: SlurmState, reservation: Reservation): BitVector | undefined {
  if (!lacksNodes(state, reservation)) return undefined;
  const replaces = reservation.flags.has("REPLACE");
  const kept = keptNodes(state, reservation);
  const others = usableNodes(state, reservation);
  others.andNot(kept);
  if (replaces) others.and(state.nodes.idle);
  else others.andNot(heldPast(state, reservation));
  const missing = reservation.nodeCount - kept.count();
  const found = others.list().slice(0, missing);
  if (found.length === 0 || (found.length < missing && !replaces)) return undefined;
  for (const node of found) kept.add(node);
  for (const node of reservation.nodes.list())
    if (kept.count() < reservation.nodeCount && state.nodes.avail.has(node)) kept.add(node);
  return kept;
}

function count(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number.parseInt(text, 10);
}
