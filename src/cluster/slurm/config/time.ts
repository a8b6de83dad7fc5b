const UNLIMITED = /^(?:-1|infinite|unlimited)$/i;

/**
 * A time as Slurm reads it (`time_str2secs`): `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`; two parts without a day
 * are minutes and seconds. `-1`, `INFINITE` and `UNLIMITED` are Infinity.
 *
 * @returns seconds, or undefined when the text is none of these
 */
export function parseSlurmTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (UNLIMITED.test(trimmed)) return Number.POSITIVE_INFINITY;
  const match = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(trimmed);
  if (match === null) return undefined;
  const [days, first, second, third] = match.slice(1).map((part) => (part === undefined ? -1 : Number(part)));
  if (days! >= 0) return clock(days!, first!, Math.max(0, second!), Math.max(0, third!));
  if (third! >= 0) return clock(0, first!, second!, third!);
  return clock(0, 0, first!, Math.max(0, second!));
}

function clock(days: number, hours: number, minutes: number, seconds: number): number {
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** As `parseSlurmTime`, in whole minutes, rounded up as Slurm does. */
export function parseSlurmMinutes(text: string): number | undefined {
  const seconds = parseSlurmTime(text);
  return seconds === undefined ? undefined : Math.ceil(seconds / 60);
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1 / 1024,
  m: 1,
  g: 1024,
  t: 1024 ** 2,
  p: 1024 ** 3,
};

/** A size of memory in MiB, rounded up: `4000`, `64G`, `512K`; undefined when it is none. */
export function parseMebibytes(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kmgtp]?)b?$/i.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Math.ceil(Number(number) * UNITS[unit!.toLowerCase()]!);
}
