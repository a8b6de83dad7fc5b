/** Seconds of a slot of the plan (bf_resolution). */
export let resolution: i32 = 60;
/** Seconds and slots of the window (bf_window). */
export let window: i32 = 0;
export let slots: i32 = 0;
/** The first slot, counted from the run's start, and how many of its seconds are over at the present. */
export let base: i32 = 0;
let phase: i32 = 0;
/** Seconds of the present on Slurm's half minute. */
export let halfMinute: i32 = 0;

export function setResolution(seconds: i32): void {
  resolution = seconds;
}

/** The present lies in a slot of which so many seconds are over, and in a half minute likewise. */
export function setPresent(slot: i32, over: i32, half: i32, seconds: i32): void {
  base = slot;
  phase = over;
  halfMinute = half;
  window = seconds;
  slots = slotOf(seconds);
}

/** The slot of a time; times are seconds from the present on, those before it belong to its slot. */
export function slotOf(time: i32): i32 {
  return (time + phase) / resolution;
}

export function timeOf(slot: i32): i32 {
  return slot * resolution - phase;
}
