import { row } from "./arrays";
import { share } from "./bits";
import * as blocks from "./blocks";
import { halfMinute } from "./clock";
import { words } from "./cluster";
import * as holders from "./holders";
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

let gathered = row<u64>(0);

export function allocate(): void {
  gathered = row<u64>(words + 1);
}

/** What was expected last: the span, the jobs that are gone by then, and the nodes that are wanted. */
let spanAsked: i32 = 0;
let gone: i32 = 0;
let wanted: i32 = 0;

/**
 * When so many nodes of a span are expected to be free (seconds). `later` when that is after `until`, `never` when it is
 * never.
 */
export function expect(span: i32, nodes: i32, until: i32): i32 {
  const holder = holders.enough(span, nodes);
  if (holder < 0) return never;
  spanAsked = span;
  wanted = nodes;
  gone = 0;
  if (holder === 0) return 0;
  if (ends[holder - 1] > until) return later;
  gone = endOfBatch(span, holder);
  return ends[gone - 1] > until ? later : expected[gone - 1];
}

/** The number of the job with which the batch ends in which this one leaves. */
function endOfBatch(span: i32, holder: i32): i32 {
  const start = ends[holders.next(span, 1) - 1];
  const from = start + firstWindow - ((((start + halfMinute) % firstWindow) + firstWindow) % firstWindow);
  let window = firstWindow;
  const before = holders.last(span, holder - 1);
  if (before > 0) while (ends[before] > from + window) window *= 2;
  // The first job to leave after the window; who holds none of the nodes does not end a batch.
  let beyond = holder + 1;
  while (beyond <= jobs && ends[beyond - 1] <= from + window) beyond++;
  if (beyond === holder + 1 || holders.has(span, beyond - 1)) return beyond - 1;
  const after = holders.next(span, beyond);
  return after > 0 ? after : holders.last(span, beyond - 1);
}

/** Puts into `runs` which nodes are taken then: those that fit tightest. */
export function take(): void {
  const block = gone === 0 ? 1 : blocks.ofJob(gone - 1);
  const row = (block - 1) * words;
  const set = gathered;
  const nodes = free.from(spanAsked * words);
  share(nodes, blocks.sets.from(row), set, words);
  const end = first[gone];
  for (let i = first[blocks.begin[block]]; i < end; i++) {
    const k = word[i];
    set[k] |= nodes[k] & mask[i];
  }
  takeTightest(set, words, wanted);
}
