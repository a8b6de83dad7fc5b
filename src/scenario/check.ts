import type * as z from "zod/mini";
import type { Problem } from "../core/errors.js";
import type { Path } from "./positions.js";
import { type PathProblem, schemaProblems } from "./problems.js";
import { Report } from "./report.js";
import { sample, schemaAt, valueAt } from "./schema-walk.js";

/** A misspelt key that was taken for the one that it resembles. */
interface Rename {
  parent: Path;
  from: string;
  to: string;
}

const MOST_ROUNDS = 8;
/** Problems of a key that come from what its neighbours say. */
const ABOUT_OTHERS: ReadonlySet<string> = new Set([
  "scenario/missing-key",
  "scenario/no-work",
  "scenario/empty-window",
]);

/**
 * The value that data stand for by a schema, or everything that is wrong with them. One mistake must not hide the others:
 * wrong values are taken out, misspelt keys put right, and what is left is looked at again.
 *
 * @param resolve looks at data of the right form; what is wrong with them goes into the report
 */
export async function checkWith<S extends z.ZodMiniType, T>(
  schema: S,
  data: unknown,
  resolve: (parsed: z.output<S>, report: Report) => Promise<T>,
): Promise<{ value?: T; problems: readonly Problem[] }> {
  const problems: PathProblem[] = [];
  const renames: Rename[] = [];
  const rest = structuredClone(data);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) {
      const report = new Report();
      const value = await resolve(parsed.data, report);
      if (problems.length === 0 && report.problems.length === 0) return { value, problems };
      const own = report.problems
        .map((problem) => ({ ...problem, path: asWritten(problem.path ?? [], renames) }))
        .filter((problem) => !problems.some((earlier) => follows(problem, earlier)));
      return { problems: [...problems, ...own] };
    }
    const found = schemaProblems(parsed.error.issues, schema, rest);
    const misspelt = found.filter(({ meant }) => meant !== undefined);
    const real = found.filter((problem) => !misspelt.some((other) => supplies(other, problem)));
    problems.push(...real.map((problem) => ({ ...problem, path: asWritten(problem.path, renames) })));
    // Deepest first, so that no path changes under those still to come.
    const order = [...real].sort((a, b) => b.path.length - a.path.length);
    if (!order.every((problem) => repair(rest, problem, schema, renames))) break;
  }
  return { problems };
}

/** Whether a misspelt key stands for a missing one. */
function supplies(misspelt: PathProblem, missing: PathProblem): boolean {
  return (
    misspelt.meant === missing.missing &&
    misspelt.path.length === missing.path.length + 1 &&
    isPrefix(missing.path, misspelt.path)
  );
}

/** Puts the data right in one place, so that the rest can be looked at; false when that cannot be. */
function repair(
  data: unknown,
  { code, path, meant, missing }: PathProblem,
  schema: z.ZodMiniType,
  renames: Rename[],
): boolean {
  const at = missing === undefined ? path : [...path, missing];
  const parent = at.slice(0, -1);
  const key = at.at(-1);
  const holder = valueAt(data, parent);
  if (key === undefined || typeof holder !== "object" || holder === null) return false;
  const values = holder as Record<string | number, unknown>;
  if (code === "scenario/unknown-key") {
    if (meant !== undefined && !Object.hasOwn(values, meant)) {
      values[meant] = values[key];
      renames.push({ parent, from: String(key), to: meant });
    }
    delete values[key];
    return true;
  }
  const place = schemaAt(schema, at, data);
  if (typeof key === "string" && place?._zod.optin === "optional") delete values[key];
  else {
    const standIn = sample(place);
    if (standIn === undefined) return false;
    values[key] = standIn;
  }
  return true;
}

/** A path of the repaired data as the user wrote it. */
function asWritten(path: Path, renames: readonly Rename[]): Path {
  const written = [...path];
  for (const { parent, from, to } of renames)
    if (isPrefix([...parent, to], path)) written[parent.length] = from;
  return written;
}

/** Whether a later problem may only be there because of what an earlier one took out. */
function follows(later: { path: Path; code: string }, earlier: PathProblem): boolean {
  if (earlier.meant !== undefined) return false;
  if (isPrefix(later.path, earlier.path) || isPrefix(earlier.path, later.path)) return true;
  const siblings =
    earlier.path.length === later.path.length && isPrefix(earlier.path.slice(0, -1), later.path);
  return siblings && ABOUT_OTHERS.has(later.code);
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, i) => key === path[i]);
}
