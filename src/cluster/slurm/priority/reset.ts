import type { PriorityConfig } from "../model/config.js";

const day = 86_400;

/**
 * When usage is forgotten next, after a reset (or the controller's start) at `last`: the midnight that follows, or
 * that of the next Sunday, month, quarter or year. Seconds since 1970; calendar days are those of UTC.
 * Infinity for NONE, and for NOW, whose one reset comes at the first round.
 */
export function nextReset(period: PriorityConfig["usageResetPeriod"], last: number): number {
  const date = new Date(last * 1000);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) / 1000;
  const month = date.getUTCMonth();
  const firstOf = (next: number) => Date.UTC(date.getUTCFullYear(), next, 1) / 1000;
  switch (period) {
    case "DAILY":
      return midnight + day;
    case "WEEKLY":
      return midnight + day * (7 - date.getUTCDay());
    case "MONTHLY":
      return firstOf(month + 1);
    case "QUARTERLY":
      return firstOf(3 * (Math.floor(month / 3) + 1));
    case "YEARLY":
      return firstOf(12);
    default:
      return Number.POSITIVE_INFINITY;
  }
}
