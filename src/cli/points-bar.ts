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
  // The first run waits for workers to start; those after it tell how long one takes.
  let first: { at: number; ran: number } | undefined;
  let status = "";
  let drawn = false;
  const stop = () => {
    if (drawn) bar?.stop();
    drawn = false;
  };
  return {
    update({ done, ran, total }) {
      if (bar === undefined) return;
      const now = performance.now();
      if (ran > 0) first ??= { at: now, ran };
      const each = first === undefined ? Number.NaN : (now - first.at) / (ran - first.ran);
      const left = Number.isFinite(each)
        ? formatDuration(Math.round(each * (total - done)) * MILLISECOND)
        : "?";
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
