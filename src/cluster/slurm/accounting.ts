import { AccountingLimits } from "./limits/limits.js";
import type { Limits, Priorities } from "./model/parts.js";
import type { SlurmState } from "./model/state.js";
import { BasicPriorities } from "./priority/basic.js";
import { MultifactorPriorities } from "./priority/multifactor.js";
import { sshareLong } from "./priority/sshare.js";
import { UsageLedger } from "./usage/ledger.js";

/**
 * Priorities and limits over one set of books of usage, as slurm.conf has them. `epoch`: seconds since 1970 at the run's
 * start, for PriorityUsageResetPeriod.
 */
export function createAccounting(
  state: SlurmState,
  epoch = 0,
): { priorities: Priorities; limits: Limits; shares: () => string[] } {
  const ledger = new UsageLedger(state);
  if (state.config.priority.type === "basic") {
    const limits = new AccountingLimits(state, ledger);
    return { priorities: new BasicPriorities(), limits, shares: () => sshareLong(state, undefined) };
  }
  const priorities = new MultifactorPriorities(state, ledger, epoch);
  const limits = new AccountingLimits(state, ledger, (job) => priorities.fairshareTerm(job));
  return { priorities, limits, shares: () => sshareLong(state, priorities.classic) };
}
