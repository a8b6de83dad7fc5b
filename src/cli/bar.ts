import type { SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.js";

const UPDATES_PER_SECOND = 10;

/**
 * A bar on standard error, not drawn yet; undefined when that is no terminal or nobody wants one.
 *
 * @param format what stands there, with `{bar}` and names of values
 */
export async function newBar(
  terminal: Terminal,
  quiet: boolean,
  format: string,
): Promise<SingleBar | undefined> {
  if (quiet || !terminal.canDraw) return undefined;
  const { default: cliProgress } = await import("cli-progress");
  return new cliProgress.SingleBar({
    stream: terminal.world.stderr as NodeJS.WriteStream,
    format,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    fps: UPDATES_PER_SECOND,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is ours: it ends the run, not the process.
    gracefulExit: false,
  });
}
