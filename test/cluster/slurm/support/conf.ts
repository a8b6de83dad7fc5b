import { readConfig } from "../../../../src/cluster/slurm/config/read-config.js";
import { parseConfLines } from "../../../../src/cluster/slurm/config/read-lines.js";
import type { AccountingConfig, SlurmConfig } from "../../../../src/cluster/slurm/model/config.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import type { TestTimes } from "../../../../src/cluster/slurm/model/test-times.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import type { Problem } from "../../../../src/core/errors.js";

/** The cluster that lines of slurm.conf (and of topology.conf) describe; throws when they are wrong. */
export function confOf(conf: string, topology = ""): SlurmConfig {
  const problems: Problem[] = [];
  const file = { path: "/etc/slurm.conf", name: "slurm.conf" };
  const source = {
    lines: parseConfLines(conf, file, problems),
    topology: parseConfLines(topology, { ...file, name: "topology.conf" }, problems),
  };
  const config = readConfig(source, problems, []);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return config;
}

export function stateOf(
  conf: string,
  more: { topology?: string; accounting?: AccountingConfig; testTime?: TestTimes } = {},
): SlurmState {
  const { topology, accounting, testTime } = more;
  return buildState({ ...confOf(conf, topology), accounting, testTime });
}
