const POW10 = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads decimal numbers straight from bytes. The digits are gathered as one whole number and scaled once, so `0.1`
 * seconds are exactly 100,000 µs and no sum of parts is rounded.
 */
export class Decimal {
  /** Behind the number that was read last. */
  next = 0;

  /**
   * The number that starts at `at`, times 10^`places`; rounded to a whole number when `places` is not 0.
   * NaN when there is none or when the result is not exact as a number (above 2^53). It ends at `end` or at the first
   * byte that cannot belong to it; the caller looks whether a field may end there.
   */
  read(bytes: Uint8Array, at: number, end: number, places: number): number {
    let i = at;
    let negative = false;
    let byte = i < end ? bytes[i]! : 0;
    if (byte === 45 || byte === 43) {
      negative = byte === 45;
      byte = ++i < end ? bytes[i]! : 0;
    }
    const first = i;
    let whole = 0;
    while (byte >= 48 && byte <= 57) {
      whole = whole * 10 + (byte - 48);
      byte = ++i < end ? bytes[i]! : 0;
    }
    let digits = i - first;
    let fraction = 0;
    if (byte === 46) {
      const point = i;
      byte = ++i < end ? bytes[i]! : 0;
      while (byte >= 48 && byte <= 57) {
        whole = whole * 10 + (byte - 48);
        byte = ++i < end ? bytes[i]! : 0;
      }
      fraction = i - point - 1;
      digits += fraction;
    }
    this.next = i;
    if (digits === 0) return Number.NaN;
    if (byte === 101 || byte === 69 || whole > Number.MAX_SAFE_INTEGER || fraction >= POW10.length)
      return this.#slow(bytes, at, end, places);
    let value = whole;
    if (fraction < places) value = whole * POW10[places - fraction]!;
    else if (fraction > places) {
      value = whole / POW10[fraction - places]!;
      if (places > 0) value = Math.round(value);
    }
    if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
    return negative && value !== 0 ? -value : value;
  }

  /** Exponents and more digits than a number holds exactly. */
  #slow(bytes: Uint8Array, at: number, end: number, places: number): number {
    let i = at;
    while (i < end && isNumeric(bytes[i]!)) i++;
    this.next = i;
    const text = String.fromCharCode(...bytes.subarray(at, Math.min(i, at + 400)));
    if (!NUMBER.test(text)) return Number.NaN;
    const value = places > 0 ? Math.round(Number(text) * POW10[places]!) : Number(text);
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value + 0 : Number.NaN;
  }
}

function isNumeric(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) || byte === 46 || byte === 45 || byte === 43 || byte === 101 || byte === 69
  );
}

/** Decimal places from seconds to microseconds. */
export const MICROS = 6;
