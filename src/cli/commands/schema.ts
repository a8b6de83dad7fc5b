import { Argument, type Command } from "commander";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";
import { packageText } from "../package-files.js";

export function schemaCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("schema")
    .description("Print the JSON Schema of scenarios, or of results")
    .addArgument(
      new Argument("[kind]", "what to describe").choices(["scenario", "result"]).default("scenario"),
    )
    .action((kind: string) => {
      terminal.out(packageText(`${kind}.schema.json`));
      finish(Exit.Done);
    });
  examples(command, [
    ["schema > scenario.schema.json", "For editors: complete and check scenarios while typing"],
    ["schema result", "What result.json holds"],
  ]);
}
