import type { Scheduler } from "./world.js";

export const fifo: Scheduler = (world) => {
  for (;;) {
    const head = world.queue[0];
    // FIFO keeps no list of expected ends, so under `pyss` nobody hands over early.
    const parts =
      head &&
      world.place(
        world.nodes(() => true),
        head,
      );
    if (parts === undefined) return;
    world.start(head!, parts);
  }
};
