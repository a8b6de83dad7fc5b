import type { Limits, SchedulerActions, Selector } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";

/** What the schedulers read, ask and act through. */
export interface SchedulerContext {
  readonly state: SlurmState;
  readonly selector: Selector;
  readonly limits: Limits;
  readonly actions: SchedulerActions;
}

/** Seconds that INFINITE stands for where a number is needed. */
export const year = 365 * 24 * 3600;
