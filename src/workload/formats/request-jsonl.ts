import type { RequestBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { internId, internName, JsonCells } from "./cells.js";
import { hasColumns } from "./columns.js";
import type { RequestFormat, RequestInput, RowParser } from "./format.js";
import { JsonLine, type JsonRow, jsonName, parseObject } from "./json-line.js";
import { RequestContent } from "./request-content.js";
import { REQUEST_COLUMNS, RequestRow } from "./request-row.js";

/** Our own JSON Lines of requests: one object a line, keys as the CSV's columns. */
export const requestJsonl: RequestFormat = {
  summary: "our own JSON Lines of requests",
  extensions: [],
  looksLike: (line) => hasColumns(REQUEST_COLUMNS, Object.keys(parseObject(line) ?? {})),
  parser: (input) => new RequestJsonlParser(input),
};

class RequestJsonlParser implements RowParser<RequestBatch> {
  readonly #input: RequestInput;
  readonly #line: JsonLine;
  readonly #cells = new JsonCells();
  readonly #row = new RequestRow();
  readonly #content: RequestContent;

  constructor(input: RequestInput) {
    this.#input = input;
    this.#content = new RequestContent(input);
    this.#line = new JsonLine(input.tally, REQUEST_COLUMNS, input.options.ignore);
  }

  line(bytes: Buffer, start: number, end: number, batch: RequestBatch): Line {
    const line = this.#line;
    const { tally, names } = this.#input;
    const json = line.read(bytes, start, end);
    if (json === undefined) return line.drop(Reason.notJson);
    const row = this.#row;
    row.arrival = this.#cells.time(json.arrival);
    if (Number.isNaN(row.arrival)) return line.drop(Reason.notTime, "arrival");
    row.inputTokens = this.#cells.whole(json.input_tokens);
    if (Number.isNaN(row.inputTokens)) return line.drop(Reason.notCount, "input_tokens");
    row.outputTokens = this.#cells.whole(json.output_tokens);
    if (Number.isNaN(row.outputTokens)) return line.drop(Reason.notCount, "output_tokens");
    const id = jsonName(json.id);
    const tenant = jsonName(json.tenant);
    if (id === undefined) return line.drop(Reason.notText, "id");
    if (tenant === undefined) return line.drop(Reason.notText, "tenant");
    row.id = internId(names.ids, id, tally.rows + 1);
    row.tenant = internName(names.tenants, tenant);
    const reason = this.#readUrgency(json) ?? this.#readContent(json) ?? row.write(batch);
    return reason === undefined ? Line.Row : line.drop(reason, row.blame);
  }

  #readUrgency(json: JsonRow): string | undefined {
    const row = this.#row;
    const is = (value: unknown) => value !== undefined && value !== null && value !== "";
    row.priority = is(json.priority) ? this.#cells.whole(json.priority) : 0;
    row.blame = "priority";
    if (Number.isNaN(row.priority)) return Reason.notNumber;
    const target = (value: unknown) => (is(value) ? this.#cells.time(value) : Number.POSITIVE_INFINITY);
    row.ttftSlo = target(json.ttft_slo);
    row.blame = "ttft_slo";
    if (Number.isNaN(row.ttftSlo)) return Reason.notTime;
    row.e2eSlo = target(json.e2e_slo);
    row.blame = "e2e_slo";
    if (Number.isNaN(row.e2eSlo)) return Reason.notTime;
    if (row.priority !== 0 || row.ttftSlo < Number.POSITIVE_INFINITY || row.e2eSlo < Number.POSITIVE_INFINITY)
      this.#input.origin.urgency = true;
    return undefined;
  }

  #readContent(json: JsonRow): string | undefined {
    const row = this.#row;
    const content = this.#content;
    row.runs.clear();
    const reason = row.check();
    if (reason !== undefined) return reason;
    const session = jsonName(json.session);
    row.blame = "session";
    if (session === undefined) return Reason.notText;
    const prefix = jsonName(json.prefix);
    row.blame = "prefix";
    if (prefix === undefined) return Reason.notText;
    const runs = jsonName(json.content);
    row.blame = "content";
    if (runs === undefined) return Reason.notContent;
    content.session = internName(content.sessions, session);
    content.prefix = internName(content.prefixes, prefix);
    content.content = runs;
    content.prefixTokens = this.#cells.whole(json.prefix_tokens);
    row.blame = "prefix_tokens";
    if (Number.isNaN(content.prefixTokens)) return Reason.notCount;
    return content.apply(row);
  }
}
