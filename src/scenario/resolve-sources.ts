import { existsSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { openProblem } from "../workload/bytes/missing.js";
import { jobFormats, requestFormats } from "../workload/formats/index.js";
import type { Path } from "./positions.js";
import { either, meant, nameOf } from "./problems.js";
import type { Report } from "./report.js";
import type { JobSource, RequestSource } from "./scenario.js";
import type { ParsedJobSource, ParsedRequestSource } from "./schema-sources.js";
import { definite } from "./values.js";

/** Where the sources of one key stand: it takes one, or a list. */
function listed<T>(given: T | readonly T[] | undefined, path: Path): (readonly [source: T, path: Path])[] {
  if (given === undefined) return [];
  return Array.isArray(given)
    ? (given as readonly T[]).map((source, i) => [source, [...path, i]] as const)
    : [[given as T, path]];
}

export async function resolveJobs(
  parsed: ParsedJobSource | readonly ParsedJobSource[] | undefined,
  folder: string,
  report: Report,
): Promise<JobSource[]> {
  const sources: JobSource[] = [];
  for (const [{ overrun = "kill", ...source }, path] of listed(parsed, ["jobs"])) {
    const checked = await checkSource(source, path, folder, Object.keys(jobFormats), report);
    if (checked !== undefined) sources.push({ ...checked, overrun } as JobSource);
  }
  return sources;
}

export async function resolveRequests(
  parsed: ParsedRequestSource | readonly ParsedRequestSource[],
  path: Path,
  folder: string,
  report: Report,
): Promise<RequestSource[]> {
  const sources: RequestSource[] = [];
  for (const [source, at] of listed(parsed, path)) {
    const checked = await checkSource(source, at, folder, Object.keys(requestFormats), report);
    if (checked !== undefined) sources.push(checked as RequestSource);
  }
  return sources;
}

/** A source is a trace or a recipe; a trace must be there and of a known format. */
async function checkSource<T extends { trace?: string | undefined; format?: string | undefined }>(
  source: T,
  path: Path,
  folder: string,
  formats: readonly string[],
  report: Report,
): Promise<object | undefined> {
  const { trace, format } = source;
  if (trace === undefined) {
    report.add({
      code: "scenario/missing-key",
      message: `${nameOf(path)} needs "trace"`,
      path,
      hint: "the path of a trace",
    });
    return undefined;
  }
  if (format !== undefined && !formats.includes(format))
    report.add({
      code: "scenario/unknown-value",
      message: `"format" must be ${either(formats)}, not "${format}"`,
      path: [...path, "format"],
      hint: meant(format, formats) ?? "left out, the file shows it",
    });
  const file = resolvePath(folder, trace);
  if (trace !== "-" && !existsSync(file)) {
    const { problems } = await openProblem(file, trace, { code: "ENOENT" });
    for (const { at: _, ...problem } of problems) report.add({ ...problem, path: [...path, "trace"] });
  }
  return { strict: false, ...definite(source) };
}
