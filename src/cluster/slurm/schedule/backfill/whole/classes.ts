import type { PlainEntry } from "../../plain-queue.js";

/** Limits are told apart up to so many; then neighbours count as the shortest of them. */
export const mostClasses = 24;

const classOf = new Map<number, number>();

/**
 * Sorts the jobs of a queue by their limits into classes, which it writes from `at` on. Answers the shortest limit of each
 * class (minutes), ascending.
 */
export function classify(queue: readonly PlainEntry[], into: Int32Array, at: number): readonly number[] {
  classOf.clear();
  for (let i = 0; i < queue.length; i++) classOf.set(queue[i]!.minutes, 0);
  const limits = [...classOf.keys()].sort((a, b) => a - b);
  const size = Math.ceil(limits.length / mostClasses);
  for (let i = 0; i < limits.length; i++) classOf.set(limits[i]!, Math.floor(i / size));
  for (let i = 0; i < queue.length; i++) into[at + i] = classOf.get(queue[i]!.minutes)!;
  return limits.filter((_, i) => i % size === 0);
}
