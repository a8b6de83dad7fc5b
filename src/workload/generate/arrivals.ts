import { randomGamma } from "d3-random";
import type { Stream } from "../../core/random.js";
import { DAY, HOUR, SECOND } from "../../core/units.js";
import type { Sampler } from "./distribution.js";
import type { Arrivals } from "./recipe.js";

/** Draws the time of the next arrival, µs, not rounded; never goes back. */
export function arrivalTimes(arrivals: Arrivals, stream: Stream): Sampler {
  if (arrivals.process === "fixed") {
    let next = 0;
    return () => arrivals.interval * next++;
  }
  const gap = gaps(arrivals, stream);
  const warp = arrivals.daily === undefined ? undefined : dailyWarp(arrivals.daily);
  let time = 0;
  return () => {
    time += gap();
    return warp === undefined ? time : warp(time);
  };
}

function gaps(arrivals: Exclude<Arrivals, { process: "fixed" }>, stream: Stream): Sampler {
  const mean = SECOND / arrivals.rate;
  if (arrivals.process === "poisson") return () => -Math.log1p(-stream()) * mean;
  // Gamma gaps: shape 1/cv², scale so that the mean is kept.
  const variance = arrivals.cv * arrivals.cv;
  return randomGamma.source(stream)(1 / variance, mean * variance);
}

/**
 * Stretches time so that a steady process gets the day's profile: the share of arrivals up to an hour is the share of the
 * weights up to it. (Time-rescaling of a point process; the number of arrivals per day stays.)
 */
function dailyWarp(weights: readonly number[]): (time: number) => number {
  const total = weights.reduce((a, b) => a + b, 0);
  const upTo = new Float64Array(25);
  for (let hour = 0; hour < 24; hour++) upTo[hour + 1] = upTo[hour]! + (weights[hour]! / total) * DAY;
  return (time) => {
    const day = Math.floor(time / DAY);
    const rest = time - day * DAY;
    let hour = 0;
    while (hour < 23 && upTo[hour + 1]! <= rest) hour++;
    const width = upTo[hour + 1]! - upTo[hour]!;
    const part = width === 0 ? 0 : Math.min(1, (rest - upTo[hour]!) / width);
    return day * DAY + (hour + part) * HOUR;
  };
}
