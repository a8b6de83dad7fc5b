import type { Readable } from "node:stream";
import { newJobNames } from "../cluster/jobs.js";
import { sbatchReader } from "../cluster/slurm/request/reading.js";
import { InputError } from "../core/errors.js";
import { Names } from "../core/names.js";
import { Shapes } from "../fleet/shape.js";
import { ByteSource, type TraceFile } from "../workload/bytes/source.js";
import { sniffKind } from "../workload/formats/index.js";
import {
  inspectJobs,
  inspectRequests,
  type JobInspection,
  type RequestInspection,
} from "../workload/inspect.js";
import { readJobs, readRequests } from "../workload/read.js";
import type { InspectOptions } from "./commands/trace.js";
import { inspectionText } from "./inspection-text.js";
import type { Terminal } from "./terminal.js";

/** What is in a trace, as text or JSON. */
export async function inspectTrace(
  name: string,
  options: InspectOptions,
  terminal: Terminal,
): Promise<string> {
  const file: TraceFile =
    name === "-" ? { stream: terminal.world.stdin as Readable, name } : { path: name, name };
  const found = await inspect(file, options);
  return options.json ? `${JSON.stringify(found, null, 2)}\n` : inspectionText(found, terminal.width);
}

async function inspect(
  file: TraceFile,
  { kind, format, processor, strict = false }: InspectOptions,
): Promise<JobInspection | RequestInspection> {
  const reading = { strict, ...(format === undefined ? {} : { format }) };
  if ((kind ?? (await kindOf(file))) === "requests")
    return inspectRequests(await readRequests(file, { ids: new Names(), tenants: new Names() }, reading));
  const shapes = new Shapes();
  const context = { names: newJobNames(() => new Names()), shapes, submissions: sbatchReader() };
  return inspectJobs(await readJobs(file, context, { ...reading, processor }), shapes);
}

/** By the file's name and first line; standard input can be read only once. */
async function kindOf(file: TraceFile): Promise<"jobs" | "requests"> {
  let kind: "jobs" | "requests" | undefined;
  if ("path" in file) {
    const source = new ByteSource(file);
    try {
      const head = Buffer.from((await source.next()) ?? []).toString("utf8");
      kind = sniffKind(file.path, head.split(/\r?\n/).find((line) => line.trim() !== "") ?? "");
    } finally {
      await source.close();
    }
  }
  if (kind === undefined)
    throw new InputError({
      code: "usage/unknown-kind",
      message: `cannot tell whether ${file.name} holds jobs or requests`,
      hint: "say so: --kind jobs or --kind requests",
    });
  return kind;
}
