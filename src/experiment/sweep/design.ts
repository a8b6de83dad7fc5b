import { createRandom, type Stream } from "../../core/random.js";
import { type Axis, sizeOf, valueAt, valueAtShare } from "./axis.js";

/** How the combinations of values are chosen: all of them, or so many drawn. */
export type Sampling =
  | { readonly method: "grid" }
  | { readonly method: "random" | "latin"; readonly points: number };

/** Combinations of values, in a fixed order; each is a value per axis. */
export interface Design {
  readonly axes: readonly Axis[];
  readonly size: number;
  combination(index: number): readonly string[];
  /** Indices of combinations that, together, show each value; of very many only some. */
  covering(): number[];
}

/** Every combination; the last axis changes fastest. */
export function gridDesign(axes: readonly Axis[]): Design {
  const sizes = axes.map(sizeOf);
  const size = sizes.reduce((product, n) => product * n, 1);
  const strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((product, n) => product * n, 1));
  return {
    axes,
    size,
    combination: (index) => axes.map((axis, i) => valueAt(axis, Math.floor(index / strides[i]!) % sizes[i]!)),
    covering: () => [0, ...sizes.flatMap((n, i) => indicesToLookAt(n - 1).map((j) => (j + 1) * strides[i]!))],
  };
}

/**
 * Combinations that are drawn: each axis from a stream of its own, so that another axis does not change its values.
 * `random` draws each value by itself. `latin` is Latin hypercube sampling (McKay, Beckman and Conover 1979): each axis is
 * cut into as many strata as there are points, and each stratum has one of them.
 */
export function sampleDesign(
  axes: readonly Axis[],
  method: "random" | "latin",
  points: number,
  seed: string,
): Design {
  const random = createRandom(seed);
  const columns = axes.map((axis) => {
    const stream = random(`sweep/${axis.key}`);
    const strata = method === "latin" ? shuffled(points, stream) : undefined;
    return Array.from({ length: points }, (_, i) =>
      valueAtShare(axis, strata === undefined ? stream() : (strata[i]! + stream()) / points),
    );
  });
  return {
    axes,
    size: points,
    combination: (index) => columns.map((column) => column[index]!),
    covering: () => indicesToLookAt(points),
  };
}

const MOST_LOOKED_AT = 1000;

/** All of `n` indices, or the first ones and the last. */
function indicesToLookAt(n: number): number[] {
  if (n <= MOST_LOOKED_AT) return Array.from({ length: n }, (_, i) => i);
  return [...Array.from({ length: MOST_LOOKED_AT - 1 }, (_, i) => i), n - 1];
}

export function designOf(axes: readonly Axis[], sampling: Sampling, seed: string): Design {
  return sampling.method === "grid"
    ? gridDesign(axes)
    : sampleDesign(axes, sampling.method, sampling.points, seed);
}

/** 0 to n-1 in random order (Fisher and Yates). */
function shuffled(n: number, stream: Stream): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(stream() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
