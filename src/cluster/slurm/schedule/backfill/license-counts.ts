import type { JobRequest } from "../../model/request.js";
import type { SlurmState } from "../../model/state.js";

/** Licences by number instead of name, for bf_licenses; without that option there are none. */
export class LicenseCounts {
  readonly names: readonly string[];
  readonly #totals: readonly number[];
  readonly #none: readonly number[] = [];
  readonly #known = new WeakMap<JobRequest, readonly number[]>();

  constructor({ config, licenses }: SlurmState) {
    const used = config.scheduler.parameters.bf_licenses ? [...licenses] : [];
    this.names = used.map(([name]) => name);
    this.#totals = used.map(([, { total }]) => total);
  }

  /** What the map begins with: all of them, because running jobs are put into it. */
  initial(): readonly number[] {
    return this.#totals;
  }

  /** How many of each a request asks for; empty when it asks for none. */
  of(request: JobRequest): readonly number[] {
    if (request.licenses.length === 0 || this.names.length === 0) return this.#none;
    let counts = this.#known.get(request);
    if (counts === undefined) {
      counts = this.names.map(
        (name) => request.licenses.find((license) => license.name === name)?.count ?? 0,
      );
      this.#known.set(request, counts);
    }
    return counts;
  }
}
