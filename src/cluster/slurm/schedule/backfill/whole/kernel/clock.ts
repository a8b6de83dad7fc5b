/** Seconds of a slot of the plan (bf_resolution). */
export let resolution: i32 = 60;
/** Seconds and slots of the window (bf_window). */
export let window: i32 = 0;
export let slots: i32 = 0;
/** How many seconds of the first slot are over at the present. */
let phase: i32 = 0;
/** Seconds of the present on Slurm's half minute. */
export let halfMinute: i32 = 0;

export function setResolution(seconds: i32): void {
  resolution = seconds;
}

/** So many seconds are over of the slot in which the present lies, and of its half minute; the window is so long. */
export function setPresent(over: i32, half: i32, seconds: i32): void {
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
