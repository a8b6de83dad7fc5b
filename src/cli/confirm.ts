import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.js";

/** Asks on standard error; false when nobody is there to answer. */
export async function confirm(question: string, { world }: Terminal): Promise<boolean> {
  if (world.stdin.isTTY !== true || world.stderr.isTTY !== true) return false;
  const lines = createInterface({ input: world.stdin, output: world.stderr as NodeJS.WriteStream });
  const answered = new AbortController();
  // Ctrl-C is a no.
  lines.once("SIGINT", () => answered.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: answered.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (answered.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}
