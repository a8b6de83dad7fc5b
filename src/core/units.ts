/** Times are whole microseconds, sizes whole bytes. Text needs its unit; a bare number would be ambiguous. */

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

const TIMES: Record<string, number> = {
  us: 1,
  µs: 1,
  ms: MILLISECOND,
  s: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
  w: WEEK,
};

const DURATION = /^(?:\d+(?:\.\d+)?(?:us|µs|ms|min|s|m|h|d|w)\s*)+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(us|µs|ms|min|s|m|h|d|w)/g;

/** `90s`, `2h30m`, `7d`, `50ms` in µs, rounded once; undefined when the text is not a duration. `0` needs no unit. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "0") return 0;
  if (!DURATION.test(trimmed)) return undefined;
  let total = 0;
  for (const [, count, unit] of trimmed.matchAll(DURATION_PART)) total += Number(count) * TIMES[unit!]!;
  const rounded = Math.round(total);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

const BYTES: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `40GiB`, `2TB` in bytes; undefined when the text is not a size. `0` needs no unit. */
export function parseBytes(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "0") return 0;
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]i?B|B)$/.exec(trimmed);
  const unit = BYTES[match?.[2] ?? ""];
  if (!match || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A duration for people: two units at most (`2h 30m`, `1d 4h`), or three digits below a minute (`4.21s`, `12.5ms`). */
export function formatDuration(time: number): string {
  if (!Number.isFinite(time)) return "-";
  if (time < 0) return `-${formatDuration(-time)}`;
  if (time === 0) return "0s";
  if (time < MILLISECOND) return `${threeDigits(time)}µs`;
  if (time < SECOND) return `${threeDigits(time / MILLISECOND)}ms`;
  if (time < MINUTE) return `${threeDigits(time / SECOND)}s`;
  if (time < HOUR) return pair(time, MINUTE, "m", SECOND, "s");
  if (time < DAY) return pair(time, HOUR, "h", MINUTE, "m");
  return pair(time, DAY, "d", HOUR, "h");
}

function pair(time: number, big: number, bigName: string, small: number, smallName: string): string {
  const smalls = Math.round(time / small);
  const per = big / small;
  const rest = smalls % per;
  return `${Math.floor(smalls / per)}${bigName}${rest > 0 ? ` ${rest}${smallName}` : ""}`;
}

/** A size for people, in binary units (`40 GiB`). */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${threeDigits(value)} ${units[unit]}`;
}

function threeDigits(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
