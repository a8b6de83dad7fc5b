/** How often a reservation comes again. Of several flags the first of these counts. */
export const RECURRENCES = ["HOURLY", "DAILY", "WEEKDAY", "WEEKEND", "WEEKLY"] as const;
export type Recurrence = (typeof RECURRENCES)[number];

const HOUR = 3600;
const DAY = 24 * HOUR;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;
const SUNDAY = 0;

/**
 * Seconds by which a reservation moves when one of its times is over. Those by day of the week go by the day on which
 * they are moved, not by that on which they began: one of weekdays that ends past a Friday's midnight comes again on Sunday.
 *
 * `_advance_resv_time` of src/slurmctld/reservation.c, 22.05; [run] in x-reservation-weekly-thu, -fri and -sun.
 *
 * @param now seconds since 1970, in the cluster's time zone
 */
export function untilNext(recurrence: Recurrence, now: number): number {
  // 1970 began on a Thursday.
  const day = (Math.floor(now / DAY) + THURSDAY) % 7;
  switch (recurrence) {
    case "HOURLY":
      return HOUR;
    case "DAILY":
      return DAY;
    case "WEEKDAY":
      return day === FRIDAY ? 3 * DAY : day === SATURDAY ? 2 * DAY : DAY;
    case "WEEKEND":
      return day === SUNDAY ? 6 * DAY : day === SATURDAY ? DAY : (SATURDAY - day) * DAY;
    case "WEEKLY":
      return 7 * DAY;
  }
}

/** Seconds after which everything is as it was. */
export function periodOf(recurrence: Recurrence): number {
  return recurrence === "HOURLY" ? HOUR : recurrence === "DAILY" ? DAY : 7 * DAY;
}
