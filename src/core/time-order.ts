/**
 * Row numbers by time, rows of equal time in their own order.
 *
 * A natural merge sort: stretches that are in order already are merged pairwise until one is left. Traces are nearly
 * sorted, so that takes a pass or two; at worst it is O(n log n). Stable, as ties go to the earlier stretch.
 */
export function timeOrder(times: Float64Array): Uint32Array {
  const n = times.length;
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  let runs = ascendingRuns(times);
  let spare = new Uint32Array(n);
  while (runs.length > 2) {
    const merged: number[] = [0];
    for (let k = 0; k < runs.length - 1; k += 2) {
      const end = runs[Math.min(k + 2, runs.length - 1)]!;
      merge(times, order, spare, runs[k]!, runs[k + 1]!, end);
      merged.push(end);
    }
    runs = merged;
    [order, spare] = [spare, order];
  }
  return order;
}

/** Where each ascending stretch starts, and the end of the last one. */
function ascendingRuns(times: Float64Array): number[] {
  const starts = [0];
  for (let i = 1; i < times.length; i++) if (times[i]! < times[i - 1]!) starts.push(i);
  starts.push(times.length);
  return starts;
}

/** Merges `from[start..middle)` and `from[middle..end)` into `to[start..end)`. */
function merge(
  times: Float64Array,
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft = left < middle && (right >= end || times[from[left]!]! <= times[from[right]!]!);
    to[at] = takeLeft ? from[left++]! : from[right++]!;
  }
}
