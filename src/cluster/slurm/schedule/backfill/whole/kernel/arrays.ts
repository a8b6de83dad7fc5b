/**
 * An array of numbers of a fixed length, which does not look whether an index is one of its own: the loops of a search
 * are little else than such looks.
 */
@unmanaged
export class Row<T> {
  [key: number]: T;

  @operator("[]")
  get(index: i32): T {
    return load<T>(changetype<usize>(this) + ((index as usize) << alignof<T>()));
  }

  @operator("[]=")
  set(index: i32, value: T): void {
    store<T>(changetype<usize>(this) + ((index as usize) << alignof<T>()), value);
  }

  get length(): i32 {
    return load<i32>(changetype<usize>(this) - 16);
  }

  /** The byte at which it begins. */
  get at(): usize {
    return changetype<usize>(this);
  }

  /** It from a place on; how long that is is not to be asked. */
  from(index: i32): Row<T> {
    return changetype<Row<T>>(this.at + ((index as usize) << alignof<T>()));
  }

  fill(value: T): void {
    for (let i = 0; i < this.length; i++) this.set(i, value);
  }

  /** Sets the first so many to zero. */
  clear(count: i32 = this.length): void {
    memory.fill(this.at, 0, (count as usize) << alignof<T>());
  }
}

/** Makes one that is all zero. What it needs is never given back. */
export function row<T>(length: i32): Row<T> {
  const bytes = (length as usize) << alignof<T>();
  const at = heap.alloc(bytes + 16) + 16;
  store<i32>(at - 16, length);
  memory.fill(at, 0, bytes);
  return changetype<Row<T>>(at);
}

/** A copy with room for as much again. */
export function longer<T>(array: Row<T>): Row<T> {
  const copy = row<T>(2 * array.length);
  memory.copy(copy.at, array.at, (array.length as usize) << alignof<T>());
  return copy;
}

/** Moves so many of an array from one place to another. */
export function move<T>(array: Row<T>, from: i32, to: i32, count: i32): void {
  memory.copy(array.from(to).at, array.from(from).at, (count as usize) << alignof<T>());
}

/** Copies words of a set from one place to another. */
export function copyWords(from: Row<u64>, at: i32, to: Row<u64>, into: i32, words: i32): void {
  memory.copy(to.at + 8 * into, from.at + 8 * at, 8 * words);
}
