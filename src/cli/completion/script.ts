import type { Command } from "commander";
import { catalogue } from "../../scenario/catalogue.js";
import type { Shell } from "../commands/completion.js";
import { templates } from "../package-files.js";
import { bash } from "./bash.js";
import { describeCommands } from "./describe.js";
import { fish } from "./fish.js";
import { zsh } from "./zsh.js";

const WRITERS = { bash, zsh, fish };

/** A script for a shell, made from the definitions of the commands. */
export async function completionScript(program: Command, shell: Shell): Promise<string> {
  const words = {
    policies: [...new Set(catalogue.map(({ name }) => name))],
    "init --template": templates(),
  };
  return WRITERS[shell](describeCommands(program, words));
}
