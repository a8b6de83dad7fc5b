import type { RequestTable } from "../request-table.js";
import type { BlockPool } from "./block-pool.js";

/** The block table: which physical blocks each request holds, in the order of its tokens. */
export class BlockRows {
  readonly #rows: Int32Array[] = [];
  readonly #free: number[] = [];

  constructor(
    readonly requests: RequestTable,
    readonly pool: BlockPool,
  ) {}

  /** The row of a request that has one. */
  of(request: number): Int32Array {
    return this.#rows[this.requests.row[request]!]!;
  }

  /** The row of a request, made when there is none, with room for so many blocks. */
  open(request: number, blocks: number): Int32Array {
    let at = this.requests.row[request]!;
    if (at < 0) {
      at = this.#free.pop() ?? this.#rows.push(new Int32Array(16)) - 1;
      this.requests.row[request] = at;
    }
    while (this.#rows[at]!.length < blocks) this.#rows[at] = longer(this.#rows[at]!);
    return this.#rows[at]!;
  }

  /** Gives back all blocks of a request, the last one first, and its row. */
  close(request: number): void {
    const { requests } = this;
    const at = requests.row[request]!;
    if (at < 0) return;
    this.pool.release(this.#rows[at]!, requests.blocks[request]!);
    requests.blocks[request] = 0;
    requests.hashedBlocks[request] = 0;
    requests.row[request] = -1;
    this.#free.push(at);
  }

  /** Physical ids of a request's blocks from the `from`-th on. */
  list(request: number, from: number): number[] {
    if (this.requests.row[request]! < 0) return [];
    return [...this.of(request).subarray(from, this.requests.blocks[request]!)];
  }
}

/** The same row with twice the room. */
export function longer(row: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(row.length * 2);
  larger.set(row);
  return larger;
}
