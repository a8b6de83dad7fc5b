import { Row } from "./arrays";
/** Sets of small integers as rows of 64-bit words in longer arrays, each known by the place of its first word. */

export function countBits(set: Row<u64>, at: i32, words: i32): i32 {
  let count: u64 = 0;
  for (let i = at; i < at + words; i++) count += popcnt(set[i]);
  return count as i32;
}

/** How many members two sets share. */
export function countShared(a: Row<u64>, at: i32, b: Row<u64>, bt: i32, words: i32): i32 {
  let count: u64 = 0;
  for (let i = 0; i < words; i++) count += popcnt(a[at + i] & b[bt + i]);
  return count as i32;
}

/** Puts what two sets share into a third. They are read by two words, and have room for one more each. */
export function share(a: Row<u64>, b: Row<u64>, into: Row<u64>, words: i32): void {
  const end = a.from(words).at;
  let to = into.at;
  let other = b.at;
  for (let at = a.at; at < end; at += 16) {
    v128.store(to, v128.and(v128.load(at), v128.load(other)));
    other += 16;
    to += 16;
  }
}

/** The first member at or after a place of a set of so many words; -1 when there is none. */
export function nextBit(set: Row<u64>, at: i32, words: i32, from: i32): i32 {
  let i = from >> 6;
  if (i >= words) return -1;
  let bits = set[at + i] & (u64.MAX_VALUE << ((from & 63) as u64));
  while (bits === 0) {
    if (++i === words) return -1;
    bits = set[at + i];
  }
  return (i << 6) + (ctz(bits) as i32);
}

/** The last member up to a place; 0 when there is none. */
export function lastBit(set: Row<u64>, at: i32, place: i32): i32 {
  let i = place >> 6;
  let bits = set[at + i] & (u64.MAX_VALUE >> ((63 - (place & 63)) as u64));
  while (bits === 0) {
    if (i-- === 0) return 0;
    bits = set[at + i];
  }
  return (i << 6) + 63 - (clz(bits) as i32);
}

export function setBit(set: Row<u64>, at: i32, place: i32): void {
  set[at + (place >> 6)] |= (1 as u64) << ((place & 63) as u64);
}

export function clearBit(set: Row<u64>, at: i32, place: i32): void {
  set[at + (place >> 6)] &= ~((1 as u64) << ((place & 63) as u64));
}

export function hasBit(set: Row<u64>, at: i32, place: i32): bool {
  return ((set[at + (place >> 6)] >> ((place & 63) as u64)) & 1) !== 0;
}
