import type { Names } from "../../core/names.js";
import type { Fields } from "../bytes/fields.js";
import { internName } from "./cells.js";

const SLOTS = 512;
const WIDTH = 24;

/**
 * A CSV column of names. Few names fill most cells, so the bytes of those met lately are kept with their numbers:
 * making text of every cell would cost more than reading the row. Direct-mapped.
 */
export class NameColumn {
  readonly #names: Names;
  readonly #keys = new Uint8Array(SLOTS * WIDTH);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #ids = new Int32Array(SLOTS);
  /** Field of the row; -1 when the file has no such column. */
  readonly #field: number;

  constructor(names: Names, field: number) {
    this.#names = names;
    this.#field = field;
  }

  /** The number of the row's name, as `internName` gives it; -1 for an empty cell. */
  read(fields: Fields): number {
    const field = this.#field;
    if (field < 0) return -1;
    const from = fields.starts[field]!;
    const length = fields.ends[field]! - from;
    if (length === 0) return -1;
    if (length > WIDTH) return internName(this.#names, fields.text(field));
    const { bytes } = fields;
    const keys = this.#keys;
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + bytes[from + i]!) | 0;
    const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1);
    const key = slot * WIDTH;
    let same = this.#lengths[slot] === length;
    for (let i = 0; same && i < length; i++) same = keys[key + i] === bytes[from + i];
    if (same) return this.#ids[slot]!;
    const id = internName(this.#names, fields.text(field));
    for (let i = 0; i < length; i++) keys[key + i] = bytes[from + i]!;
    this.#lengths[slot] = length;
    this.#ids[slot] = id;
    return id;
  }
}
