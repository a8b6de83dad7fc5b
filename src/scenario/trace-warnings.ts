import { basename, isAbsolute } from "node:path";
import type { Result } from "../metrics/result.js";
import type { Rows } from "../workload/stream.js";

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

function rows(count: number): string {
  return `${count} ${count === 1 ? "row" : "rows"}`;
}
