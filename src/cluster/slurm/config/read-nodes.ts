import { compareNames, expandHostlist } from "../../../core/hostlist.js";
import { closest } from "../../../core/suggest.js";
import type { NodeLine } from "../model/config.js";
import { checkKeys } from "./check-keys.js";
import { type Gres, parseGres } from "./gres.js";
import { nodeKeys } from "./node-keys.js";
import type { ConfPairs } from "./read-lines.js";
import { Section } from "./section.js";
import type { Unmodelled } from "./unmodelled.js";

const MOST = 65_533;
const STATES: Readonly<Record<string, NodeLine["state"]>> = {
  UNKNOWN: "UP",
  UP: "UP",
  IDLE: "UP",
  ALLOCATED: "UP",
  DOWN: "DOWN",
  DRAIN: "DRAIN",
  DRAINED: "DRAIN",
  DRAINING: "DRAIN",
  FAIL: "FAIL",
  FAILING: "FAIL",
  FUTURE: "FUTURE",
  CLOUD: "CLOUD",
};

interface Node {
  line: Omit<NodeLine, "names" | "state">;
  state: NodeLine["state"];
}

/** The nodes of a configuration: equal neighbours as one line, and who is called what. */
export interface ReadNodes {
  /** In slurmctld's order of nodes. */
  lines: NodeLine[];
  names: string[];
  /** NodeSet lines by name. */
  sets: ReadonlyMap<string, string[]>;
}

/** NodeName, DownNodes and NodeSet lines. A `NodeName=DEFAULT` line holds for those that follow it. */
export function readNodes(lines: readonly ConfPairs[], conf: Section, unmodelled: Unmodelled): ReadNodes {
  const { problems } = conf;
  let defaults: Section | undefined;
  const byName = new Map<string, Node>();
  for (const pairs of lines) {
    const [head, ...settings] = pairs;
    if (head.key.toLowerCase() !== "nodename") continue;
    checkKeys(settings, nodeKeys, "NodeName", problems, unmodelled);
    const section = new Section(problems, settings, defaults);
    if (head.value.toUpperCase() === "DEFAULT") {
      defaults = section;
      continue;
    }
    const { state, ...line } = nodeLine(section);
    for (const name of namesOf(head, problems)) {
      if (byName.has(name)) conf.wrong(head, `the node ${name} is defined twice`, undefined, head.value);
      else byName.set(name, { line, state });
    }
  }
  downNodes(lines, conf, byName);
  const names = [...byName.keys()].sort(compareNames);
  const grouped: NodeLine[] = [];
  let last: { line: unknown; state: string } | undefined;
  for (const name of names) {
    const node = byName.get(name)!;
    if (last !== undefined && last.line === node.line && last.state === node.state)
      grouped.at(-1)!.names.push(name);
    else grouped.push({ ...node.line, names: [name], state: node.state });
    last = node;
  }
  return { lines: grouped, names, sets: nodeSets(lines, conf, grouped) };
}

function namesOf(head: ConfPairs[0], problems: Section["problems"]): string[] {
  return expandHostlist(head.value, (message, part, from, hint) =>
    problems.push({
      code: "slurm/wrong-value",
      message,
      ...head.place.value(part, from),
      ...(hint === undefined ? {} : { hint }),
    }),
  );
}

/** What a node line says, missing figures inferred as `_parse_nodename` of read_config.c does. */
function nodeLine(line: Section): Omit<NodeLine, "names"> {
  const count = (name: string) => line.integer(name, { least: 1, most: MOST });
  const boards = count("Boards") ?? 1;
  const coresPerSocket = count("CoresPerSocket") ?? 1;
  const threadsPerCore = count("ThreadsPerCore") ?? 1;
  const givenCpus = count("CPUs") ?? count("Procs");
  const perBoard = count("SocketsPerBoard");
  const perSocket = coresPerSocket * threadsPerCore;
  const inferred =
    givenCpus !== undefined && givenCpus >= perSocket && givenCpus % perSocket === 0
      ? givenCpus / perSocket
      : boards;
  const sockets = perBoard === undefined ? (count("Sockets") ?? inferred) : boards * perBoard;
  const cpus = givenCpus ?? sockets * perSocket;
  const possible = [sockets, sockets * coresPerSocket, sockets * perSocket];
  if (!possible.includes(cpus))
    line.wrong(
      line.get("CPUs") ?? line.get("Procs")!,
      `${cpus} CPUs are not ${sockets} sockets x ${coresPerSocket} cores x ${threadsPerCore} threads`,
      `CPUs=${sockets * perSocket}, or other Sockets, CoresPerSocket or ThreadsPerCore`,
    );
  const gresSetting = line.get("Gres");
  const gres: Gres[] =
    gresSetting === undefined || /^(none|\(null\))?$/i.test(gresSetting.value)
      ? []
      : parseGres(gresSetting.value, (message, part, from, hint) =>
          line.wrong(gresSetting, message, hint, part, from),
        );
  return {
    cpus: possible.includes(cpus) ? cpus : sockets * perSocket,
    boards: sockets < boards ? 1 : boards,
    sockets,
    coresPerSocket,
    threadsPerCore,
    realMemory: line.integer("RealMemory", { least: 1 }) ?? 1,
    memSpecLimit: line.integer("MemSpecLimit") ?? 0,
    coreSpecCount: line.integer("CoreSpecCount", { most: MOST }) ?? 0,
    weight: line.integer("Weight", { most: 4_294_967_280 }) ?? 1,
    features: [...line.names("Feature"), ...(line.own("Feature") ? [] : line.names("Features"))],
    gres,
    state: stateOf(line),
  };
}

function stateOf(line: Section): NodeLine["state"] {
  const setting = line.get("State");
  if (setting === undefined) return "UP";
  const state = STATES[setting.value.toUpperCase()];
  if (state !== undefined) return state;
  const near = closest(setting.value, Object.keys(STATES));
  line.wrong(
    setting,
    `State of a node must be ${Object.keys(STATES).join(", ")}`,
    near === undefined ? undefined : `did you mean ${near}?`,
  );
  return "UP";
}

/** DownNodes lines set the state of nodes that were defined. */
function downNodes(lines: readonly ConfPairs[], conf: Section, byName: Map<string, Node>): void {
  for (const [head, ...settings] of lines) {
    if (head.key.toLowerCase() !== "downnodes") continue;
    const state = new Section(conf.problems, settings);
    const given = state.get("State") === undefined ? "DOWN" : stateOf(state);
    for (const name of namesOf(head, conf.problems)) {
      const node = byName.get(name);
      if (node === undefined) conf.wrong(head, `there is no node ${name}`, nearest(name, byName.keys()));
      else byName.set(name, { line: node.line, state: given });
    }
  }
}

/** NodeSet lines: by `Nodes` or by `Feature`. */
function nodeSets(
  lines: readonly ConfPairs[],
  conf: Section,
  nodes: readonly NodeLine[],
): Map<string, string[]> {
  const sets = new Map<string, string[]>();
  for (const [head, ...settings] of lines) {
    if (head.key.toLowerCase() !== "nodeset") continue;
    const section = new Section(conf.problems, settings);
    const listed = section.get("Nodes");
    const feature = section.text("Feature");
    const members = new Set(listed === undefined ? [] : namesOf({ ...listed }, conf.problems));
    if (feature !== undefined)
      for (const line of nodes)
        if (line.features.includes(feature)) for (const name of line.names) members.add(name);
    if (listed === undefined && feature === undefined)
      conf.wrong(head, `the node set ${head.value} has neither Nodes nor Feature`);
    sets.set(head.value, [...members]);
  }
  return sets;
}

/** `did you mean …?` for a node that does not exist. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const near = closest(name, names);
  return near === undefined ? undefined : `did you mean ${near}?`;
}
