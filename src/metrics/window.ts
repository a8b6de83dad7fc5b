/** The measured window `[from, to)`, µs since the run's start; `to` is Infinity until the run's end is known. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The window that holds the whole run. */
export const ALWAYS: Window = { from: 0, to: Number.POSITIVE_INFINITY };

export function within(window: Window, time: number): boolean {
  return time >= window.from && time < window.to;
}

/** How many of the first `n` times, which ascend, lie in the window. */
export function countWithin(window: Window, times: Float64Array, n: number): number {
  if (n === 0 || (within(window, times[0]!) && within(window, times[n - 1]!))) return n;
  let count = 0;
  for (let i = 0; i < n; i++) if (within(window, times[i]!)) count++;
  return count;
}

/** How much of `[from, to)` lies in the window, µs. */
export function overlap(window: Window, from: number, to: number): number {
  return Math.max(0, Math.min(to, window.to) - Math.max(from, window.from));
}

/** Length of the window in a run that lasted until `end`, µs. */
export function windowLength(window: Window, end: number): number {
  return overlap(window, 0, end);
}
