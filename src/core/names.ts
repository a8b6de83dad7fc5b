/** Names as small integers: the hot code compares and stores numbers, people read names. */
export class Names {
  readonly #ids = new Map<string | number, number>();
  readonly #names: (string | number)[] = [];

  /** The integer of a name, given out in order of first appearance from 0. */
  intern(name: string | number): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#names.length;
      this.#ids.set(name, id);
      this.#names.push(name);
    }
    return id;
  }

  /** The integer of a name that was interned before; -1 when it never was. */
  find(name: string | number): number {
    return this.#ids.get(name) ?? -1;
  }

  /** The name behind an integer; the empty string for -1 (no name). */
  name(id: number): string {
    return id < 0 ? "" : String(this.#names[id]);
  }

  get size(): number {
    return this.#names.length;
  }
}
