import { basename, isAbsolute } from "node:path";
import type { Result } from "../metrics/result.js";
import { looseDependencies } from "../workload/dependencies.js";
import type { JobRows, Rows } from "../workload/stream.js";

type Warning = Result["warnings"][number];

/** What a reader of the numbers must know of a trace: rows that were left out, changed or put in order. */
export function traceWarnings({ origin, counts }: Rows<unknown>): Warning[] {
  const name = isAbsolute(origin.name) ? basename(origin.name) : origin.name;
  const dropped = Object.entries(counts.dropped).map(([reason, { count, lines }]) => {
    const first = lines.length === 0 ? "" : ` (first at line ${lines[0]})`;
    return { code: "trace/dropped", message: `${rows(count)} of ${name} left out: ${reason}${first}` };
  });
  const adjusted = Object.entries(counts.adjusted).map(([reason, count]) => ({
    code: "trace/adjusted",
    message: `${rows(count)} of ${name} changed: ${reason}`,
  }));
  const sorted =
    counts.inversions === 0
      ? []
      : [
          {
            code: "trace/sorted",
            message: `${name} was put in order of time: ${rows(counts.inversions)} came too late`,
          },
        ];
  return [...dropped, ...adjusted, ...sorted];
}

/** What a reader of the numbers must know of a trace of jobs beside that: dependencies that hold nobody back. */
export function dependencyWarnings({ origin, looseDependencies: loose }: JobRows): Warning[] {
  if (loose === undefined) return [];
  const name = isAbsolute(origin.name) ? basename(origin.name) : origin.name;
  return looseDependencies(loose).map((sentence) => ({
    code: "trace/dependency",
    message: `${name}: ${sentence}`,
  }));
}

/** Options that jobs were submitted with and that nothing here looks at, told once. */
export function unmodelledOptions(options: ReadonlyMap<string, string>): Warning[] {
  if (options.size === 0) return [];
  const list = [...options].sort().map(([name, does]) => `${name} (${does})`);
  return [
    { code: "slurm/not-modelled", message: `options of sbatch that are not modelled: ${list.join("; ")}` },
  ];
}

function rows(count: number): string {
  return `${count} ${count === 1 ? "row" : "rows"}`;
}
