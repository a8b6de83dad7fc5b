import { SECOND } from "../../core/units.js";
import type { RequestBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import { Line } from "../tally.js";
import { JsonCells } from "./cells.js";
import type { ColumnSet } from "./columns.js";
import type { RequestFormat, RequestInput, RowParser } from "./format.js";
import { readLengths } from "./json-lengths.js";
import { JsonLine, parseObject } from "./json-line.js";
import { COMPONENTS, readComponents } from "./ragpulse-components.js";
import { RequestRow } from "./request-row.js";

const COLUMNS: ColumnSet = {
  known: ["timestamp", "input_length", "output_length", "hash_ids", "session_id"],
  required: ["timestamp", "input_length", "output_length", "hash_ids"],
};

/** The trace is of consecutive weeks, each counted from 0: a clock that falls by more than half of one begins the next. */
const WEEK = 7 * 86_400 * SECOND;

/**
 * RAGPulse: prompts put together from a system prompt, passages, history, web search and the user's input, each named by
 * the ids of its pieces. A piece is found again only behind the same pieces; the template's tokens are nobody's.
 */
export const ragpulse: RequestFormat = {
  summary: "RAGPulse trace, JSON Lines with ids by component (requests)",
  extensions: [],
  looksLike: (line) => {
    const ids = parseObject(line)?.hash_ids;
    return typeof ids === "object" && ids !== null && "sys_prompt" in ids;
  },
  parser: (input) => new RagPulseParser(input),
};

class RagPulseParser implements RowParser<RequestBatch> {
  readonly #line: JsonLine;
  readonly #cells = new JsonCells();
  readonly #row = new RequestRow();
  readonly #input: RequestInput;
  readonly sideHashes: readonly string[];
  readonly #lengths: ReadonlyMap<number, number>;
  /** By piece and what stands before it: the number of the whole, and by that number its first address. */
  readonly #children = new Map<string, number>();
  readonly #first: number[] = [-1];
  #weeks = 0;
  #last = 0;

  constructor(input: RequestInput) {
    this.#input = input;
    this.#line = new JsonLine(input.tally, COLUMNS, ["*"]);
    const { lengths, hashes } = readComponents(input);
    this.#lengths = lengths;
    this.sideHashes = hashes;
    input.origin.content = true;
  }

  line(bytes: Buffer, start: number, end: number, batch: RequestBatch): Line {
    const line = this.#line;
    const json = line.read(bytes, start, end);
    if (json === undefined) return line.drop(Reason.notJson);
    const row = this.#row;
    const time = this.#cells.time(json.timestamp);
    if (Number.isNaN(time)) return line.drop(Reason.notTime, "timestamp");
    row.arrival = time;
    row.id = this.#input.tally.rows + 1;
    const dropped = readLengths(row, json, this.#cells, line);
    if (dropped !== undefined) return dropped;
    const reason = this.#readComponents(json.hash_ids);
    if (reason !== undefined) return line.drop(reason, "hash_ids");
    if (this.#last - time > WEEK / 2) this.#weeks++;
    this.#last = time;
    row.arrival = time + this.#weeks * WEEK;
    row.write(batch);
    return Line.Row;
  }

  #readComponents(components: unknown): string | undefined {
    const { runs, inputTokens } = this.#row;
    runs.clear();
    if (typeof components !== "object" || components === null) return Reason.notHashes;
    let before = 0;
    for (const name of COMPONENTS) {
      const ids = (components as Record<string, unknown>)[name] ?? [];
      if (!Array.isArray(ids)) return Reason.notHashes;
      for (const id of ids as unknown[]) {
        if (typeof id !== "number") return Reason.notHashes;
        const tokens = this.#lengths.get(id);
        if (tokens === undefined) return Reason.unknownComponent;
        if (runs.total + tokens > inputTokens) return Reason.hashCount;
        if (tokens === 0) continue;
        before = this.#child(before, id, tokens);
        runs.add(this.#first[before]!, tokens);
      }
    }
    return undefined;
  }

  /** The number of a piece behind everything before it. */
  #child(before: number, id: number, tokens: number): number {
    const key = `${before} ${id}`;
    let child = this.#children.get(key);
    if (child === undefined) {
      child = this.#first.push(this.#input.addresses.allocate(tokens)) - 1;
      this.#children.set(key, child);
    }
    return child;
  }
}
