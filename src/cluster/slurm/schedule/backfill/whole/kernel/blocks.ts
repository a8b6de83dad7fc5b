import { copyWords, row } from "./arrays";
import { idle, words } from "./cluster";
import { first, jobs, mask, word } from "./running";

/**
 * The running jobs of a pass in blocks of neighbours by their end, from block 1 on. So that it need not be gathered job by
 * job which nodes are free by when.
 */

/** Jobs of a block. */
const size: i32 = 8;
/** The last block. */
export let last: i32 = 1;
/** By block: its first job; one more than there are blocks. */
export let begin = row<i32>(32);
/** By block: a row of words with all nodes that are free once the block is gone; before the first, without a job. */
export let sets = row<u64>(0);

/** As jobs run now. */
export function reset(): void {
  last = max(1, (jobs + size - 1) / size);
  if (begin.length < last + 2) begin = row<i32>(2 * last + 2);
  if (sets.length <= (last + 1) * words) sets = row<u64>(2 * (last + 1) * words + 1);
  copyWords(idle, 0, sets, 0, words);
  for (let block = 1; block <= last; block++) {
    begin[block] = (block - 1) * size;
    const at = block * words;
    copyWords(sets, at - words, sets, at, words);
    const end = first[min(block * size, jobs)];
    for (let i = first[(block - 1) * size]; i < end; i++) sets[at + word[i]] |= mask[i];
  }
  begin[last + 1] = jobs;
}

/** A job has come to run on nodes that had none, at this place among the jobs. */
export function enter(place: i32): void {
  let block = last;
  while (block > 1 && begin[block] > place) block--;
  for (let k = block + 1; k <= last + 1; k++) begin[k]++;
  for (let i = first[place]; i < first[place + 1]; i++)
    for (let b = 0; b < block; b++) sets[b * words + word[i]] &= ~mask[i];
}

/** The block of a job; of the one behind the last job the last block. */
export function ofJob(job: i32): i32 {
  let block = min(last, job / size + 1);
  while (block > 1 && begin[block] > job) block--;
  while (block < last && begin[block + 1] <= job) block++;
  return block;
}
