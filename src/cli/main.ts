import { runCommandLine } from "./program.js";
import { processWorld, Terminal } from "./terminal.js";

const world = processWorld();
world.end(await runCommandLine(world.args, new Terminal(world)));
