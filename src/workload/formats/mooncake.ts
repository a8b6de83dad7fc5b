import type { RequestBatch } from "../batch.js";
import { ADDRESSES_PER_SOURCE } from "../content.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { JsonCells } from "./cells.js";
import type { ColumnSet } from "./columns.js";
import type { RequestFormat, RequestInput, RowParser } from "./format.js";
import { readLengths } from "./json-lengths.js";
import { JsonLine, parseObject } from "./json-line.js";
import { RequestRow } from "./request-row.js";

const COLUMNS: ColumnSet = {
  known: ["timestamp", "input_length", "output_length", "hash_ids"],
  required: ["timestamp", "input_length", "output_length", "hash_ids"],
};

/**
 * Mooncake's traces (FAST '25): times in ms, and for each block of the prompt a hash id that stands for it and all before
 * it. The last block is cut where the prompt ends; the answer has no ids.
 */
export const mooncake: RequestFormat = {
  summary: "Mooncake trace, JSON Lines with chained hash ids (requests)",
  extensions: [],
  looksLike: (line) => {
    const object = parseObject(line);
    return object !== undefined && "input_length" in object && Array.isArray(object.hash_ids);
  },
  parser: (input) => new MooncakeParser(input),
};

class MooncakeParser implements RowParser<RequestBatch> {
  readonly #line: JsonLine;
  readonly #cells = new JsonCells();
  readonly #row = new RequestRow();
  readonly #input: RequestInput;
  readonly #blockSize: number;
  readonly #mostIds: number;

  constructor(input: RequestInput) {
    this.#input = input;
    this.#line = new JsonLine(input.tally, COLUMNS, ["*"]);
    this.#blockSize = input.options.hashBlockSize;
    this.#mostIds = Math.floor(ADDRESSES_PER_SOURCE / this.#blockSize);
    input.origin.content = true;
  }

  line(bytes: Buffer, start: number, end: number, batch: RequestBatch): Line {
    const line = this.#line;
    const json = line.read(bytes, start, end);
    if (json === undefined) return line.drop(Reason.notJson);
    const row = this.#row;
    const milliseconds = json.timestamp;
    if (typeof milliseconds !== "number") return line.drop(Reason.notTime, "timestamp");
    row.arrival = Math.round(milliseconds * 1000);
    row.id = this.#input.tally.rows + 1;
    const dropped = readLengths(row, json, this.#cells, line);
    if (dropped !== undefined) return dropped;
    const reason = this.#readIds(json.hash_ids);
    if (reason !== undefined) return line.drop(reason, "hash_ids");
    row.write(batch);
    return Line.Row;
  }

  #readIds(ids: unknown): string | undefined {
    const { runs, inputTokens } = this.#row;
    const size = this.#blockSize;
    runs.clear();
    if (!Array.isArray(ids)) return Reason.notHashes;
    if (ids.length !== Math.ceil(inputTokens / size)) return Reason.hashCount;
    for (let i = 0; i < ids.length; i++) {
      const id: unknown = ids[i];
      if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= this.#mostIds)
        return Reason.notHashes;
      runs.add(this.#input.addresses.first + (id as number) * size, Math.min(size, inputTokens - i * size));
    }
    return undefined;
  }
}
