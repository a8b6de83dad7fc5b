import { InputError, type Problem } from "../core/errors.js";

/** Gathers what is wrong with a scenario, so that all of it can be said at once. */
export class Report {
  readonly problems: Problem[] = [];
  /** What the user should know, and need not change. */
  readonly warnings: Problem[] = [];

  add(problem: Problem): void {
    this.problems.push(problem);
  }

  /** Runs a check that throws; its problems are gathered and undefined comes back. */
  attempt<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      this.#gather(error);
      return undefined;
    }
  }

  async attemptAsync<T>(check: () => Promise<T>): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      this.#gather(error);
      return undefined;
    }
  }

  #gather(error: unknown): void {
    if (!(error instanceof InputError)) throw error;
    this.problems.push(...error.problems);
  }
}
