import { BitVector } from "../../../core/bit-vector.js";
import { expandHostlist } from "../../../core/hostlist.js";
import type { Reservation, ReservationFlag } from "../model/reservation.js";
import type { SlurmState } from "../model/state.js";
import { RECURRENCES } from "../schedule/recurrence.js";
import { OperationError } from "./operation-error.js";
import { chooseNodes, heldPast } from "./reservation-nodes.js";
import { type Moment, parseMoment, parseSpan } from "./reservation-times.js";

const FLAGS: readonly ReservationFlag[] = [
  "MAINT",
  "FLEX",
  "MAGNETIC",
  "IGNORE_JOBS",
  ...RECURRENCES,
  "PART_NODES",
  "ALL_NODES",
  "OVERLAP",
  "SPEC_NODES",
  "PURGE_COMP",
  "STATIC_ALLOC",
  "REPLACE",
  "REPLACE_DOWN",
  "TIME_FLOAT",
  "ANY_NODES",
  "NO_HOLD_JOBS_AFTER",
];

/**
 * `scontrol create reservation …` (`reservation.c`). Returns what is made, or Slurm's message when it is refused.
 *
 * @throws OperationError for words that Slurm could not read
 */
export function createReservation(
  state: SlurmState,
  given: ReadonlyMap<string, string>,
  moment: Moment,
): Reservation | string {
  const start = parseMoment(given.get("starttime") ?? "now", moment);
  const end = endOf(given, start, moment);
  if (end <= start) return "Requested reservation has an invalid time";
  const flags = readFlags(given.get("flags") ?? "");
  const partition = given.get("partitionname") ?? "";
  const reservation: Reservation = {
    id: state.reservations.reduce((most, { id }) => Math.max(most, id), 0) + 1,
    name: given.get("reservationname") ?? `resv_${state.reservations.length + 1}`,
    start,
    end,
    length: end - start,
    nodes: new BitVector(state.nodes.count),
    nodeCount: 0,
    cores: undefined,
    users: list(given.get("users") ?? given.get("user")),
    accounts: list(given.get("accounts") ?? given.get("account")),
    partition,
    flags,
    purgeAfter: purge(given.get("flags") ?? ""),
    idleSince: -1,
    recurs: RECURRENCES.find((recurrence) => flags.has(recurrence)),
    epoch: moment.epoch,
  };
  if (state.reservations.some(({ name }) => name === reservation.name)) return "Duplicate reservation name";
  const refused = giveNodes(state, reservation, given);
  if (refused !== undefined) return refused;
  reservation.nodeCount = reservation.nodes.count();
  if (flags.has("TIME_FLOAT")) reservation.start -= moment.now;
  return reservation;
}

/** Those that are named, or so many as are asked for. Returns Slurm's message when it cannot have them. */
function giveNodes(
  state: SlurmState,
  reservation: Reservation,
  given: ReadonlyMap<string, string>,
): string | undefined {
  const { flags, partition } = reservation;
  const named = given.get("nodes");
  if (named === undefined) return chooseNodes(state, reservation, given);
  if (flags.has("REPLACE") || flags.has("REPLACE_DOWN")) return "Invalid node name specified";
  const nodes = namedNodes(state, named, partition);
  if (typeof nodes === "string") return nodes;
  reservation.nodes.copyFrom(nodes);
  flags.add("SPEC_NODES");
  if (!flags.has("MAINT") && !flags.has("OVERLAP") && overlapping(state, reservation))
    return "Requested nodes are busy";
  if (!flags.has("IGNORE_JOBS") && heldPast(state, reservation).overlaps(nodes))
    return "Requested nodes are busy";
  return undefined;
}

/** `scontrol update ReservationName=…`: its times, users and accounts. Returns Slurm's message when it is refused. */
export function updateReservation(
  state: SlurmState,
  given: ReadonlyMap<string, string>,
  moment: Moment,
): string | undefined {
  const reservation = state.reservations.find(({ name }) => name === given.get("reservationname"));
  if (reservation === undefined) return "Requested reservation is invalid";
  if (given.has("starttime") && hasBegun(reservation, moment)) return "Reservation already started";
  if (given.has("starttime")) reservation.start = parseMoment(given.get("starttime")!, moment);
  if (given.has("duration") || given.has("endtime"))
    reservation.end = endOf(given, reservation.start, moment);
  if (given.has("users")) reservation.users = list(given.get("users"));
  if (given.has("accounts")) reservation.accounts = list(given.get("accounts"));
  if (given.has("nodes")) {
    const nodes = namedNodes(state, given.get("nodes")!, reservation.partition);
    if (typeof nodes === "string") return nodes;
    reservation.nodes.copyFrom(nodes);
    reservation.nodeCount = nodes.count();
  }
  if (given.has("flags"))
    for (const word of list(given.get("flags"))) {
      const [flag] = readFlags(word.replace(/^[+-]=?/, ""));
      if (word.startsWith("-")) reservation.flags.delete(flag!);
      else reservation.flags.add(flag!);
    }
  return undefined;
}

/** One that floats counts as begun: what is kept of its start is no time of day [run]. */
function hasBegun({ start, flags }: Reservation, { now }: Moment): boolean {
  return flags.has("TIME_FLOAT") || start <= now;
}

function endOf(given: ReadonlyMap<string, string>, start: number, moment: Moment): number {
  const end = given.get("endtime");
  if (end !== undefined) return parseMoment(end, moment);
  return start + parseSpan(given.get("duration") ?? "UNLIMITED");
}

function overlapping(state: SlurmState, { start, end, nodes }: Reservation): boolean {
  return state.reservations.some(
    (other) =>
      other.start < end && other.end > start && !other.flags.has("MAINT") && other.nodes.overlaps(nodes),
  );
}

function namedNodes(state: SlurmState, names: string, partition: string): BitVector | string {
  const { nodes, partitions } = state;
  if (/^all$/i.test(names)) {
    const all = new BitVector(nodes.count);
    const own = partitions.find(({ name }) => name === partition);
    if (own !== undefined) all.copyFrom(own.nodes);
    else all.fill();
    return all;
  }
  const set = new BitVector(nodes.count);
  const expanded = expandHostlist(names, (message, part) => {
    throw new OperationError(message, part);
  });
  for (const name of expanded) {
    const node = nodes.index(name);
    if (node < 0) return `Invalid node name specified: ${name}`;
    set.add(node);
  }
  return set;
}

function list(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((part) => part !== "");
}

function readFlags(text: string): Set<ReservationFlag> {
  const flags = new Set<ReservationFlag>();
  for (const word of list(text)) {
    const name = word.split("=")[0]!.toUpperCase() as ReservationFlag;
    if (!FLAGS.includes(name))
      throw new OperationError(
        `a reservation has no flag "${word}" here`,
        word,
        `there are ${FLAGS.join(", ")}`,
      );
    flags.add(name);
  }
  return flags;
}

function purge(flags: string): number | undefined {
  const [, span] = /PURGE_COMP(?:=([^,]+))?/i.exec(flags) ?? [];
  if (!/PURGE_COMP/i.test(flags)) return undefined;
  return span === undefined ? 300 : parseSpan(span);
}
