import { parseSlurmMinutes, parseSlurmTime } from "../config/time.js";
import { OperationError } from "./operation-error.js";

/** Where a run's time 0 lies: seconds since 1970 for dates that are written out. */
export interface Moment {
  now: number;
  epoch: number;
}

/**
 * A moment as scontrol reads it, seconds from the run's start: `now`, `now+300`, `now+10minutes`, a date such as
 * `2026-01-01T00:09:00` (in the run's time zone, UTC), or our own `300s` for so long after the run's start.
 *
 * @throws OperationError
 */
export function parseMoment(text: string, { now, epoch }: Moment): number {
  const [, count, unit] = /^now(?:\+(\d+)([a-z]*))?$/i.exec(text) ?? [];
  if (/^now/i.test(text) && (text.length === 3 || count !== undefined)) {
    const seconds = UNITS[(unit || "seconds").replace(/s?$/, "s").toLowerCase()];
    if (seconds !== undefined) return now + Number(count ?? 0) * seconds;
  }
  const [, own] = /^(\d+(?:\.\d+)?)s$/.exec(text) ?? [];
  if (own !== undefined) return Number(own);
  const date = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(text)
    ? Date.parse(`${text.includes("T") ? text : `${text}T00:00:00`}Z`)
    : Number.NaN;
  if (Number.isNaN(date))
    throw new OperationError(
      `"${text}" is not a moment`,
      text,
      "write now, now+300, 2026-01-31T12:00:00, or 300s after the run's start",
    );
  return date / 1000 - epoch;
}

const UNITS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 };

/** Duration= in seconds; a bare number is minutes, and so is that of PURGE_COMP. */
export function parseSpan(text: string): number {
  const bare = /^\d+$/.test(text);
  const value = bare ? parseSlurmMinutes(text) : parseSlurmTime(text);
  if (value === undefined)
    throw new OperationError(`"${text}" is not a duration`, text, "write minutes, or D-HH:MM:SS");
  return bare ? 60 * value : value;
}
