import { SECOND } from "../core/units.js";
import type { Terminal } from "./terminal.js";

export interface PointsBar {
  /** @param ran points that were run, among the `done` ones: the others were there before */
  update(progress: { done: number; ran: number; total: number }): void;
  stop(): void;
}

const UPDATES_PER_SECOND = 10;

/** Progress over many runs on standard error when that is a terminal; otherwise nothing. */
export async function pointsBar(terminal: Terminal, quiet: boolean): Promise<PointsBar> {
  if (quiet || !terminal.canDraw) return { update() {}, stop() {} };
  const { default: cliProgress } = await import("cli-progress");
  const { formatDuration } = await import("../core/units.js");
  const bar = new cliProgress.SingleBar({
    stream: terminal.world.stderr as NodeJS.WriteStream,
    format: "{bar} {value} of {total} points | {left} left",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    fps: UPDATES_PER_SECOND,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  const begin = performance.now();
  let drawn = false;
  return {
    update({ done, ran, total }) {
      const each = (performance.now() - begin) / Math.max(1, ran);
      const left = ran === 0 ? "?" : formatDuration(Math.round(((each * (total - done)) / 1e3) * SECOND));
      if (!drawn) bar.start(total, 0, { left });
      drawn = true;
      bar.update(done, { left });
    },
    stop() {
      if (drawn) bar.stop();
    },
  };
}
