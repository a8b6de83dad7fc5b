import { VERSION } from "../core/version.js";
import type { Terminal } from "./terminal.js";

/** What to say when the program itself is at fault, with all that a report needs. */
export function faultText(error: unknown, terminal: Terminal): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `${terminal.paintErr(["red", "bold"], "fault:")} this is a fault of whowaits, not of your input`,
    "  = please report it with the command, the scenario and these lines:",
    `whowaits ${VERSION}, ${terminal.world.platform}`,
    stack,
    "",
  ].join("\n");
}
