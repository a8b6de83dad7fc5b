import { Reason } from "../reasons.js";
import type { Line } from "../tally.js";
import type { JsonCells } from "./cells.js";
import type { JsonLine, JsonRow } from "./json-line.js";
import type { RequestRow } from "./request-row.js";

/** What the traces with hash ids call our columns. */
const BLAMED: Record<string, string> = {
  arrival: "timestamp",
  input_tokens: "input_length",
  output_tokens: "output_length",
};

/**
 * Reads `input_length` and `output_length` into a row that has its arrival and id, and checks it. Undefined when it is
 * right, else the line is dropped.
 */
export function readLengths(
  row: RequestRow,
  json: JsonRow,
  cells: JsonCells,
  line: JsonLine,
): Line | undefined {
  row.inputTokens = cells.whole(json.input_length);
  if (Number.isNaN(row.inputTokens)) return line.drop(Reason.notCount, "input_length");
  row.outputTokens = cells.whole(json.output_length);
  if (Number.isNaN(row.outputTokens)) return line.drop(Reason.notCount, "output_length");
  const wrong = row.check();
  return wrong === undefined ? undefined : line.drop(wrong, BLAMED[row.blame]);
}
