import { DAY } from "../../core/units.js";

/** FastSim's window: two weeks. */
export const AVERAGE_WINDOW = 14 * DAY;

/**
 * Mean absolute percentage error of the moving average wait, as FastSim measures itself against a real machine: at each
 * submission the mean wait of the jobs submitted in the two weeks up to it, simulated against recorded. Where nobody
 * had waited there is no percentage. A trace shorter than that is averaged from its start.
 *
 * @param order indexes by time of submission
 * @returns the error as a ratio, and how many submissions it rests on
 */
export function movingAverageError(
  order: ArrayLike<number>,
  submit: Float64Array,
  recorded: Float64Array,
  simulated: Float64Array,
): { error: number; n: number } {
  let [from, real, ours, sum, n] = [0, 0, 0, 0, 0];
  const count = order.length;
  const whole = count > 0 && submit[order[count - 1]!]! - submit[order[0]!]! < AVERAGE_WINDOW;
  for (let to = 0; to < count; to++) {
    const job = order[to]!;
    real += recorded[job]!;
    ours += simulated[job]!;
    while (submit[order[from]!]! <= submit[job]! - AVERAGE_WINDOW) {
      real -= recorded[order[from]!]!;
      ours -= simulated[order[from]!]!;
      from++;
    }
    const full = whole || submit[job]! - submit[order[0]!]! >= AVERAGE_WINDOW;
    if (!full || real <= 0) continue;
    sum += Math.abs(ours - real) / real;
    n++;
  }
  return { error: n === 0 ? Number.NaN : sum / n, n };
}
