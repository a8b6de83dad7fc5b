import { InputError } from "../../core/errors.js";
import type { Line, Tally } from "../tally.js";
import { type ColumnSet, columnName, isIgnored, unknownColumn } from "./columns.js";

export type JsonRow = Record<string, unknown>;

/** The object of a line under the format's own names; undefined when the line does not hold an object. */
export class JsonLine {
  readonly #tally: Tally;
  readonly #set: ColumnSet;
  readonly #ignore: readonly string[];
  /** The format's names of keys met so far; null for one that is ignored. */
  readonly #keys = new Map<string, string | null>();
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  constructor(tally: Tally, set: ColumnSet, ignore: readonly string[]) {
    this.#tally = tally;
    this.#set = set;
    this.#ignore = ignore;
  }

  /** @throws InputError on a key that the format does not have. */
  read(bytes: Buffer, start: number, end: number): JsonRow | undefined {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    const object = parseObject(bytes.toString("utf8", start, end));
    if (object === undefined) return undefined;
    const row: JsonRow = {};
    for (const key of Object.keys(object)) {
      let own = this.#keys.get(key);
      if (own === undefined) {
        own = this.#ownName(key);
        this.#keys.set(key, own);
      }
      if (own !== null) row[own] = object[key];
    }
    return row;
  }

  /** Drops the row because of a key's value; of the whole line when the key is not in it. */
  drop(reason: string, key?: string): Line {
    const [from, to] = key === undefined ? [this.#start, this.#end] : this.#find(key);
    return this.#tally.drop(reason, from, to);
  }

  #ownName(key: string): string | null {
    if (isIgnored(this.#set, this.#ignore, key)) return null;
    const own = columnName(this.#set, key);
    if (own !== undefined) return own;
    const [from, to] = this.#find(key);
    throw new InputError(
      unknownColumn(this.#set, key, this.#tally.at(this.#bytes, this.#start, this.#end, from, to)),
    );
  }

  /** The bytes of a key inside its quotes. */
  #find(key: string): [number, number] {
    const at = this.#bytes.indexOf(`"${key}"`, this.#start);
    if (at < 0 || at >= this.#end) return [this.#start, this.#end];
    return [at + 1, at + 1 + Buffer.byteLength(key)];
  }
}

export function parseObject(text: string): JsonRow | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonRow)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A name in JSON: text or a number; undefined when it is neither. */
export function jsonName(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}
