import * as z from "zod/mini";
import { InputError } from "../core/errors.js";
import type { JobRecipe, RequestRecipe } from "../workload/generate/recipe.js";
import { checkWith } from "./check.js";
import { count, text } from "./fields.js";
import { locateError } from "./locate.js";
import { openInput, type ScenarioInput } from "./open.js";
import { resolveJobRecipe, resolveRequestRecipe } from "./resolve-recipe.js";
import { jobRecipe, requestRecipe } from "./schema-recipes.js";

/** A file that describes a trace to be made. */
export const recipeSchema = z
  .strictObject({
    description: z.optional(text("What the trace is about, for people")),
    seed: z.prefault(text("Seed of all random draws", { type: ["integer", "string"] }), "1"),
    gpusPerNode: z.prefault(count("GPUs of a node: how many a node of a job's may have", 1, 31), 8),
    jobs: z.optional(jobRecipe),
    requests: z.optional(requestRecipe),
  })
  .check(z.meta({ title: "whowaits recipe", description: "A trace to be generated" }));

export type LoadedRecipe = { seed: string } & ({ jobs: JobRecipe } | { requests: RequestRecipe });

/**
 * Reads a recipe: `jobs:` or `requests:` with the keys that a scenario has under `generate:`.
 *
 * @throws InputError with everything that is wrong with it, located
 */
export async function loadRecipe(input: ScenarioInput): Promise<LoadedRecipe> {
  const { source } = await openInput(input);
  const { value, problems } = await checkWith(recipeSchema, source.data, async (parsed, report) => {
    const setting = {
      until: Number.POSITIVE_INFINITY,
      gpusPerNode: parsed.gpusPerNode,
      gpuTypes: [],
      load: 1,
    };
    const { seed, jobs, requests } = parsed;
    if (jobs !== undefined && requests === undefined)
      return { seed, jobs: resolveJobRecipe(jobs, ["jobs"], setting, report) };
    if (requests !== undefined && jobs === undefined)
      return { seed, requests: resolveRequestRecipe(requests, ["requests"], setting, report) };
    report.add({
      code: "scenario/no-work",
      message: "a recipe makes either jobs or requests",
      path: [],
      hint: "give it one of jobs: and requests:",
    });
    return undefined;
  });
  if (value === undefined) throw locateError(new InputError(problems), source);
  return value;
}
