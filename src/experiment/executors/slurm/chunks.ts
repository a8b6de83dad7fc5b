/** An array has about so many tasks unless the user says how large its chunks are. */
const TASKS = 250;

/** A retried chunk is so many times smaller. */
const SMALLER = 8;

/** Points of each task of an array when the user does not say: few enough for many nodes, and all in one array. */
export function chunkSize(points: number, maxArraySize: number): number {
  return Math.max(1, Math.ceil(points / Math.min(TASKS, maxArraySize)));
}

/**
 * Points of each task when a chunk of some size did not come back: fewer, and one alone at the last attempt. Whatever
 * ended the task then takes no other point with it.
 */
export function retrySize(size: number, lastAttempt: boolean): number {
  return lastAttempt ? 1 : Math.ceil(size / SMALLER);
}

/** Cuts a list into pieces of a size; the last one may be smaller. */
export function piecesOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
