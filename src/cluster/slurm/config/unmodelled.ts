import type { Problem } from "../../../core/errors.js";
import type { Where } from "./place.js";

/** Settings that Slurm has and that are not modelled: told once, together, with what they would do. */
export class Unmodelled {
  readonly #settings = new Map<string, { does: string; where: Where }>();

  add(name: string, does: string, where: Where): void {
    if (!this.#settings.has(name)) this.#settings.set(name, { does, where });
  }

  /** None, or one warning that names all, at the first. */
  warnings(): Problem[] {
    const all = [...this.#settings];
    if (all.length === 0) return [];
    const list = all.map(([name, { does }]) => `${name} (${does})`).join("; ");
    return [
      {
        code: "slurm/not-modelled",
        message: `${all.length === 1 ? "one setting is" : `${all.length} settings are`} not modelled: ${list}`,
        ...all[0]![1].where,
      },
    ];
  }
}
