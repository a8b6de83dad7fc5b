import type { Problem } from "../../../core/errors.js";
import { expandHostlist } from "../../../core/hostlist.js";
import type { NodeLine } from "../model/config.js";
import { type Gres, parseNumbers } from "./gres.js";
import type { ConfPairs } from "./read-lines.js";
import { readInteger } from "./section.js";

/** Some units of a generic resource of a node, as gres.conf has them. */
interface GresLine {
  /** Undefined: all nodes. */
  nodes: Set<string> | undefined;
  name: string;
  type: string;
  count: number;
  /** Cores beside them, by number. */
  cores: number[] | undefined;
}

/**
 * Lays gres.conf over the Gres of node lines: types that slurm.conf leaves out, and the sockets that the units sit at.
 * Counts stay those of slurm.conf. What daemons find out by AutoDetect is not known here.
 */
export function applyGresConf(lines: readonly ConfPairs[], nodes: NodeLine[], problems: Problem[]): void {
  const known = lines.flatMap((pairs) => gresLine(pairs, problems) ?? []);
  for (const node of nodes)
    node.gres = node.gres.flatMap((gres) => {
      const own = known.filter(
        (line) =>
          line.name === gres.name &&
          (line.nodes === undefined || node.names.some((name) => line.nodes!.has(name))) &&
          (gres.type === "" || line.type === "" || line.type === gres.type),
      );
      return split(gres, own, node);
    });
}

/** A node's Gres in the parts that gres.conf tells apart, as far as they make up its count. */
function split(gres: Gres, lines: readonly GresLine[], node: NodeLine): Gres[] {
  const total = lines.reduce((sum, line) => sum + line.count, 0);
  if (total !== gres.count || gres.sockets !== undefined) return [gres];
  return lines.map(({ type, count, cores }) => ({
    name: gres.name,
    type: gres.type || type,
    count,
    ...(cores === undefined
      ? {}
      : { sockets: [...new Set(cores.map((core) => Math.floor(core / node.coresPerSocket)))] }),
  }));
}

function gresLine(pairs: ConfPairs, problems: Problem[]): GresLine | undefined {
  const get = (key: string) => pairs.find((setting) => setting.key.toLowerCase() === key);
  const name = get("name")?.value.toLowerCase();
  if (name === undefined) return undefined;
  const list = (key: string) => {
    const setting = get(key);
    if (setting === undefined) return undefined;
    return expandHostlist(setting.value, (message, part, from) =>
      problems.push({ code: "slurm/wrong-value", message, ...setting.place.value(part, from) }),
    );
  };
  const nodes = list("nodename");
  const given = get("count");
  const cores = (get("cores") ?? get("cpus"))?.value;
  return {
    nodes: nodes === undefined ? undefined : new Set(nodes),
    name,
    type: (get("type")?.value ?? "").toLowerCase(),
    count: given === undefined ? (list("file")?.length ?? 1) : (readInteger(given.value, {}) ?? 1),
    cores: cores === undefined || !/^[\d,-]+$/.test(cores) ? undefined : parseNumbers(cores),
  };
}
