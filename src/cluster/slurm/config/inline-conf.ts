import type { Problem } from "../../../core/errors.js";
import { asText, inlineSettings, isMapping } from "./accounts/inline.js";
import { type ConfLine, placeInScenario, type Setting } from "./place.js";
import { type ConfPairs, readPairs } from "./read-lines.js";

type Path = readonly (string | number)[];

/** Keys of slurm.conf that begin lines of their own. */
const RECORDS: ReadonlySet<string> = new Set(["nodename", "partitionname", "nodeset", "downnodes"]);

/**
 * Settings of slurm.conf written inline in a scenario, laid over the lines of a file: each replaces the file's.
 * `PartitionName: {big: {MaxTime: 60}}` changes the file's line of that name or adds one; the same holds for NodeName
 * (by the whole host list), NodeSet and DownNodes. A text, or a list of texts, is a line as slurm.conf has it.
 */
export function overlayInline(
  lines: readonly ConfPairs[],
  inline: Readonly<Record<string, unknown>>,
  path: Path,
  problems: Problem[],
): ConfPairs[] {
  const result = [...lines];
  for (const [key, value] of Object.entries(inline)) {
    const at = [...path, key];
    if (!RECORDS.has(key.toLowerCase()))
      result.push([{ key, value: asText(value), place: placeInScenario(at) }]);
    else if (isMapping(value)) overlayRecords(result, key, value, at, problems);
    else
      for (const [i, text] of [value].flat().entries())
        addLine(result, key, String(text), Array.isArray(value) ? [...at, i] : at, problems);
  }
  return result;
}

function overlayRecords(
  lines: ConfPairs[],
  key: string,
  records: Readonly<Record<string, unknown>>,
  path: Path,
  problems: Problem[],
): void {
  for (const [name, settings] of Object.entries(records)) {
    const at = [...path, name];
    if (!isMapping(settings) && settings !== null) {
      problems.push({
        code: "slurm/wrong-value",
        message: `"${name}" must be a mapping of settings`,
        path: at,
        hint:
          key.toLowerCase() === "partitionname"
            ? "such as { Nodes: ALL, MaxTime: 60 }"
            : "such as { CPUs: 16 }",
      });
      continue;
    }
    const own = inlineSettings(settings ?? {}, at);
    const index = lines.findIndex(
      ([head]) => head.key.toLowerCase() === key.toLowerCase() && head.value === name,
    );
    const head: Setting = { key, value: name, place: placeInScenario(at) };
    if (index < 0) lines.push([head, ...own]);
    else lines[index] = [...lines[index]!, ...own];
  }
}

/** A line as slurm.conf has it behind `NodeName=`. */
function addLine(lines: ConfPairs[], key: string, text: string, path: Path, problems: Problem[]): void {
  const before = `${key}=`;
  const line: ConfLine = {
    text: before + text,
    where: (from, length) => {
      const start = Math.max(0, from - before.length);
      return { path, within: { from: start, part: text.slice(start, start + length) } };
    },
  };
  const pairs = readPairs(line, problems);
  if (pairs !== undefined) lines.push(pairs);
}
