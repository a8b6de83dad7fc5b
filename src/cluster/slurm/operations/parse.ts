import { closest } from "../../../core/suggest.js";
import { parseSlurmMinutes } from "../config/time.js";
import { parseDependencies } from "../request/grammar.js";
import type { JobChanges, Operation } from "./operation.js";
import { OperationError } from "./operation-error.js";
import { parseCancelReboot, parseNodeUpdate, parseReboot } from "./parse-nodes.js";
import { parseScancel } from "./scancel.js";
import { commandWords, keyValues } from "./words.js";

const VERBS = [
  "update",
  "create",
  "delete",
  "hold",
  "uhold",
  "release",
  "requeue",
  "requeuehold",
  "suspend",
  "resume",
  "reboot",
  "cancel_reboot",
];
const PARTITION_STATES = ["UP", "DOWN", "DRAIN", "INACTIVE"] as const;

/**
 * The operation that a command line stands for: `scontrol update|create|delete|hold|release|requeue|suspend|resume|
 * reboot|cancel_reboot …` or `scancel …`, as typed in a shell.
 *
 * @throws OperationError
 */
export function parseOperation(line: string): Operation {
  const [command = "", ...rest] = commandWords(line);
  if (command === "scancel") return parseScancel(rest);
  if (command === "sprio" || command === "sshare") return parsePrint(command, rest);
  if (command !== "scontrol")
    throw new OperationError(
      `"${command}" is not a command that can be given here`,
      command,
      "there are scontrol, scancel, sprio and sshare",
    );
  const [verb = "", ...words] = rest;
  switch (verb.toLowerCase()) {
    case "update":
      return update(words);
    case "create":
      return {
        kind: "create-reservation",
        given: keyValues(words.filter((word) => !/^res(ervation)?$/i.test(word))),
      };
    case "delete":
      return {
        kind: "delete-reservation",
        name: keyValues(words).get("reservationname") ?? words.at(-1) ?? "",
      };
    case "hold":
      return { kind: "hold", jobs: jobs(words, verb), by: "admin" };
    case "uhold":
      return { kind: "hold", jobs: jobs(words, verb), by: "user" };
    case "release":
      return { kind: "release", jobs: jobs(words, verb) };
    case "requeue":
    case "requeuehold":
      return { kind: "requeue", jobs: jobs(words, verb), hold: verb.toLowerCase() === "requeuehold" };
    case "suspend":
      return { kind: "suspend", jobs: jobs(words, verb) };
    case "resume":
      return { kind: "resume", jobs: jobs(words, verb) };
    case "reboot":
      return parseReboot(words);
    case "cancel_reboot":
      return parseCancelReboot(words);
  }
  const near = closest(verb, VERBS);
  throw new OperationError(
    `scontrol ${verb} is not an operation that can be given here`,
    verb,
    near === undefined ? `there are ${VERBS.join(", ")}` : `did you mean "${near}"?`,
  );
}

/** Both print all that they know: the long form, of all users. */
function parsePrint(what: "sprio" | "sshare", words: readonly string[]): Operation {
  const odd = words.find((word) => !/^(-[laP]+|--long|--all|--parsable2)$/.test(word));
  if (odd !== undefined) throw new OperationError(`${what} takes no "${odd}" here`, odd, `write ${what} -l`);
  return { kind: "print", what, command: [what, ...words].join(" ") };
}

function jobs(words: readonly string[], verb: string): string[] {
  const names = words
    .flatMap((word) => word.replace(/^jobid=/i, "").split(","))
    .filter((word) => word !== "");
  if (names.length === 0) throw new OperationError(`scontrol ${verb} names no job`, verb);
  return names;
}

function update(words: readonly string[]): Operation {
  const given = keyValues(words);
  if (given.has("reservationname")) return { kind: "update-reservation", given };
  if (given.has("nodename")) return parseNodeUpdate(given);
  if (given.has("partitionname")) return updatePartition(given);
  if (given.has("jobid")) return updateJob(given);
  throw new OperationError(
    "scontrol update names nothing to update",
    "update",
    "it takes NodeName=, PartitionName=, JobId= or ReservationName=",
  );
}

function updatePartition(given: ReadonlyMap<string, string>): Operation {
  const state = (given.get("state") ?? "").toUpperCase();
  if (!PARTITION_STATES.includes(state as (typeof PARTITION_STATES)[number]))
    throw new OperationError(
      `a partition cannot be given the state "${given.get("state") ?? ""}"`,
      given.get("state") ?? "PartitionName",
      `there are ${PARTITION_STATES.join(", ")}`,
    );
  return {
    kind: "partition-state",
    partition: given.get("partitionname")!,
    state: state as PartitionState,
  };
}

type PartitionState = (typeof PARTITION_STATES)[number];

function updateJob(given: ReadonlyMap<string, string>): Operation {
  const changes: JobChanges = {};
  for (const [key, value] of given) {
    if (key === "jobid") continue;
    else if (key === "priority") changes.priority = whole(value);
    else if (key === "nice") changes.nice = whole(value);
    else if (key === "partition") changes.partitions = value.split(",");
    else if (key === "qos") changes.qos = value;
    else if (key === "dependency") changes.dependencies = dependencies(value);
    else if (key === "timelimit") {
      const minutes = parseSlurmMinutes(value);
      if (minutes === undefined) throw new OperationError(`"${value}" is not a time`, value);
      changes.timeLimit = minutes;
    } else
      throw new OperationError(
        `a job's ${key} cannot be changed here`,
        key,
        "Priority, Nice, TimeLimit, Partition, QOS and Dependency can",
      );
  }
  return { kind: "update-job", jobs: given.get("jobid")!.split(","), changes };
}

function dependencies(text: string): NonNullable<JobChanges["dependencies"]> {
  const terms = text === "" || text === "0" ? [] : parseDependencies(text);
  if (terms === undefined)
    throw new OperationError(
      `"${text}" is no list of dependencies`,
      text,
      "such as afterok:20:21 or singleton; all joined by , or all by ?; nothing to take them away",
    );
  return terms;
}

function whole(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new OperationError(`"${text}" is not a whole number`, text);
  return Number(text);
}
