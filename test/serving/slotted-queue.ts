/**
 * The queue that an engine with c places is when every pass takes D and each request that runs ends with probability p after
 * each pass (geometric output lengths): who arrives during a pass may start with the next one, and a pass starts at once when
 * somebody finds the engine idle.
 *
 * With D to 0 it becomes M/M/c. A geometric number of passes is an exponential time X of rate -ln(1 - p)/D, rounded up to
 * passes, and starting times under FCFS grow with arrival and service times. So the mean wait is at least that of M/M/c
 * with this rate. Waiting for the next pass puts every arrival off by less than D, and with it every start by less than D:
 * that is all that the alignment to passes can add to M/G/c.
 */
export interface SlottedQueue {
  /** Arrivals per µs. */
  rate: number;
  /** Places. */
  places: number;
  /** µs of a pass. */
  pass: number;
  /** Chance that a request ends with a pass. */
  ends: number;
}

/** Its exact mean wait, µs: from the states at the starts of passes, 1 to `most` requests in the system. */
export function meanWait({ rate, places, pass, ends }: SlottedQueue, most = 300): number {
  const perPass = rate * pass;
  const arrivals = Array.from({ length: 40 }, (_, k) =>
    Math.exp(-perPass + k * Math.log(perPass) - logFactorial(k)),
  );
  const next = Array.from({ length: most }, () => new Float64Array(most));
  let toIdle = 0;
  const idle = new Float64Array(most);
  for (let n = 1; n <= most; n++) {
    const running = Math.min(n, places);
    for (let done = 0; done <= running; done++) {
      const share =
        Math.exp(logFactorial(running) - logFactorial(done) - logFactorial(running - done)) *
        ends ** done *
        (1 - ends) ** (running - done);
      arrivals.forEach((chance, k) => {
        const left = n - done + k;
        // Nobody is left: the next pass starts with the next arrival.
        if (left === 0) idle[n - 1]! += share * chance;
        next[n - 1]![Math.min(Math.max(left, 1), most) - 1]! += share * chance;
      });
    }
  }
  const states = stationary(next);
  let waited = 0;
  states.forEach((share, i) => {
    // Those without a place wait the whole pass, those who arrive in it half of it on average.
    waited += share * (Math.max(0, i + 1 - places) * pass + (perPass * pass) / 2);
    toIdle += share * idle[i]!;
  });
  return waited / (perPass + toIdle);
}

/** Mean wait of M/M/c by Erlang's formula, µs; `mean` is the service time's. */
export function erlangWait(rate: number, places: number, mean: number): number {
  const load = rate * mean;
  let blocking = 1;
  for (let k = 1; k <= places; k++) blocking = (load * blocking) / (k + load * blocking);
  const utilisation = load / places;
  const waits = blocking / (1 - utilisation * (1 - blocking));
  return (waits * mean) / (places * (1 - utilisation));
}

/** The stationary distribution of a Markov chain, by the elimination of Grassmann, Taksar and Heyman (1985). */
function stationary(matrix: Float64Array[]): number[] {
  const n = matrix.length;
  for (let k = n - 1; k > 0; k--) {
    let out = 0;
    for (let j = 0; j < k; j++) out += matrix[k]![j]!;
    for (let i = 0; i < k; i++) {
      const share = matrix[i]![k]! / out;
      matrix[i]![k] = share;
      if (share > 0) for (let j = 0; j < k; j++) matrix[i]![j]! += share * matrix[k]![j]!;
    }
  }
  const weights = [1];
  for (let k = 1; k < n; k++) {
    let weight = 0;
    for (let i = 0; i < k; i++) weight += weights[i]! * matrix[i]![k]!;
    weights.push(weight);
  }
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
}
