import type { PlainEntry } from "../../plain-queue.js";

/** Limits are told apart up to so many; then neighbours count as the shortest of them. */
export const mostClasses = 24;

/** The limits of the jobs of a queue, sorted into classes. */
export class LimitClasses {
  /** The shortest limit of each class, minutes, ascending. */
  shortest: readonly number[] = [];
  readonly #classOf = new Map<number, number>();

  /** The class of a limit that the last queue had. */
  of(minutes: number): number {
    return this.#classOf.get(minutes)!;
  }

  /** Limits that are gone keep their classes until another comes. */
  update(queue: readonly PlainEntry[]): void {
    if (queue.some(({ minutes }) => !this.#classOf.has(minutes))) this.#renew(queue);
  }

  #renew(queue: readonly PlainEntry[]): void {
    const limits = [...new Set(queue.map(({ minutes }) => minutes))].sort((a, b) => a - b);
    const size = Math.ceil(limits.length / mostClasses);
    this.#classOf.clear();
    for (const [i, limit] of limits.entries()) this.#classOf.set(limit, Math.floor(i / size));
    this.shortest = limits.filter((_, i) => i % size === 0);
  }
}
