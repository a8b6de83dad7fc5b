import type { Names } from "../../core/names.js";
import type { JobBatch } from "../batch.js";
import type { JobContext, TraceOrigin } from "../stream.js";
import { widthOf } from "../width.js";
import { type RowWriter, seconds } from "./writer.js";

/** Names that are not numbers are numbered from here on, where no log's own numbers are. */
const NAMED = 1_000_000;
const WIDTHS = [6, 9, 8, 8, 5, 3, 3, 5, 8, 3, 3, 4, 4, 3, 3, 3, 3, 3];

/**
 * Standard Workload Format. It holds less than a row does: a job becomes a number of processors (its GPUs, else its
 * whole nodes, else its CPUs), and names become numbers. A job that was taken back while it waited is written with
 * status 5 and its estimate; the run time that it would have had is not.
 */
export class SwfWriter implements RowWriter<JobBatch> {
  readonly #context: JobContext;
  #count = 0;

  constructor(context: JobContext) {
    this.#context = context;
  }

  header(origin: TraceOrigin): string {
    const lines = ["; Version: 2.2"];
    if (origin.epoch !== undefined) lines.push(`; UnixStartTime: ${origin.epoch}`);
    if (origin.timeZone !== undefined) lines.push(`; TimeZoneString: ${origin.timeZone}`);
    if (origin.machineSize !== undefined) lines.push(`; MaxProcs: ${origin.machineSize}`);
    return `${lines.join("\n")}\n;\n`;
  }

  row(batch: JobBatch, i: number): string {
    const { names, shapes } = this.#context;
    const shape = shapes.get(batch.shape[i]!);
    const processors = widthOf(shape);
    const submit = batch.submit[i]!;
    const cancelled = batch.cancel[i]! !== Number.POSITIVE_INFINITY;
    const start = batch.recordedStart[i]!;
    this.#count++;
    const wait = cancelled ? batch.cancel[i]! - submit : start - submit;
    return [
      batch.id[i]! < 0 ? this.#count : batch.id[i]!,
      seconds(submit),
      cancelled || start >= 0 ? seconds(wait) : -1,
      cancelled ? -1 : seconds(batch.run[i]!),
      cancelled ? -1 : processors,
      -1,
      -1,
      processors,
      batch.estimate[i]! === Number.POSITIVE_INFINITY ? -1 : seconds(batch.estimate[i]!),
      -1,
      cancelled ? 5 : 1,
      number(names.users, batch.user[i]!),
      number(names.accounts, batch.account[i]!),
      -1,
      number(names.queues, batch.queue[i]!),
      -1,
      -1,
      -1,
    ]
      .map((value, field) => String(value).padStart(WIDTHS[field]!))
      .join(" ");
  }
}

function number(names: Names, id: number): number {
  if (id < 0) return -1;
  const value = Number(names.name(id));
  return Number.isSafeInteger(value) && value >= 0 && names.name(id) !== "" ? value : NAMED + id;
}
