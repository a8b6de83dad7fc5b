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

/** How much of `[from, to)` lies in the window, µs. */
export function overlap(window: Window, from: number, to: number): number {
  return Math.max(0, Math.min(to, window.to) - Math.max(from, window.from));
}

/** Length of the window in a run that lasted until `end`, µs. */
export function windowLength(window: Window, end: number): number {
  return overlap(window, 0, end);
}
