export type Column =
  | Float64Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

/** A copy of the column with room for `size` values; the new ones are 0. */
export function grown<C extends Column>(column: C, size: number): C {
  const larger = new (column.constructor as new (length: number) => C)(size);
  larger.set(column);
  return larger;
}
