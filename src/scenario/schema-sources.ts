import * as z from "zod/mini";
import { count, durationOr, flag, number, oneOf, positiveDuration, text } from "./fields.js";
import { jobRecipe, requestRecipe } from "./schema-recipes.js";

/** The keys of work: trace files and recipes, for jobs and for requests. A key left out is the reader's default. */

const traceKeys = {
  trace: z.optional(text("Path of a trace, relative to the scenario; .gz is unpacked; - is standard input")),
  format: z.optional(text("Format of the trace. Default: by its name and first line")),
  order: z.optional(
    oneOf(
      ["sort_stable", "require_nondecreasing"],
      "Rows out of time order are sorted, or are an error. Default sort_stable",
    ),
  ),
  timeOrigin: z.optional(
    oneOf(
      ["auto", "first", "zero"],
      "What becomes time 0: the earliest row, or the trace's own 0. Default auto: the earliest row, of calendar times only",
    ),
  ),
  speedup: z.optional(
    number("Arrivals come so many times as densely; durations stay. Default 1", { above: 0 }),
  ),
  limit: z.optional(count("Only the first so many rows that can be used")),
  strict: z.optional(flag("A row that cannot be used is an error instead of being counted. Default false")),
  ignore: z.optional(
    z
      .array(text("Name of a column; * for any"))
      .check(
        z.meta({ description: "Columns of a CSV or JSON Lines trace that may be there and are not read" }),
      ),
  ),
};

const jobTraceKeys = {
  ...traceKeys,
  processor: z.optional(
    oneOf(["core", "gpu", "node"], "What a processor of an SWF trace stands for. Default core"),
  ),
  width: z.optional(
    oneOf(
      ["requested", "allocated"],
      "Which SWF field is a job's width; the other one stands in for it. Default requested",
    ),
  ),
  missingEstimate: z.optional(
    durationOr(
      ["run", "none"],
      "What a job without an estimate gets: its run time, none, or a duration. Default run",
    ),
  ),
  maxEstimate: z.optional(positiveDuration("Estimates above are cut to this. Default: none are")),
  maxRun: z.optional(positiveDuration("Run times above are cut to this. Default: none are")),
  overrun: z.optional(
    oneOf(
      ["kill", "tolerate"],
      "A job that runs longer than its estimate is killed at it, or runs on. Default kill",
    ),
  ),
};

export const jobSource = z.strictObject({ ...jobTraceKeys, generate: z.optional(jobRecipe) });
export const requestSource = z.strictObject({
  ...traceKeys,
  hashBlockSize: z.optional(
    count("Tokens of the block that each hash id of a mooncake trace stands for. Default 512"),
  ),
  generate: z.optional(requestRecipe),
});

export type ParsedJobSource = z.output<typeof jobSource>;
export type ParsedRequestSource = z.output<typeof requestSource>;
