import type { Stream } from "../../core/random.js";
import type { Distribution, Weighted } from "./recipe.js";

/** Draws one value. Each kind takes a fixed number of uniform draws, so the k-th value depends on no earlier one. */
export type Sampler = () => number;

/** How each kind of distribution is drawn, by inversion where there is a closed form. */
export function sampler(distribution: Distribution, stream: Stream): Sampler {
  switch (distribution.kind) {
    case "fixed":
      return () => distribution.value;
    case "uniform": {
      const { min, max } = distribution;
      return () => min + (max - min) * stream();
    }
    case "exponential": {
      const { mean } = distribution;
      return clamped(distribution, () => -Math.log1p(-stream()) * mean);
    }
    case "lognormal": {
      const { mu, sigma } = lognormalParameters(distribution);
      return clamped(distribution, () => Math.exp(mu + sigma * normal(stream)));
    }
    case "empirical": {
      const { values, weights } = distribution;
      const pick = picker(
        values.map((value, i) => ({ value, weight: weights?.[i] ?? 1 })),
        stream,
      );
      return () => values[pick()]!;
    }
  }
}

/** Parameters of the logarithm: for mean m and CV c, sigma² = ln(1 + c²) and mu = ln m - sigma²/2. */
function lognormalParameters(d: Extract<Distribution, { kind: "lognormal" }>): { mu: number; sigma: number } {
  if ("median" in d) return { mu: Math.log(d.median), sigma: d.sigma };
  const variance = Math.log1p(d.cv * d.cv);
  return { mu: Math.log(d.mean) - variance / 2, sigma: Math.sqrt(variance) };
}

/** Standard normal by Box and Muller (1958), one of the pair only: two draws each time. */
function normal(stream: Stream): number {
  const radius = Math.sqrt(-2 * Math.log1p(-stream()));
  return radius * Math.cos(2 * Math.PI * stream());
}

function clamped(
  { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number },
  draw: Sampler,
): Sampler {
  return () => Math.min(max, Math.max(min, draw()));
}

/** Draws the index of one of weighted things, with one uniform draw. */
export function picker(choices: readonly Weighted<unknown>[], stream: Stream): () => number {
  let total = 0;
  const upTo = Float64Array.from(choices, ({ weight = 1 }) => {
    total += weight;
    return total;
  });
  return () => {
    const at = stream() * total;
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
