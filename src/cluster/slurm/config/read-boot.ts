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
export function readBoot(value: unknown, config: SlurmConfig, problems: Problem[]): BootTimes {
  const times: { nodes: Record<string, number>; others: number | undefined } = {
    nodes: {},
    others: undefined,
  };
  if (value === undefined) return times;
  const names = new Set(config.nodes.flatMap((line) => line.names));
  const set = (nodes: Iterable<string>, seconds: number | undefined, path: string[]) => {
    if (seconds === undefined) return;
    const slow = [...nodes].find((name) => Number.isFinite(seconds) && seconds > resumeTimeout(name, config));
    if (slow !== undefined) problems.push(tooSlow(slow, seconds, config, path));
  };
  if (!isMapping(value)) {
    const path = ["scheduler", "boot"];
    times.others = duration(value, path, problems);
    set(names, times.others, path);
    return times;
  }
  for (const [list, each] of Object.entries(value)) {
    const path = ["scheduler", "boot", list];
    const seconds = duration(each, path, problems);
    if (list === "default") {
      times.others = seconds;
      continue;
    }
    const nodes = expandHostlist(list, (message) => problems.push({ ...wrong, message, path }));
    for (const name of nodes) {
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
    set(
      nodes.filter((name) => names.has(name)),
      seconds,
      path,
    );
  }
  const others = [...names].filter((name) => times.nodes[name] === undefined);
  set(others, times.others, ["scheduler", "boot", "default"]);
  return times;
}

/** Of the node's partitions the longest, else the cluster's. */
function resumeTimeout(name: string, { partitions, power }: SlurmConfig): number {
  const own = partitions.flatMap((one) =>
    one.resumeTimeout !== undefined && one.nodes.includes(name) ? [one.resumeTimeout] : [],
  );
  return own.length > 0 ? Math.max(...own) : power.resumeTimeout;
}

/** It would be DOWN each time, and jobs that need it would try for ever. */
function tooSlow(name: string, seconds: number, config: SlurmConfig, path: string[]): Problem {
  return {
    ...wrong,
    message: `${name} would take ${seconds} s to boot, and is DOWN when it is not up within its ResumeTimeout of ${resumeTimeout(name, config)} s`,
    path,
    hint: "a longer ResumeTimeout, or never for a node that does not come up",
  };
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
