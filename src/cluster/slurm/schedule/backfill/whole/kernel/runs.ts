import { longer, row } from "./arrays";

/** Runs `[begin, end)` of consecutive nodes, in the order in which they were taken: those of a job's place. */
export let length: i32 = 0;
export let begin = row<i32>(64);
export let end = row<i32>(64);

export function clear(): void {
  length = 0;
}

export function push(from: i32, to: i32): void {
  if (length === begin.length) {
    begin = longer(begin);
    end = longer(end);
  }
  begin[length] = from;
  end[length++] = to;
}
