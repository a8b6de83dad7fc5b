/** Closed forms of queueing theory, to hold simulations against. Times in any one unit, rates per that unit. */

/** What is known of a queue with c servers. */
export interface Station {
  /** Arrivals per unit of time. */
  readonly rate: number;
  /** Coefficient of variation of the gaps between arrivals: 1 for a Poisson process. */
  readonly arrivalCv: number;
  /** Mean time in service. */
  readonly service: number;
  /** Its coefficient of variation: 1 for exponential, 0 for constant times. */
  readonly serviceCv: number;
  readonly servers: number;
}

/** Utilisation law: the share of time that each server is busy; from 1 on the queue grows without bound. */
export function utilisation({ rate, service, servers }: Station): number {
  return (rate * service) / servers;
}

/** Probability that an arrival must wait in M/M/c (Erlang's C), for an offered load of `a` < c servers. */
export function erlangC(servers: number, a: number): number {
  // By Erlang's B, whose recursion neither overflows nor cancels.
  let b = 1;
  for (let c = 1; c <= servers; c++) b = (a * b) / (c + a * b);
  return b / (1 - (a / servers) * (1 - b));
}

/**
 * Mean wait in G/G/c by Allen and Cunneen (1990): that of M/M/c times the mean of the squared coefficients of variation.
 * Exact for M/M/c, and for M/G/1 (Pollaczek and Khinchine); Infinity when the servers do not keep up.
 */
export function meanWait(station: Station): number {
  const { rate, service, servers, arrivalCv, serviceCv } = station;
  const a = rate * service;
  if (a >= servers) return Infinity;
  return ((erlangC(servers, a) * service) / (servers - a)) * ((arrivalCv ** 2 + serviceCv ** 2) / 2);
}
