import type { RequestBatch } from "../batch.js";
import { Fields } from "../bytes/fields.js";
import { Timestamps } from "../bytes/timestamp.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { Cells } from "./cells.js";
import { type ColumnSet, hasColumns, locateColumns } from "./columns.js";
import type { RequestFormat, RequestInput, RowParser } from "./format.js";
import { splitHeader } from "./job-csv.js";
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
  readonly #fields = new Fields();
  readonly #cells = new Cells();
  readonly #timestamps = new Timestamps();
  readonly #row = new RequestRow();
  #columns: Map<string, number> | undefined;
  #width = 0;
  #time = 0;
  #context = 0;
  #generated = 0;

  constructor(input: RequestInput) {
    this.#input = input;
  }

  line(bytes: Buffer, start: number, end: number, batch: RequestBatch): Line {
    const { tally } = this.#input;
    const fields = this.#fields;
    const whole = fields.split(bytes, start, end);
    if (this.#columns === undefined) {
      this.#header(bytes, start, end);
      return Line.Nothing;
    }
    if (!whole) return tally.drop(Reason.openQuote, start, end);
    const { starts, ends } = fields;
    if (fields.count === 1 && starts[0] === ends[0]) return Line.Nothing;
    if (fields.count !== this.#width) return tally.drop(Reason.wrongFields, start, end);
    const row = this.#row;
    row.arrival = this.#timestamps.read(bytes, starts[this.#time]!, ends[this.#time]!);
    if (Number.isNaN(row.arrival)) return this.#drop(Reason.notTime, this.#time);
    row.inputTokens = this.#cells.whole(bytes, starts[this.#context]!, ends[this.#context]!);
    if (Number.isNaN(row.inputTokens)) return this.#drop(Reason.notCount, this.#context);
    row.outputTokens = this.#cells.whole(bytes, starts[this.#generated]!, ends[this.#generated]!);
    if (Number.isNaN(row.outputTokens)) return this.#drop(Reason.notCount, this.#generated);
    row.id = tally.rows + 1;
    const reason = row.write(batch);
    return reason === undefined ? Line.Row : this.#drop(reason, this.#columns.get(BLAMED[row.blame]!)!);
  }

  /** Later editions may add columns: those are passed over. */
  #header(bytes: Buffer, start: number, end: number): void {
    const { tally } = this.#input;
    const fields = this.#fields;
    const names = Array.from({ length: fields.count }, (_, i) => fields.text(i));
    const others = names.filter((name) => !COLUMNS.known.includes(name.toLowerCase()));
    const columns = locateColumns(COLUMNS, names, others, (field) =>
      tally.at(bytes, start, end, fields.starts[field]!, fields.ends[field]!),
    );
    this.#columns = columns;
    this.#width = fields.count;
    this.#time = columns.get("timestamp")!;
    this.#context = columns.get("contexttokens")!;
    this.#generated = columns.get("generatedtokens")!;
  }

  #drop(reason: string, field: number): Line {
    return this.#input.tally.drop(reason, this.#fields.starts[field]!, this.#fields.ends[field]!);
  }
}
