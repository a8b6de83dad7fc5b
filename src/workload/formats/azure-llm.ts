import type { RequestBatch } from "../batch.js";
import { Timestamps } from "../bytes/timestamp.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { Cells } from "./cells.js";
import { type ColumnSet, hasColumns } from "./columns.js";
import { CsvLine, splitHeader } from "./csv-line.js";
import type { RequestFormat, RequestInput, RowParser } from "./format.js";
import { RequestRow } from "./request-row.js";

const COLUMNS: ColumnSet = {
  known: ["timestamp", "contexttokens", "generatedtokens"],
  required: ["timestamp", "contexttokens", "generatedtokens"],
};

const BLAMED: Record<string, string> = {
  arrival: "timestamp",
  input_tokens: "contexttokens",
  output_tokens: "generatedtokens",
};

/** Azure's LLM inference traces (2023 and 2024): wall-clock arrival, context tokens, generated tokens. */
export const azureLlm: RequestFormat = {
  summary: "Azure LLM inference trace, CSV (requests)",
  extensions: [],
  looksLike: (line) => hasColumns(COLUMNS, splitHeader(line)),
  parser: (input) => new AzureLlmParser(input),
};

class AzureLlmParser implements RowParser<RequestBatch> {
  readonly #input: RequestInput;
  readonly #line: CsvLine;
  readonly #cells = new Cells();
  readonly #timestamps = new Timestamps();
  readonly #row = new RequestRow();
  #time = 0;
  #context = 0;
  #generated = 0;

  constructor(input: RequestInput) {
    this.#input = input;
    // Later editions may add columns.
    this.#line = new CsvLine(input.tally, COLUMNS, ["*"], (columns) => {
      this.#time = columns.get("timestamp")!;
      this.#context = columns.get("contexttokens")!;
      this.#generated = columns.get("generatedtokens")!;
    });
  }

  line(bytes: Buffer, start: number, end: number, batch: RequestBatch): Line {
    const line = this.#line;
    const other = line.read(bytes, start, end);
    if (other !== undefined) return other;
    const { starts, ends } = line.fields;
    const row = this.#row;
    row.arrival = this.#timestamps.read(bytes, starts[this.#time]!, ends[this.#time]!);
    if (Number.isNaN(row.arrival)) return line.drop(Reason.notTime, this.#time);
    row.inputTokens = this.#cells.whole(bytes, starts[this.#context]!, ends[this.#context]!);
    if (Number.isNaN(row.inputTokens)) return line.drop(Reason.notCount, this.#context);
    row.outputTokens = this.#cells.whole(bytes, starts[this.#generated]!, ends[this.#generated]!);
    if (Number.isNaN(row.outputTokens)) return line.drop(Reason.notCount, this.#generated);
    row.id = this.#input.tally.rows + 1;
    const reason = row.write(batch);
    return reason === undefined ? Line.Row : line.drop(reason, line.field(BLAMED[row.blame]!)!);
  }
}
