import type { ScenarioInput } from "../scenario/open.js";
import type { Terminal } from "./terminal.js";

/** A scenario named on the command line; `-` is standard input. */
export async function readInput(path: string, { world }: Terminal): Promise<ScenarioInput> {
  if (path !== "-") return path;
  let text = "";
  world.stdin.setEncoding("utf8");
  for await (const chunk of world.stdin) text += chunk;
  return { text, name: "-" };
}
