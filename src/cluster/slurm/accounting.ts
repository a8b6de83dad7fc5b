import { AccountingLimits } from "./limits/limits.js";
import type { Limits, Priorities } from "./model/parts.js";
import type { SlurmState } from "./model/state.js";
import { BasicPriorities } from "./priority/basic.js";
import { MultifactorPriorities } from "./priority/multifactor.js";
import { UsageLedger } from "./usage/ledger.js";

/**
 * Priorities and limits over one set of books of usage, as slurm.conf has them. `epoch`: seconds since 1970 at the run's
 * start, for PriorityUsageResetPeriod.
 */
export function createAccounting(state: SlurmState, epoch = 0): { priorities: Priorities; limits: Limits } {
  const ledger = new UsageLedger(state);
  return {
    priorities:
      state.config.priority.type === "basic"
        ? new BasicPriorities()
        : new MultifactorPriorities(state, ledger, epoch),
    limits: new AccountingLimits(state, ledger),
  };
}
