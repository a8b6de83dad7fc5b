/**
 * Seeds of so many replications: the scenario's own first, then those after it (`7`, `8`, `9`…; a seed that is not a whole
 * number gets a suffix). Every variant and every point of an experiment meets the same ones: common random numbers.
 */
export function replicationSeeds(seed: string, replications: number): string[] {
  const first = Number(seed);
  const counts = Number.isSafeInteger(first) && String(first) === seed;
  return Array.from({ length: replications }, (_, i) =>
    i === 0 ? seed : counts ? String(first + i) : `${seed}/${i + 1}`,
  );
}
