/** A copy with room for as much again. */
export function longer<T>(array: StaticArray<T>): StaticArray<T> {
  const copy = new StaticArray<T>(2 * array.length);
  memory.copy(changetype<usize>(copy), changetype<usize>(array), array.length * sizeof<T>());
  return copy;
}

/** Copies words of a set from one place to another. */
export function copyWords(
  from: StaticArray<u64>,
  at: i32,
  to: StaticArray<u64>,
  into: i32,
  words: i32,
): void {
  memory.copy(changetype<usize>(to) + 8 * into, changetype<usize>(from) + 8 * at, 8 * words);
}
