import { row } from "./arrays";
import * as blocks from "./blocks";
import { halfMinute } from "./clock";
import { words } from "./cluster";
import { ends, expected, first, jobs, mask, word } from "./running";
import { firstHolder, free } from "./spans";
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

let gathered = row<u64>(0);

export function allocate(): void {
  gathered = row<u64>(words);
}

/**
 * When so many nodes of a span are expected to be free (seconds); which of them are taken then is put into `runs`. `later`
 * when that is after `until`, `never` when it is never. `near`: a block to look around.
 */
export function expect(span: i32, wanted: i32, until: i32, near: i32): i32 {
  const at = span * words;
  const block = lastBlockBefore(at, wanted, near);
  if (block < 0) {
    take(at, 0, wanted);
    return 0;
  }
  let job = blocks.begin[block + 1];
  let before = -1;
  for (let count = countBefore; ; job++) {
    if (job === jobs) return never;
    const held = heldBy(at, job);
    count += held;
    if (count >= wanted) break;
    if (held > 0) before = job;
  }
  if (ends[job] > until) return later;
  if (before < 0) before = holderBefore(at, blocks.begin[block + 1]);
  const last = endOfBatch(span, job, before);
  if (ends[last] > until) return later;
  take(at, last + 1, wanted);
  return expected[last];
}

/** Nodes that are free once the block found last is gone. */
let countBefore: i32 = 0;

/** The last block whose jobs can be gone without leaving so many nodes free; -1 when none has to be. */
function lastBlockBefore(at: i32, wanted: i32, near: i32): i32 {
  let low = near;
  let high = blocks.last;
  for (let step = 1; ; step <<= 1) {
    const count = blocks.countFree(free, at, low);
    if (count < wanted) {
      countBefore = count;
      break;
    }
    if (low === 0) return -1;
    high = low;
    low = max(0, low - step);
  }
  // Searched upwards in growing steps, then between the last two.
  for (let step = 1; low + 1 < high; ) {
    const middle = high === blocks.last ? min(low + step, high - 1) : (low + high) >> 1;
    const count = blocks.countFree(free, at, middle);
    if (count >= wanted) high = middle;
    else {
      low = middle;
      countBefore = count;
    }
    step <<= 1;
  }
  return low;
}

/** The job with which the batch ends in which this one leaves; `before`: the last before it that holds some of the nodes. */
function endOfBatch(span: i32, job: i32, before: i32): i32 {
  const at = span * words;
  const start = ends[firstHolderOf(span)];
  const from = start + firstWindow - ((((start + halfMinute) % firstWindow) + firstWindow) % firstWindow);
  let window = firstWindow;
  if (before >= 0) while (ends[before + 1] > from + window) window *= 2;
  // The first job to leave after the window; who holds none of the nodes does not end a batch.
  let beyond = job + 1;
  while (beyond < jobs && ends[beyond] <= from + window) beyond++;
  if (beyond === job + 1 || holds(at, beyond - 1)) return beyond - 1;
  const after = holderFrom(at, beyond);
  return after >= 0 ? after : holderBefore(at, beyond);
}

/** The first job that holds nodes of a span, which has some; plans only take more of them. */
function firstHolderOf(span: i32): i32 {
  const job = holderFrom(span * words, firstHolder[span]);
  firstHolder[span] = job;
  return job;
}

/** The first job from this one on that holds nodes of the span; -1 when there is none. */
function holderFrom(at: i32, from: i32): i32 {
  for (let job = from; job < jobs; job++) if (holds(at, job)) return job;
  return -1;
}

/** The last job before this one that does; -1 when there is none. */
function holderBefore(at: i32, end: i32): i32 {
  for (let job = end - 1; job >= 0; job--) if (holds(at, job)) return job;
  return -1;
}

/** Does a job hold nodes of the span? */
function holds(at: i32, job: i32): bool {
  const end = first[job + 1];
  for (let i = first[job]; i < end; i++) if ((free[at + word[i]] & mask[i]) !== 0) return true;
  return false;
}

/** How many nodes of the span a job holds. */
function heldBy(at: i32, job: i32): i32 {
  const end = first[job + 1];
  let count: u64 = 0;
  for (let i = first[job]; i < end; i++) count += popcnt(free[at + word[i]] & mask[i]);
  return count as i32;
}

/** Takes what fits tightest of the nodes of the span that are free when so many jobs are gone. */
function take(at: i32, gone: i32, wanted: i32): void {
  const block = gone === 0 ? 1 : blocks.ofJob(gone - 1);
  const row = (block - 1) * words;
  for (let i = 0; i < words; i++) gathered[i] = free[at + i] & blocks.sets[row + i];
  const end = first[gone];
  for (let i = first[blocks.begin[block]]; i < end; i++) {
    const k = word[i];
    gathered[k] |= free[at + k] & mask[i];
  }
  takeTightest(gathered, words, wanted);
}
