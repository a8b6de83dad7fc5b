import { createRandom, type Stream } from "../../src/core/random.js";

export interface Queue {
  /** Arrivals per second. */
  rate: number;
  /** Services per second. */
  serviceRate: number;
}

/** Mean wait in an M/M/1 queue, seconds. */
export function truth({ rate, serviceRate }: Queue): number {
  return rate / serviceRate / (serviceRate - rate);
}

/**
 * Waits of so many customers by Lindley's recursion, from the steady state on. Equal seeds meet the same uniform draws:
 * common random numbers.
 */
export function lindleyWaits({ rate, serviceRate }: Queue, customers: number, seed: string): Float64Array {
  const random = createRandom(seed);
  const [arrivals, services] = [random("arrivals"), random("services")];
  const exponential = (draw: Stream, mean: number) => -Math.log(1 - draw()) * mean;
  const start = random("start");
  // In the steady state nobody waits with probability 1 - rho; else the wait is exponential.
  let wait = start() < 1 - rate / serviceRate ? 0 : exponential(start, 1 / (serviceRate - rate));
  const waits = new Float64Array(customers);
  for (let i = 0; i < customers; i++) {
    waits[i] = wait;
    wait = Math.max(0, wait + exponential(services, 1 / serviceRate) - exponential(arrivals, 1 / rate));
  }
  return waits;
}

/** Their mean. */
export function lindleyMean(queue: Queue, customers: number, seed: string): number {
  return lindleyWaits(queue, customers, seed).reduce((sum, wait) => sum + wait, 0) / customers;
}
