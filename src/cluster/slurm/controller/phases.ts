/**
 * When the controller's threads look for the first time, seconds from the run's start: a real slurmctld was started at
 * some moment, and its grids of time lie accordingly.
 */
export interface Phases {
  /** The loop of the main scheduler, each second. */
  loop: number;
  backfill: number;
  /** The check of time limits, every 30 s. */
  limits: number;
  /** The priority decay thread. */
  decay: number;
  /** The gang scheduler's time slices. */
  slice: number;
  /** The power thread: a time at which it looks. */
  power: number;
  /** When nodes first registered: those that nothing runs on are idle since then. */
  registered: number;
}

export const atStart: Phases = {
  loop: 0,
  backfill: 0,
  limits: 0,
  decay: 0,
  slice: 0,
  power: 0,
  registered: 0,
};
