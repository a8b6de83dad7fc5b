import { mostClasses } from "./classes.js";

/**
 * Which jobs of the queue could still start in a pass: those for which enough nodes are vacant and planned for nobody
 * until their limit. Plans only become more during a pass, so that it may end when there are no such jobs left: what
 * else would be planned starts nothing, and the next pass plans anew.
 */
export class Candidates {
  /** By class: the slot in which such a job would end if it started now, and the vacant nodes free until then. */
  #ends: readonly number[] = [];
  readonly #free = new Int32Array(mostClasses);
  #nodes: ArrayLike<number> = [];
  #classes: ArrayLike<number> = [];
  #length = 0;
  #next = 0;

  /**
   * The jobs by their place in the queue: vacant nodes without which none is worth a look, and its class. `ends`: by class,
   * ascending. `vacant`: nodes that hold no job.
   */
  begin(
    nodes: ArrayLike<number>,
    classes: ArrayLike<number>,
    length: number,
    ends: readonly number[],
    vacant: number,
  ): void {
    this.#nodes = nodes;
    this.#classes = classes;
    this.#length = length;
    this.#ends = ends;
    this.#free.fill(vacant);
    this.#next = 0;
  }

  /** So many vacant nodes are planned from a slot on, which were not before `after` (-1: not at all). */
  hold(from: number, nodes: number, after: number): void {
    for (let i = this.#ends.length - 1; i >= 0; i--) {
      const end = this.#ends[i]!;
      if (end < from) return;
      if (after < 0 || end < after) this.#free[i]! -= nodes;
    }
  }

  /** May a job at this place of the queue, or behind it, still start? */
  anyFrom(place: number): boolean {
    let at = Math.max(place, this.#next);
    while (at < this.#length && this.#free[this.#classes[at]!]! < this.#nodes[at]!) at++;
    this.#next = at;
    return at < this.#length;
  }
}
