/** Exit statuses: documented, tested, never renumbered. */
export const Exit = {
  Done: 0,
  /** A check did not pass. */
  Failed: 1,
  /** Bad usage or bad input. */
  Usage: 2,
  /** A fault of ours. */
  Fault: 4,
  /** Stopped by Ctrl-C; what was finished is shown, labelled partial. */
  Interrupted: 130,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];
