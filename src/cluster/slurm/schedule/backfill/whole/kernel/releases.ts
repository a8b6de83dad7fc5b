import * as blocks from "./blocks";
import { halfMinute } from "./clock";
import { words } from "./cluster";
import { ends, expected, first, jobs, mask, word } from "./running";
import { free } from "./spans";
import { takeTightest } from "./tightest";

/**
 * When running jobs give whole nodes back if they end at their limits, and which of them a waiting job then takes: the
 * batches of the will-run test, without a walk over all jobs. A batch ends with a job that holds some of the nodes in
 * question and behind which the next job leaves after the window; the window that a job is met with follows from the
 * end of the job behind the last such one before it.
 */

/** The first batch of jobs that leave is as long, in seconds; each later one lasts twice as long. */
const firstWindow: i32 = 30;
export const never: i32 = -1;
export const later: i32 = i32.MAX_VALUE;

let gathered = new StaticArray<u64>(0);

export function allocate(): void {
  gathered = new StaticArray<u64>(words);
}

/**
 * When so many nodes of a span, whose words are at `at`, are expected to be free (seconds); which of them are taken then
 * is put into `runs`. `later` when that is after `until`, `never` when it is never.
 */
export function expect(at: i32, wanted: i32, until: i32): i32 {
  if (blocks.countFree(free, at, 0) >= wanted) {
    take(at, 0, wanted);
    return 0;
  }
  if (blocks.countFree(free, at, blocks.last) < wanted) return never;
  let low = 0;
  let high = blocks.last;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (blocks.countFree(free, at, middle) >= wanted) high = middle;
    else low = middle;
  }
  let count = blocks.countFree(free, at, low);
  let job = blocks.begin[high];
  for (; ; job++) {
    count += heldBy(at, job);
    if (count >= wanted) break;
  }
  if (ends[job] > until) return later;
  const last = endOfBatch(at, job);
  if (ends[last] > until) return later;
  take(at, last + 1, wanted);
  return expected[last];
}

/** The job with which the batch ends in which this one leaves. */
function endOfBatch(at: i32, job: i32): i32 {
  const start = ends[holderFrom(at, 0)];
  const from = start + firstWindow - ((((start + halfMinute) % firstWindow) + firstWindow) % firstWindow);
  const before = holderBefore(at, job);
  let window = firstWindow;
  if (before >= 0) while (ends[before + 1] > from + window) window *= 2;
  // The first job to leave after the window; who holds none of the nodes does not end a batch.
  let beyond = job + 1;
  while (beyond < jobs && ends[beyond] <= from + window) beyond++;
  if (beyond === job + 1 || heldBy(at, beyond - 1) > 0) return beyond - 1;
  const after = holderFrom(at, beyond);
  return after >= 0 ? after : holderBefore(at, beyond);
}

/** The first job from this one on that holds nodes of the span; -1 when there is none. */
function holderFrom(at: i32, from: i32): i32 {
  for (let job = from; job < jobs; job++) if (heldBy(at, job) > 0) return job;
  return -1;
}

/** The last job before this one that does; -1 when there is none. */
function holderBefore(at: i32, end: i32): i32 {
  for (let job = end - 1; job >= 0; job--) if (heldBy(at, job) > 0) return job;
  return -1;
}

/** How many nodes of the span a job holds. */
function heldBy(at: i32, job: i32): i32 {
  const end = unchecked(first[job + 1]);
  let count: u64 = 0;
  for (let i = unchecked(first[job]); i < end; i++)
    count += popcnt(unchecked(free[at + unchecked(word[i])]) & unchecked(mask[i]));
  return count as i32;
}

/** Takes what fits tightest of the nodes of the span that are free when so many jobs are gone. */
function take(at: i32, gone: i32, wanted: i32): void {
  const block = gone === 0 ? 1 : blocks.ofJob(gone - 1);
  const row = (block - 1) * words;
  for (let i = 0; i < words; i++)
    unchecked((gathered[i] = unchecked(free[at + i]) & unchecked(blocks.sets[row + i])));
  const end = first[gone];
  for (let i = first[blocks.begin[block]]; i < end; i++) {
    const k = unchecked(word[i]);
    unchecked((gathered[k] |= unchecked(free[at + k]) & unchecked(mask[i])));
  }
  takeTightest(gathered, words, wanted);
}
