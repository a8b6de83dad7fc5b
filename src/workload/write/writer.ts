import type { Names } from "../../core/names.js";
import { SECOND } from "../../core/units.js";
import type { RowStream, TraceOrigin } from "../stream.js";

/** Turns rows back into the text of a trace format. */
export interface RowWriter<Batch> {
  /** What comes before the first row, with line ends; empty when the format has no header. */
  header(origin: TraceOrigin): string;
  /** One row without its line end. */
  row(batch: Batch, row: number, origin: TraceOrigin): string;
}

/** The text of a trace, in pieces of one batch each. The stream is closed at the end. */
export async function* writeRows<Batch extends { length: number }>(
  writer: RowWriter<Batch>,
  stream: RowStream<Batch>,
): AsyncGenerator<string> {
  try {
    yield writer.header(stream.origin);
    for (let batch = await stream.next(); batch; batch = await stream.next()) {
      let text = "";
      for (let i = 0; i < batch.length; i++) text += `${writer.row(batch, i, stream.origin)}\n`;
      yield text;
    }
  } finally {
    await stream.close();
  }
}

/** Whole microseconds as decimal seconds without a superfluous digit: `90`, `0.25`. Exact. */
export function seconds(micros: number): string {
  const whole = Math.floor(micros / SECOND);
  const rest = micros - whole * SECOND;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(6, "0").replace(/0+$/, "")}`;
}

/** A CSV cell, quoted when it has to be. */
export function csvCell(text: string): string {
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An id as text: the number, or the name behind a negative one. */
export function idText(ids: Names, id: number): string {
  return id < 0 ? ids.name(-1 - id) : String(id);
}

/** As `idText`, with numbers as numbers. */
export function idValue(ids: Names, id: number): string | number {
  return id < 0 ? ids.name(-1 - id) : id;
}
