import { formatDuration, SECOND } from "../../core/units.js";
import type { PolicyWarning } from "../policy.js";

/** Refusals that are listed. */
const MOST = 10;

/** Commands that slurmctld refused during a run: whoever wrote them must know that they had no effect. */
export class Refusals {
  readonly #seen = new Map<string, { first: string; count: number }>();

  /** @param time seconds from the run's start */
  add(command: string, message: string, time: number): void {
    const key = `${command}: ${message}`;
    const known = this.#seen.get(key);
    if (known !== undefined) known.count++;
    else this.#seen.set(key, { first: formatDuration(Math.round(time * SECOND)), count: 1 });
  }

  warnings(): PolicyWarning[] {
    if (this.#seen.size === 0) return [];
    const list = [...this.#seen].map(
      ([key, { first, count }]) => `at ${first} ${key}${count > 1 ? ` (${count} times)` : ""}`,
    );
    const more = list.length > MOST ? `; and ${list.length - MOST} more` : "";
    const message = `operations that Slurm refuses, without effect: ${list.slice(0, MOST).join("; ")}${more}`;
    return [{ code: "slurm/operation-refused", message }];
  }
}
