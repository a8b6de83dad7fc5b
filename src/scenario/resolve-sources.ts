import { existsSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { openProblem } from "../workload/bytes/missing.js";
import { jobFormats, requestFormats } from "../workload/formats/index.js";
import type { Path } from "./positions.js";
import { either, meant, nameOf } from "./problems.js";
import type { Report } from "./report.js";
import { type RecipeSetting, resolveJobRecipe, resolveRequestRecipe } from "./resolve-recipe.js";
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
  setting: RecipeSetting,
  report: Report,
): Promise<JobSource[]> {
  const sources: JobSource[] = [];
  for (const [{ overrun = "kill", generate, ...trace }, path] of listed(parsed, ["jobs"])) {
    if (!checkKind(trace, generate, path, report)) continue;
    if (generate !== undefined) {
      const recipe = resolveJobRecipe(generate, [...path, "generate"], setting, report);
      sources.push({ generate: recipe, overrun });
    } else {
      await checkTrace(trace, path, folder, Object.keys(jobFormats), report);
      const given = denser(definite(trace), setting.load);
      sources.push({ strict: false, ...given, trace: trace.trace!, overrun });
    }
  }
  return sources;
}

export async function resolveRequests(
  parsed: ParsedRequestSource | readonly ParsedRequestSource[],
  path: Path,
  folder: string,
  setting: RecipeSetting,
  report: Report,
): Promise<RequestSource[]> {
  const sources: RequestSource[] = [];
  for (const [{ generate, ...trace }, at] of listed(parsed, path)) {
    if (!checkKind(trace, generate, at, report)) continue;
    if (generate !== undefined)
      sources.push({ generate: resolveRequestRecipe(generate, [...at, "generate"], setting, report) });
    else {
      await checkTrace(trace, at, folder, Object.keys(requestFormats), report);
      const given = denser(definite(trace), setting.load);
      sources.push({ strict: false, ...given, trace: trace.trace! });
    }
  }
  return sources;
}

/** The scenario's load is one more speedup of a trace. */
function denser<T extends { speedup?: number }>(trace: T, load: number): T {
  return load === 1 ? trace : { ...trace, speedup: (trace.speedup ?? 1) * load };
}

/** A source is either a trace or a recipe, and the keys for traces go with a trace. */
function checkKind(
  trace: { trace?: string | undefined },
  generate: unknown,
  path: Path,
  report: Report,
): boolean {
  const given = Object.keys(definite(trace));
  if (generate === undefined) {
    if (trace.trace !== undefined) return true;
    report.add({
      code: "scenario/missing-key",
      message: `${nameOf(path)} needs "trace" or "generate"`,
      path,
      hint: "the path of a trace, or a recipe",
    });
    return false;
  }
  for (const key of given)
    report.add({
      code: "scenario/contradiction",
      message:
        key === "trace"
          ? `${nameOf(path)} has a trace and a recipe`
          : `"${key}" is for traces, not for a recipe`,
      path: [...path, key],
      hint: key === "trace" ? "a list may hold both" : "take it out",
    });
  return given.length === 0;
}

/** A trace must be there, and of a format that there is. */
async function checkTrace(
  { trace = "", format }: { trace?: string | undefined; format?: string | undefined },
  path: Path,
  folder: string,
  formats: readonly string[],
  report: Report,
): Promise<void> {
  if (format !== undefined && !formats.includes(format))
    report.add({
      code: "scenario/unknown-value",
      message: `"format" must be ${either(formats)}, not "${format}"`,
      path: [...path, "format"],
      hint: meant(format, formats) ?? "left out, the file shows it",
    });
  const file = resolvePath(folder, trace);
  if (trace === "-" || existsSync(file)) return;
  const { problems } = await openProblem(file, trace, { code: "ENOENT" });
  for (const { at: _, ...problem } of problems) report.add({ ...problem, path: [...path, "trace"] });
}
