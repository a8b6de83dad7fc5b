import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.js";

/** Asks on standard error; false when nobody is there to answer. */
export async function confirm(question: string, { world }: Terminal): Promise<boolean> {
  if (world.stdin.isTTY !== true || world.stderr.isTTY !== true) return false;
  const lines = createInterface({ input: world.stdin, output: world.stderr as NodeJS.WriteStream });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
