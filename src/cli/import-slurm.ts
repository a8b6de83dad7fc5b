import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { newJobNames } from "../cluster/jobs.js";
import { resolveSlurm } from "../cluster/slurm/config/resolve-slurm.js";
import { sbatchReader } from "../cluster/slurm/request/reading.js";
import { InputError } from "../core/errors.js";
import { Names } from "../core/names.js";
import { formatDuration } from "../core/units.js";
import { Shapes } from "../fleet/shape.js";
import { looseDependencies } from "../workload/dependencies.js";
import { readJobs } from "../workload/read.js";
import type { JobRows } from "../workload/stream.js";
import type { ImportSlurmOptions } from "./commands/import.js";
import { showProblems } from "./show-problems.js";
import type { Terminal } from "./terminal.js";
import { writeWhole } from "./write-whole.js";

/** Reads a cluster's files, says what it found and what is not modelled, and writes a scenario that uses them. */
export async function importSlurm(options: ImportSlurmOptions, terminal: Terminal): Promise<void> {
  const { conf, accounts, qos, usage, sacct, out, force = false } = options;
  if (!force && existsSync(out))
    throw new InputError({
      code: "out/exists",
      message: `${out} is there already`,
      hint: "--force replaces it",
    });
  const given = {
    ...(accounts === undefined ? {} : { accounts }),
    ...(qos === undefined ? {} : { qos }),
    ...(usage === undefined ? {} : { usage }),
  };
  const { config, pools, warnings } = resolveSlurm({ conf, ...given }, process.cwd());
  const nodes = pools.flatMap(({ nodeNames = [] }) => nodeNames);
  const gpus = pools.reduce((sum, pool) => sum + pool.nodes * pool.gpusPerNode, 0);
  const lines = [
    `${nodes.length} nodes with ${gpus} GPUs in ${config.partitions.length} partitions`,
    ...(config.accounting === undefined
      ? []
      : [
          `${config.accounting.qos.length} QOS, ${config.accounting.accounts.length} accounts, ${config.accounting.users.length} users`,
        ]),
  ];
  if (warnings.length > 0)
    terminal.err(
      showProblems(
        warnings.map(({ path: _, within: __, ...warning }) => warning),
        { paint: terminal.paintErr, width: terminal.errWidth, severity: "warning" },
      ),
    );
  if (sacct !== undefined) lines.push(...jobLines(await readDump(sacct, nodes)));
  writeWhole(out, scenarioText(options));
  terminal.out(`Wrote ${out}: ${lines.join("; ")}.\n`);
  terminal.out(
    sacct === undefined
      ? "It needs jobs: a trace, or a recipe. docs/scenario.md has both.\n"
      : `Run it: whowaits run ${out}\n`,
  );
}

async function readDump(path: string, nodes: readonly string[]): Promise<JobRows> {
  const context = {
    names: newJobNames(() => new Names()),
    shapes: new Shapes(),
    submissions: sbatchReader(),
    nodes: new Set(nodes),
  };
  return readJobs({ path, name: path }, context, { format: "sacct" });
}

function jobLines({ counts, lastTime, looseDependencies: loose }: JobRows): string[] {
  const dropped = Object.entries(counts.dropped).map(([reason, { count }]) => `${count} left out: ${reason}`);
  const adjusted = Object.entries(counts.adjusted).map(([reason, count]) => `${count} changed: ${reason}`);
  return [
    `${counts.emitted} jobs over ${formatDuration(lastTime)}`,
    ...dropped,
    ...adjusted,
    ...(loose === undefined ? [] : looseDependencies(loose)),
  ];
}

function scenarioText({ conf, accounts, qos, usage, sacct, out }: ImportSlurmOptions): string {
  const from = dirname(resolve(out));
  const path = (file: string) => relative(from, resolve(file));
  const scenario = {
    scheduler: {
      policy: "slurm",
      conf: path(conf),
      ...(accounts === undefined ? {} : { accounts: path(accounts) }),
      ...(qos === undefined ? {} : { qos: path(qos) }),
      ...(usage === undefined ? {} : { usage: path(usage) }),
    },
    ...(sacct === undefined ? {} : { jobs: { trace: path(sacct), format: "sacct" } }),
  };
  return [
    "# A cluster as its files describe it. Settings of slurm.conf may be written beside conf: they win over the file,",
    "# such as PriorityWeightAge: 1000 or SchedulerParameters: { bf_max_job_test: 1000 }.",
    stringify(scenario, { lineWidth: 0 }),
  ].join("\n");
}
