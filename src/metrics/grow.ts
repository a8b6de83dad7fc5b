type Column = Float64Array | Int32Array | Uint8Array;

/** The column itself when it has room for `index`, else a copy of at least twice the length with zeros behind. */
export function roomFor<C extends Column>(column: C, index: number): C {
  if (index < column.length) return column;
  const length = Math.max(64, 2 * column.length, index + 1);
  const larger = new (column.constructor as new (length: number) => C)(length);
  larger.set(column);
  return larger;
}
