import { Argument, type Command } from "commander";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function completionCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("completion")
    .description("Print a script that completes commands, options, policies and files")
    .addArgument(new Argument("<shell>", "the shell it is for").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionScript } = await import("../completion/script.js");
      terminal.out(await completionScript(program, shell));
      finish(Exit.Done);
    });
  examples(command, [
    ["completion bash >> ~/.bashrc", "For good, in bash"],
    ["completion fish > ~/.config/fish/completions/whowaits.fish", "For good, in fish"],
    ["completion zsh > ~/.zfunc/_whowaits", "In zsh, with ~/.zfunc in fpath before compinit"],
  ]);
}
