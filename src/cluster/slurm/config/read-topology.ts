import { expandHostlist } from "../../../core/hostlist.js";
import type { TopologyConfig } from "../model/config.js";
import type { Setting } from "./place.js";
import type { ConfPairs } from "./read-lines.js";
import { nearest, type ReadNodes } from "./read-nodes.js";
import { Section } from "./section.js";

/**
 * TopologyPlugin and the SwitchName, BlockName and BlockSizes lines of topology.conf. The plugin `topology/none` of
 * old is `topology/default`.
 *
 * @param lines those of topology.conf
 */
export function readTopology(conf: Section, lines: readonly ConfPairs[], nodes: ReadNodes): TopologyConfig {
  const plugin = conf.oneOf("TopologyPlugin", [
    "topology/default",
    "topology/none",
    "topology/flat",
    "topology/tree",
    "topology/block",
  ]);
  const type = plugin === "topology/tree" ? "tree" : plugin === "topology/block" ? "block" : "default";
  const flags = conf.flags("TopologyParam", [
    "TopoOptional",
    "Dragonfly",
    "RoutePart",
    "RouteTree",
    "SwitchAsNodeRank",
    "NoCtldInAddrAny",
    "NoInAddrAny",
    "BlockAsNodeRank",
  ]);
  const topology: TopologyConfig = {
    type,
    optional: flags.has("TopoOptional"),
    switches: [],
    blocks: [],
    blockSizes: [],
  };
  if (type !== "default") for (const pairs of lines) readLine(pairs, topology, conf, nodes);
  checkSwitches(topology, lines, conf);
  return topology;
}

function readLine(
  [head, ...settings]: ConfPairs,
  topology: TopologyConfig,
  conf: Section,
  nodes: ReadNodes,
): void {
  const kind = head.key.toLowerCase();
  const line = new Section(conf.problems, [head, ...settings]);
  const listed = (key: string) => {
    const setting = line.get(key);
    if (setting === undefined) return [];
    return expandHostlist(setting.value, (message, part, from, hint) =>
      line.wrong(setting, message, hint, part, from),
    );
  };
  const nodesOf = () => {
    const setting = line.get("Nodes");
    if (setting?.value.toUpperCase() === "ALL") return [...nodes.names];
    const known = new Set(nodes.names);
    const names = listed("Nodes");
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined) line.wrong(setting!, `there is no node ${unknown}`, nearest(unknown, known));
    return names.filter((name) => known.has(name));
  };
  if (kind === "switchname")
    topology.switches.push({ name: head.value, nodes: nodesOf(), switches: listed("Switches") });
  else if (kind === "blockname") topology.blocks.push({ name: head.value, nodes: nodesOf() });
  else if (kind === "blocksizes" || kind === "blocklevels") topology.blockSizes = sizesOf(line, head);
  else
    conf.problems.push({
      code: "slurm/unknown-key",
      message: `topology.conf has no "${head.key}"`,
      ...head.place.key(),
      hint: "SwitchName, BlockName or BlockSizes",
    });
}

/** BlockSizes: nodes of a base block, and of twice, four times … as many that are used together. */
function sizesOf(line: Section, head: Setting): number[] {
  const parts = head.value.split(",");
  const sizes = parts.map((part) => (/^[1-9]\d*$/.test(part) ? Number(part) : Number.NaN));
  const base = Math.min(...sizes);
  const isNone = Number.isNaN(base);
  const wrong = sizes.findIndex((size) => (isNone ? Number.isNaN(size) : !isPowerOfTwo(size / base)));
  if (wrong < 0) return sizes;
  const must = isNone ? "must be a number of nodes" : `must be ${base} times a power of two`;
  const from = parts.slice(0, wrong).reduce((length, part) => length + part.length + 1, 0);
  line.wrong(
    head,
    `a block size ${must}, not "${parts[wrong]}"`,
    "such as BlockSizes=4,8,16",
    parts[wrong],
    from,
  );
  return [];
}

function isPowerOfTwo(times: number): boolean {
  return Number.isInteger(Math.log2(times));
}

/** A switch above must name switches that there are. */
function checkSwitches(topology: TopologyConfig, lines: readonly ConfPairs[], conf: Section): void {
  const names = new Set(topology.switches.map(({ name }) => name));
  for (const one of topology.switches) {
    const unknown = one.switches.find((name) => !names.has(name));
    if (unknown === undefined) continue;
    const [head, ...settings] = lines.find(([first]) => first.value === one.name)!;
    const setting = settings.find(({ key }) => key.toLowerCase() === "switches") ?? head;
    conf.wrong(setting, `there is no switch ${unknown}`, nearest(unknown, names));
    one.switches = one.switches.filter((name) => names.has(name));
  }
  if (topology.type === "tree" && topology.switches.length === 0)
    conf.wrong(
      conf.get("TopologyPlugin")!,
      "topology/tree needs SwitchName lines",
      "they stand in topology.conf beside slurm.conf, or in the scenario's topology:",
    );
  if (topology.type === "block" && topology.blocks.length === 0)
    conf.wrong(
      conf.get("TopologyPlugin")!,
      "topology/block needs BlockName lines",
      "they stand in topology.conf",
    );
}
