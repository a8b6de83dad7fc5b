import { BitVector, countBits } from "../../../../core/bit-vector.js";
import { type SlurmConfig, versionAtLeast } from "../../model/config.js";
import { PlanList } from "./plan-list.js";
import type { PlanMap } from "./plan-map.js";

/**
 * The nodes that a job could have without a break from one time to another, beside what the map has given away.
 *
 * The time-consuming loop of `_attempt_backfill`, 22.05.
 */
export class Window {
  /** Free over the whole time. */
  readonly nodes: BitVector;
  count = 0;
  /** When the first segment ends whose successor has a node that this one lacks; 0 when there is none. */
  later = 0;
  /** Licences are missing in one of the segments. */
  unlicensed = false;

  /** `later` is looked for beyond the job's end too, as 24.11 does [run: w-topology-block]. */
  readonly #goesOn: boolean;

  constructor(
    readonly map: PlanMap,
    version: SlurmConfig["version"],
  ) {
    this.nodes = new BitVector(map.nodes);
    this.#goesOn = versionAtLeast(version, "24.11");
  }

  /** How far `later` is looked for. */
  reach(end: number): number {
    return this.#goesOn ? Number.POSITIVE_INFINITY : end;
  }

  /** `candidates`: nodes that the job may use; stops early when fewer than `least` are left. */
  look(candidates: BitVector, start: number, end: number, least: number, licenses: readonly number[]): void {
    const { map, nodes } = this;
    if (map instanceof PlanList) {
      map.freeOver(candidates, start, end, nodes);
      this.count = nodes.count();
      this.later = map.nextReturn(candidates, start, this.reach(end));
      this.unlicensed = false;
      return;
    }
    const { sets, words } = map;
    const free = nodes.words;
    const offered = candidates.words;
    free.set(offered);
    this.count = -1;
    this.later = 0;
    this.unlicensed = false;
    let segment = 0;
    do {
      const next = map.next[segment]!;
      if (map.end[segment]! > start) {
        const at = segment * words;
        if (this.later === 0 && next !== 0) {
          const after = next * words;
          for (let i = 0; i < words; i++)
            if ((offered[i]! & sets[after + i]! & ~(free[i]! & sets[at + i]!)) !== 0) {
              this.later = map.end[segment]!;
              break;
            }
        }
        if (map.begin[segment]! > end) {
          if (this.later !== 0 || !this.#goesOn) break;
          segment = next;
          continue;
        }
        let count = 0;
        for (let i = 0; i < words; i++) {
          const word = free[i]! & sets[at + i]!;
          free[i] = word;
          count += countBits(word);
        }
        this.count = count;
        if (licenses.length > 0 && !map.hasLicenses(segment, licenses)) {
          this.unlicensed = true;
          this.later = map.end[segment]!;
        }
        // What follows can only take more away; a job with licences must know where the last of them are missing.
        if (count < least && this.later !== 0 && licenses.length === 0) break;
      }
      segment = next;
    } while (segment !== 0);
    if (this.count < 0) this.count = nodes.count();
  }
}
