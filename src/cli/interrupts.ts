import { Exit } from "./exit.js";
import type { World } from "./terminal.js";

/** Ctrl-C: the first one asks the run to stop and show what it has, the second ends the process. */
export class Interrupts {
  readonly stop: () => void;
  #count = 0;

  /** `last` is called before the process ends, `first` at the first Ctrl-C. */
  constructor(world: World, last: () => void, first?: () => void) {
    this.stop = world.onInterrupt(() => {
      this.#count++;
      if (this.#count < 2) return first?.();
      last();
      world.exit(Exit.Interrupted);
    });
  }

  /** Gives signals a chance to be heard, and tells whether one was. */
  async heard(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#count > 0;
  }
}
