import { type Command, Option } from "commander";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";

export interface InspectOptions {
  kind?: "jobs" | "requests";
  format?: string;
  processor: "core" | "gpu" | "node";
  strict?: boolean;
  json?: boolean;
}

export interface GenerateOptions {
  seed?: string;
  format?: string;
  out?: string;
}

export function traceCommand(program: Command, { terminal, finish }: Context): void {
  const trace = program.command("trace").description("Look into traces, and make them");
  const inspect = trace
    .command("inspect")
    .description("Read a trace from start to end and tell what is in it")
    .argument("<file>", "trace of jobs or requests, plain or .gz; - reads standard input")
    .addOption(
      new Option("--kind <kind>", "what it holds, when the file does not show it").choices([
        "jobs",
        "requests",
      ]),
    )
    .option("--format <name>", "its format, when the file does not show it")
    .addOption(
      new Option("--processor <unit>", "what an SWF processor stands for")
        .choices(["core", "gpu", "node"])
        .default("core"),
    )
    .option("--strict", "a row that cannot be used is an error")
    .option("--json", "print JSON")
    .action(async (file: string, options: InspectOptions) => {
      const { inspectTrace } = await import("../inspect-trace.js");
      terminal.out(await inspectTrace(file, options, terminal));
      finish(Exit.Done);
    });
  examples(inspect, [
    ["trace inspect log.swf.gz", "Rows used and left out, sizes, load"],
    ["trace inspect chat.csv --json", "The same for programs"],
  ]);
  const generate = trace
    .command("generate")
    .description("Make a trace from a recipe: a YAML file with jobs: or requests:")
    .argument("<recipe>", "recipe file; - reads standard input")
    .option("--seed <seed>", "seed of all random draws, instead of the recipe's")
    .option("--format <name>", "swf, csv or jsonl. Default: by --out, else csv")
    .option("--out <file>", "file to write, .gz packs it. Default: standard output")
    .action(async (file: string, options: GenerateOptions) => {
      const { generateTrace } = await import("../generate-trace.js");
      await generateTrace(file, options, terminal);
      finish(Exit.Done);
    });
  examples(generate, [
    ["trace generate recipe.yaml --out jobs.csv", "A trace in a file"],
    ["trace generate recipe.yaml --seed 2 | head", "Other draws from the same recipe"],
  ]);
}
