import type { Problem } from "../../../core/errors.js";
import { closest } from "../../../core/suggest.js";
import type { Setting } from "./place.js";
import type { Unmodelled } from "./unmodelled.js";

/** Values by which a setting says that it is not used. */
const UNUSED = /^$|^(none|no|null|all|infinite|unlimited|\(null\)|0|-1)$|\/none$/i;

/**
 * Reports settings that Slurm does not have, and books those that are not modelled.
 *
 * @param known keys with true for those that are read, "" for those without influence on scheduling, else what a key
 *   would do
 * @param kind `slurm.conf`, `NodeName` …
 */
export function checkKeys(
  settings: Iterable<Setting>,
  known: Readonly<Record<string, string | true>>,
  kind: string,
  problems: Problem[],
  unmodelled: Unmodelled,
): void {
  const names = Object.keys(known);
  for (const { key, value, place } of settings) {
    const name = names.find((one) => one.toLowerCase() === key.toLowerCase());
    const does = name === undefined ? undefined : known[name];
    if (typeof does === "string" && does !== "" && !UNUSED.test(value))
      unmodelled.add(name!, does, place.key());
    if (does !== undefined) continue;
    const near = closest(key, names);
    problems.push({
      code: "slurm/unknown-key",
      message: kind === "slurm.conf" ? `Slurm has no setting "${key}"` : `a ${kind} line has no "${key}"`,
      ...place.key(),
      hint:
        near === undefined ? "take it out, or look for its name in slurm.conf(5)" : `did you mean ${near}?`,
    });
  }
}
