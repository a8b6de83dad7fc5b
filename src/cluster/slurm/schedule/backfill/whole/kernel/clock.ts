/** Seconds of a slot of the plan (bf_resolution), and slots of the window (bf_window). */
export let resolution: i32 = 60;
export let slots: i32 = 0;
/** The first slot, counted from the run's start, and how many of its seconds are over at the present. */
export let base: i32 = 0;
export let phase: i32 = 0;
/** Seconds of the present on Slurm's half minute. */
export let halfMinute: i32 = 0;

export function setResolution(seconds: i32): void {
  resolution = seconds;
}

export function setPresent(slot: i32, over: i32, half: i32, window: i32): void {
  base = slot;
  phase = over;
  halfMinute = half;
  slots = slotOf(window);
}

/** The slot of a time; times are seconds from the present on, those before it belong to its slot. */
export function slotOf(time: i32): i32 {
  return (time + phase) / resolution;
}

export function timeOf(slot: i32): i32 {
  return slot * resolution - phase;
}
