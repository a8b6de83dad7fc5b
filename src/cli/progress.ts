import { formatDuration } from "../core/units.js";
import type { Progress } from "../scenario/simulate.js";
import { newBar } from "./bar.js";
import type { Terminal } from "./terminal.js";

export interface ProgressBar {
  update(progress: Progress): void;
  stop(): void;
}

/** A run that is over by then needs no bar. */
const PATIENCE_MS = 400;

/** A bar on standard error when that is a terminal; otherwise nothing. */
export async function progressBar(terminal: Terminal, quiet: boolean): Promise<ProgressBar> {
  const bar = await newBar(
    terminal,
    quiet,
    "{bar} {percentage}% | {simulated} simulated | {rate} events/s | {eta_formatted} left",
  );
  const begin = performance.now();
  let drawn = false;
  return {
    update({ time, until, events, done, total }) {
      const elapsed = performance.now() - begin;
      if (bar === undefined || (!drawn && elapsed < PATIENCE_MS)) return;
      const share = total > 0 ? done / total : Number.isFinite(until) && until > 0 ? time / until : 0;
      const rate = Math.round((events / elapsed) * 1000).toLocaleString("en-US");
      const payload = { simulated: formatDuration(time), rate };
      if (!drawn) bar.start(1000, 0, payload);
      drawn = true;
      bar.update(Math.min(1000, Math.round(share * 1000)), payload);
    },
    stop() {
      if (drawn) bar?.stop();
    },
  };
}
