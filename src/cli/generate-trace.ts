import { closeSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { newJobNames } from "../cluster/jobs.js";
import { InputError } from "../core/errors.js";
import { Names } from "../core/names.js";
import { createRandom } from "../core/random.js";
import { closest } from "../core/suggest.js";
import { Shapes } from "../fleet/shape.js";
import { loadRecipe } from "../scenario/load-recipe.js";
import { generateJobs, generateRequests } from "../workload/generate/index.js";
import { jobWriters } from "../workload/write/jobs.js";
import { requestWriters } from "../workload/write/requests.js";
import { writeRows } from "../workload/write/writer.js";
import type { GenerateOptions } from "./commands/trace.js";
import { readInput } from "./input.js";
import type { Terminal } from "./terminal.js";
import { unwritable } from "./write-whole.js";

/** Writes the trace that a recipe describes. */
export async function generateTrace(
  path: string,
  options: GenerateOptions,
  terminal: Terminal,
): Promise<void> {
  const recipe = await loadRecipe(await readInput(path, terminal));
  const random = createRandom(options.seed ?? recipe.seed);
  let pieces: AsyncGenerator<string>;
  if ("jobs" in recipe) {
    const context = { names: newJobNames(() => new Names()), shapes: new Shapes() };
    const writer = choose(jobWriters, options)(context);
    pieces = writeRows(writer, (await generateJobs(recipe.jobs, { name: "jobs", random, context })).open());
  } else {
    const names = { ids: new Names(), tenants: new Names() };
    const writer = choose(requestWriters, options)(names);
    pieces = writeRows(
      writer,
      (await generateRequests(recipe.requests, { name: "requests", random, names })).open(),
    );
  }
  if (options.out === undefined || options.out === "-") for await (const piece of pieces) terminal.out(piece);
  else await writeWhole(options.out, pieces);
}

/** The writer of the format asked for, or of the one that the file's name shows. */
function choose<W>(writers: Readonly<Record<string, W>>, { format, out }: GenerateOptions): W {
  const names = Object.keys(writers);
  const ending = out?.replace(/\.gz$/, "").split(".").at(-1);
  const name = format ?? names.find((one) => one === ending) ?? "csv";
  const writer = Object.hasOwn(writers, name) ? writers[name] : undefined;
  if (writer !== undefined) return writer;
  const near = closest(name, names);
  throw new InputError({
    code: "usage/unknown-format",
    message: `such a trace cannot be written as "${name}"`,
    hint: near === undefined ? `formats: ${names.join(", ")}` : `did you mean "${near}"?`,
  });
}

/** The file appears when it is complete. */
async function writeWhole(file: string, pieces: AsyncGenerator<string>): Promise<void> {
  const partial = `${file}.partial`;
  const packed = file.endsWith(".gz");
  const chunks: string[] = [];
  try {
    const out = openSync(partial, "w");
    try {
      for await (const piece of pieces)
        if (packed) chunks.push(piece);
        else writeFileSync(out, piece);
      if (packed) writeFileSync(out, gzipSync(chunks.join("")));
    } finally {
      closeSync(out);
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw unwritable(file, error);
  }
}
