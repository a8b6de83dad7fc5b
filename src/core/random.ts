import seedrandom from "seedrandom";

/** Draws uniformly from [0, 1) with 53 random bits. */
export type Stream = () => number;

/**
 * A family of independent named streams under one seed.
 *
 * Asking twice for a name gives the same stream, at the place where it stands; drawing from one never shifts
 * another. So two policies compared under one seed meet the same arrivals, lengths and failures.
 */
export type Random = (name: string) => Stream;

export function createRandom(seed: number | string): Random {
  const streams = new Map<string, Stream>();
  return (name) => {
    let stream = streams.get(name);
    if (stream === undefined) {
      // Alea: 176 M draws/s and 1 µs to construct, against 37 M and 6 µs for the default ARC4. `double` because
      // 32-bit fractions cap an exponential's tail near 22 means.
      stream = seedrandom.alea(`${seed}\u0000${name}`).double;
      streams.set(name, stream);
    }
    return stream;
  };
}
