import type { SlurmState } from "../model/state.js";

/** Reasons of limits on usage that decays: group limits of minutes and of wall-clock time. */
const USED_UP = /Grp\w*(?<!Run)Minutes|GrpWallLimit/;

/** Does a pending job wait for usage to decay, and is there usage left that does? */
export function usageMayFree({ config, pending, qos, associations }: SlurmState): boolean {
  const { decayHalfLife, usageResetPeriod } = config.priority;
  if (decayHalfLife === 0 && usageResetPeriod === "NONE") return false;
  let waits = false;
  for (const job of pending) if (USED_UP.test(job.reason)) waits = true;
  if (!waits) return false;
  const keeps = (flags: readonly string[]) => usageResetPeriod === "NONE" && flags.includes("NoDecay");
  for (const { usage, config: its } of qos.values()) if (usage.raw >= 1 && !keeps(its.flags)) return true;
  return associations.some(({ usage }) => usage.raw >= 1);
}
