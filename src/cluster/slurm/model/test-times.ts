/**
 * How long slurmctld takes for what its passes do, µs. Not a setting of Slurm's, which uses the time that it takes; it is
 * what bf_yield_interval, bf_max_time and max_sched_time are held against. Where all are 0 a pass takes no time.
 */
export interface TestTimes {
  /** A job that the main scheduler tries. */
  main: number;
  backfill: {
    /** An entry of the queue, whether it is tried or not; and as much for making the queue. */
    entry: number;
    /** A job, or task of an array, that is tried. */
    job: number;
    /** Each time at which it is tried. */
    slot: number;
  };
}

export const noTestTimes: TestTimes = { main: 0, backfill: { entry: 0, job: 0, slot: 0 } };

/** Does a pass take any time? */
export function takeTime(times: TestTimes | undefined): times is TestTimes {
  if (times === undefined) return false;
  const { main, backfill } = times;
  return main + backfill.entry + backfill.job + backfill.slot > 0;
}
