import type { RequestBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { Cells, idCell, MISSING } from "./cells.js";
import { hasColumns } from "./columns.js";
import { CsvLine, splitHeader } from "./csv-line.js";
import type { RequestFormat, RequestInput, RowParser } from "./format.js";
import { NameColumn } from "./name-column.js";
import { RequestContent } from "./request-content.js";
import { REQUEST_COLUMNS, RequestRow } from "./request-row.js";

/** Our own CSV of requests: a header names the columns, in any order; Vidur's column names are understood too. */
export const requestCsv: RequestFormat = {
  summary: "our own CSV of requests, columns by name (Vidur's names too)",
  extensions: [],
  looksLike: (line) => hasColumns(REQUEST_COLUMNS, splitHeader(line)),
  parser: (input) => new RequestCsvParser(input),
};

class RequestCsvParser implements RowParser<RequestBatch> {
  readonly #input: RequestInput;
  readonly #line: CsvLine;
  readonly #cells = new Cells();
  readonly #row = new RequestRow();
  #id = -1;
  #arrival = -1;
  #inputTokens = -1;
  #outputTokens = -1;
  #priority = -1;
  #ttftSlo = -1;
  #e2eSlo = -1;
  #tenant: NameColumn;
  readonly #content: RequestContent;
  #hasContent = false;
  #session: NameColumn;
  #prefix: NameColumn;
  #prefixTokens = -1;
  #runs = -1;

  constructor(input: RequestInput) {
    this.#input = input;
    this.#line = new CsvLine(input.tally, REQUEST_COLUMNS, input.options.ignore, (columns) =>
      this.#header(columns),
    );
    this.#content = new RequestContent(input);
    this.#tenant = new NameColumn(input.names.tenants, -1);
    this.#session = new NameColumn(this.#content.sessions, -1);
    this.#prefix = new NameColumn(this.#content.prefixes, -1);
  }

  line(bytes: Buffer, start: number, end: number, batch: RequestBatch): Line {
    const { tally, names } = this.#input;
    const line = this.#line;
    const other = line.read(bytes, start, end);
    if (other !== undefined) return other;
    const { fields } = line;
    const { starts, ends } = fields;
    const row = this.#row;
    row.arrival = this.#cells.time(bytes, starts[this.#arrival]!, ends[this.#arrival]!);
    if (Number.isNaN(row.arrival)) return line.drop(Reason.notTime, this.#arrival);
    row.inputTokens = this.#cells.whole(bytes, starts[this.#inputTokens]!, ends[this.#inputTokens]!);
    if (Number.isNaN(row.inputTokens)) return line.drop(Reason.notCount, this.#inputTokens);
    row.outputTokens = this.#cells.whole(bytes, starts[this.#outputTokens]!, ends[this.#outputTokens]!);
    if (Number.isNaN(row.outputTokens)) return line.drop(Reason.notCount, this.#outputTokens);
    row.id = idCell(names.ids, fields, this.#id, tally.rows + 1);
    row.tenant = this.#tenant.read(fields);
    const reason = this.#readUrgency(bytes) ?? this.#readContent(bytes) ?? row.write(batch);
    return reason === undefined ? Line.Row : line.drop(reason, line.field(row.blame)!);
  }

  /** Of a column that the file does not have, the row keeps what it began with. */
  #readUrgency(bytes: Buffer): string | undefined {
    const { starts, ends } = this.#line.fields;
    const row = this.#row;
    const is = (field: number) => field >= 0 && starts[field]! < ends[field]!;
    const priority = this.#priority;
    row.priority = is(priority) ? this.#cells.whole(bytes, starts[priority]!, ends[priority]!) : 0;
    row.blame = "priority";
    if (Number.isNaN(row.priority)) return Reason.notNumber;
    const target = (field: number) =>
      is(field) ? this.#cells.time(bytes, starts[field]!, ends[field]!) : Number.POSITIVE_INFINITY;
    row.ttftSlo = target(this.#ttftSlo);
    row.blame = "ttft_slo";
    if (Number.isNaN(row.ttftSlo)) return Reason.notTime;
    row.e2eSlo = target(this.#e2eSlo);
    row.blame = "e2e_slo";
    return Number.isNaN(row.e2eSlo) ? Reason.notTime : undefined;
  }

  /** Columns of content are rare: a file without them pays nothing. */
  #readContent(bytes: Buffer): string | undefined {
    if (!this.#hasContent) return undefined;
    const { starts, ends } = this.#line.fields;
    const content = this.#content;
    const row = this.#row;
    row.runs.clear();
    const reason = row.check();
    if (reason !== undefined) return reason;
    content.session = this.#session.read(this.#line.fields);
    content.prefix = this.#prefix.read(this.#line.fields);
    row.blame = "prefix_tokens";
    const tokens = this.#prefixTokens;
    content.prefixTokens = tokens < 0 ? MISSING : this.#cells.whole(bytes, starts[tokens]!, ends[tokens]!);
    if (Number.isNaN(content.prefixTokens)) return Reason.notCount;
    content.content = this.#runs < 0 ? "" : this.#line.fields.text(this.#runs);
    return content.apply(row);
  }

  #header(columns: ReadonlyMap<string, number>): void {
    this.#id = columns.get("id") ?? -1;
    this.#arrival = columns.get("arrival")!;
    this.#inputTokens = columns.get("input_tokens")!;
    this.#outputTokens = columns.get("output_tokens")!;
    this.#priority = columns.get("priority") ?? -1;
    this.#ttftSlo = columns.get("ttft_slo") ?? -1;
    this.#e2eSlo = columns.get("e2e_slo") ?? -1;
    this.#tenant = new NameColumn(this.#input.names.tenants, columns.get("tenant") ?? -1);
    if (["priority", "ttft_slo", "e2e_slo"].some((name) => columns.has(name)))
      this.#input.origin.urgency = true;
    const { sessions, prefixes } = this.#content;
    this.#session = new NameColumn(sessions, columns.get("session") ?? -1);
    this.#prefix = new NameColumn(prefixes, columns.get("prefix") ?? -1);
    this.#prefixTokens = columns.get("prefix_tokens") ?? -1;
    this.#runs = columns.get("content") ?? -1;
    this.#hasContent = ["session", "prefix", "prefix_tokens", "content"].some((name) => columns.has(name));
  }
}
