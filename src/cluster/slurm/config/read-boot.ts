import type { Problem } from "../../../core/errors.js";
import { expandHostlist } from "../../../core/hostlist.js";
import { parseDuration, SECOND } from "../../../core/units.js";
import type { SlurmConfig } from "../model/config.js";
import type { BootTimes } from "../model/power.js";
import { isMapping } from "./accounts/inline.js";
import { nearest } from "./read-nodes.js";

/**
 * `boot:` of the scenario's scheduler: how long nodes take to come up. One duration for all, or a mapping of host lists
 * (and `default`) to durations or `never`. Wrong ones go into `problems`.
 */
export function readBoot(value: unknown, { nodes }: SlurmConfig, problems: Problem[]): BootTimes {
  const times: { nodes: Record<string, number>; others: number | undefined } = {
    nodes: {},
    others: undefined,
  };
  if (value === undefined) return times;
  if (!isMapping(value)) return { ...times, others: duration(value, ["scheduler", "boot"], problems) };
  const names = new Set(nodes.flatMap((line) => line.names));
  for (const [list, each] of Object.entries(value)) {
    const path = ["scheduler", "boot", list];
    const seconds = duration(each, path, problems);
    if (list === "default") {
      times.others = seconds;
      continue;
    }
    for (const name of expandHostlist(list, (message) => problems.push({ ...wrong, message, path }))) {
      if (names.has(name)) times.nodes[name] = seconds ?? 0;
      else {
        const hint = nearest(name, names);
        problems.push({
          ...wrong,
          message: `there is no node ${name}`,
          path,
          ...(hint === undefined ? {} : { hint }),
        });
      }
    }
  }
  return times;
}

const wrong = { code: "slurm/wrong-value" } as const;

function duration(value: unknown, path: string[], problems: Problem[]): number | undefined {
  if (value === "never") return Number.POSITIVE_INFINITY;
  const time = typeof value === "string" ? parseDuration(value) : undefined;
  if (time !== undefined && time >= 0) return time / SECOND;
  problems.push({
    ...wrong,
    message: "how long a node takes to boot must be a duration, or never",
    path,
    hint: "such as 90s or 5m; or a mapping of nodes to durations: { default: 90s, gpu[01-04]: 5m, gpu07: never }",
  });
  return undefined;
}
