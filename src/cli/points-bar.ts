import { formatDuration, MILLISECOND } from "../core/units.js";
import { newBar } from "./bar.js";
import type { Terminal } from "./terminal.js";

export interface PointsBar {
  /** @param ran points that were run, among the `done` ones: the others were there before */
  update(progress: { done: number; ran: number; total: number }): void;
  /** What stands behind the numbers from now on. */
  status(text: string): void;
  /** Writes to standard error without tearing the bar. */
  say(text: string): void;
  stop(): void;
}

/** Progress over many runs on standard error when that is a terminal; otherwise only what is said. */
export async function pointsBar(terminal: Terminal, quiet: boolean): Promise<PointsBar> {
  const bar = await newBar(terminal, quiet, "{bar} {value} of {total} points | {left} left{status}");
  const begin = performance.now();
  let status = "";
  let drawn = false;
  const stop = () => {
    if (drawn) bar?.stop();
    drawn = false;
  };
  return {
    update({ done, ran, total }) {
      if (bar === undefined) return;
      // Results may come in bunches, so all of the time counts and not that between the last ones.
      const each = (performance.now() - begin) / ran;
      const left = ran > 0 ? formatDuration(Math.round(each * (total - done)) * MILLISECOND) : "?";
      if (!drawn) bar.start(total, 0, { left, status });
      drawn = true;
      bar.update(done, { left, status });
    },
    status(text) {
      status = ` | ${text}`;
      if (drawn) bar?.update({ status });
    },
    say(text) {
      // The next update draws it anew below the text.
      stop();
      terminal.err(text);
    },
    stop,
  };
}
