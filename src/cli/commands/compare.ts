import { type Command, Option } from "commander";
import { type Context, examples } from "../context.js";
import { type ManyRunsOptions, manyRunsOptions } from "../many-runs/options.js";
import { collect, type OverrideOptions, valueOptions } from "../overrides.js";

export interface CompareCliOptions extends Omit<OverrideOptions, "variant">, ManyRunsOptions {
  variant?: string[];
  baseline?: string;
  replications: string;
  confidence: string;
  tolerance: string;
  decisions: boolean;
  failOn?: "worse" | "change";
  all?: boolean;
  json?: boolean;
  markdown?: boolean;
}

export function compareCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("compare")
    .description("Compare a scenario's variants, scenarios, or saved runs: what changed, and by how much")
    .argument("<input...>", "a scenario with variants, several scenarios, or folders of saved runs")
    .option("--variant <name>", "only this variant; again for more", collect)
    .option("--baseline <name>", "what the others are compared with. Default: the first");
  valueOptions(command)
    .option("-n, --replications <n>", "seeds that each of them meets, from the scenario's on", "10")
    .option("--confidence <percent>", "of the intervals", "95%")
    .option("--tolerance <percent>", "smaller changes do not matter", "1%")
    .option("--no-decisions", "do not look for the first decision that differs")
    .addOption(
      new Option("--fail-on <what>", "end with 1 when a metric is worse, or changed at all").choices([
        "worse",
        "change",
      ]),
    )
    .option("--all", "show metrics without change too")
    .option("--json", "print JSON: all metrics, all groups")
    .option("--markdown", "print Markdown, for a pull request")
    .option("-q, --quiet", "no progress")
    .action(async (inputs: string[], options: CompareCliOptions) => {
      const { runCompare } = await import("../compare/run-compare.js");
      finish(await runCompare(inputs, options, terminal));
    });
  manyRunsOptions(command, { keeps: true });
  examples(command, [
    ["compare scenario.yaml", "All variants of a scenario against the scenario itself"],
    [
      "compare old.yaml new.yaml -n 20 --fail-on worse",
      "Two scenarios; exit status 1 if one metric got worse",
    ],
    ["compare runs/monday runs/tuesday", "Two saved runs: nothing is run again"],
  ]);
}
