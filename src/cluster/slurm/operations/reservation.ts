import { BitVector } from "../../../core/bit-vector.js";
import { expandHostlist } from "../../../core/hostlist.js";
import type { Reservation, ReservationFlag } from "../model/reservation.js";
import type { SlurmState } from "../model/state.js";
import { OperationError } from "./operation-error.js";
import { chooseNodes, heldPast } from "./reservation-nodes.js";
import { type Moment, parseMoment, parseSpan } from "./reservation-times.js";

/** Seconds after which a reservation comes again. */
const PERIODS: Partial<Record<ReservationFlag, number>> = {
  HOURLY: 3600,
  DAILY: 86_400,
  WEEKLY: 604_800,
};

const FLAGS: readonly ReservationFlag[] = [
  "MAINT",
  "FLEX",
  "MAGNETIC",
  "IGNORE_JOBS",
  "HOURLY",
  "DAILY",
  "WEEKLY",
  "PART_NODES",
  "ALL_NODES",
  "OVERLAP",
  "SPEC_NODES",
  "PURGE_COMP",
  "STATIC_ALLOC",
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
    nodes: new BitVector(state.nodes.count),
    cores: undefined,
    users: list(given.get("users") ?? given.get("user")),
    accounts: list(given.get("accounts") ?? given.get("account")),
    partition,
    flags,
    purgeAfter: purge(given.get("flags") ?? ""),
    idleSince: -1,
    period: [...flags].reduce((period, flag) => PERIODS[flag] ?? period, 0),
  };
  if (state.reservations.some(({ name }) => name === reservation.name)) return "Duplicate reservation name";
  const named = given.get("nodes");
  if (named === undefined) return chooseNodes(state, reservation, given);
  const nodes = namedNodes(state, named, partition);
  if (typeof nodes === "string") return nodes;
  reservation.nodes.copyFrom(nodes);
  flags.add("SPEC_NODES");
  if (!flags.has("MAINT") && !flags.has("OVERLAP") && overlapping(state, reservation))
    return "Requested nodes are busy";
  if (!flags.has("IGNORE_JOBS") && heldPast(state, reservation).overlaps(nodes))
    return "Requested nodes are busy";
  return reservation;
}

/** `scontrol update ReservationName=…`: its times, users and accounts. Returns Slurm's message when it is refused. */
export function updateReservation(
  state: SlurmState,
  given: ReadonlyMap<string, string>,
  moment: Moment,
): string | undefined {
  const reservation = state.reservations.find(({ name }) => name === given.get("reservationname"));
  if (reservation === undefined) return "Requested reservation is invalid";
  if (given.has("starttime")) reservation.start = parseMoment(given.get("starttime")!, moment);
  if (given.has("duration") || given.has("endtime"))
    reservation.end = endOf(given, reservation.start, moment);
  if (given.has("users")) reservation.users = list(given.get("users"));
  if (given.has("accounts")) reservation.accounts = list(given.get("accounts"));
  if (given.has("nodes")) {
    const nodes = namedNodes(state, given.get("nodes")!, reservation.partition);
    if (typeof nodes === "string") return nodes;
    reservation.nodes.copyFrom(nodes);
  }
  if (given.has("flags"))
    for (const word of list(given.get("flags"))) {
      const [flag] = readFlags(word.replace(/^[+-]=?/, ""));
      if (word.startsWith("-")) reservation.flags.delete(flag!);
      else reservation.flags.add(flag!);
    }
  return undefined;
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
