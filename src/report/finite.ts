/** A number as JSON can have it: null for what has no bound. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
