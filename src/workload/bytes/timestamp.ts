const DAY_SECONDS = 86_400;

/** `YYYY-MM-DD HH:MM:` */
const MINUTE_BYTES = 17;

/**
 * Reads times on the calendar. It keeps the minute that it read last, since most rows of a trace share it with the row
 * above. Not Date.parse: that keeps milliseconds only.
 */
export class Timestamps {
  readonly #minute = new Uint8Array(MINUTE_BYTES);
  #seconds = Number.NaN;

  /**
   * µs since 1970 of `YYYY-MM-DD HH:MM:SS`, with any number of fractional digits and an optional `Z` or `+HH:MM`
   * (without one the time is taken as UTC); `T` may stand for the blank. NaN when the bytes are not such a time.
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    if (to - from < MINUTE_BYTES + 2) return Number.NaN;
    if (!this.#sameMinute(bytes, from)) {
      this.#minute.set(bytes.subarray(from, from + MINUTE_BYTES));
      this.#seconds = minuteStart(bytes, from);
    }
    const second = two(bytes, from + MINUTE_BYTES);
    if (!(second <= 60)) return Number.NaN;
    let at = from + MINUTE_BYTES + 2;
    let micros = 0;
    if (at < to && bytes[at] === 46) {
      let unit = 100_000;
      const first = ++at;
      for (; at < to && bytes[at]! >= 48 && bytes[at]! <= 57; at++, unit /= 10)
        micros += (bytes[at]! - 48) * unit;
      if (at === first) return Number.NaN;
    }
    const offset = at === to ? 0 : readOffset(bytes, at, to);
    return (this.#seconds + second - offset * 60) * 1_000_000 + Math.round(micros);
  }

  #sameMinute(bytes: Uint8Array, from: number): boolean {
    const minute = this.#minute;
    for (let i = MINUTE_BYTES - 1; i >= 0; i--) if (bytes[from + i] !== minute[i]) return false;
    return true;
  }
}

/** Seconds since 1970 of `YYYY-MM-DD HH:MM:`; NaN when the bytes are not such a minute. */
function minuteStart(bytes: Uint8Array, from: number): number {
  const separator = bytes[from + 10];
  if (bytes[from + 4] !== 45 || bytes[from + 7] !== 45 || (separator !== 32 && separator !== 84))
    return Number.NaN;
  if (bytes[from + 13] !== 58 || bytes[from + 16] !== 58) return Number.NaN;
  const year = two(bytes, from) * 100 + two(bytes, from + 2);
  const month = two(bytes, from + 5);
  const day = two(bytes, from + 8);
  const hour = two(bytes, from + 11);
  const minute = two(bytes, from + 14);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return Number.NaN;
  if (!(hour <= 23 && minute <= 59)) return Number.NaN;
  return daysSince1970(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60;
}

/** Minutes east of UTC; NaN when the rest of the text is not an offset. */
function readOffset(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] === 90 && at + 1 === to) return 0;
  const sign = bytes[at] === 43 ? 1 : bytes[at] === 45 ? -1 : Number.NaN;
  const colon = bytes[at + 3] === 58 ? 1 : 0;
  if (to - at !== 5 + colon) return Number.NaN;
  return sign * (two(bytes, at + 1) * 60 + two(bytes, at + 3 + colon));
}

function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE = MONTH_DAYS.map((_, month) => MONTH_DAYS.slice(0, month).reduce((a, b) => a + b, 0));

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysOf(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : MONTH_DAYS[month - 1]!;
}

function daysSince1970(year: number, month: number, day: number): number {
  const past = year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapDay = month > 2 && isLeap(year) ? 1 : 0;
  // 719,162 days lie before 1970 in the Gregorian calendar.
  return past * 365 + leaps + DAYS_BEFORE[month - 1]! + leapDay + (day - 1) - 719_162;
}
