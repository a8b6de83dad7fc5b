import { type Command, Option } from "commander";
import { type Context, examples } from "../context.js";
import { type ManyRunsOptions, manyRunsOptions } from "../many-runs/options.js";
import { type OverrideOptions, overrideOptions } from "../overrides.js";

export interface CheckCliOptions extends OverrideOptions, ManyRunsOptions {
  replications: string;
  baseline?: string;
  saveBaseline?: string;
  tolerance: string;
  significance: string;
  junit?: string;
  markdown?: string;
  json?: boolean;
  annotations: "auto" | "github" | "none";
  fail: boolean;
  all?: boolean;
}

export function checkCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("check")
    .description("Hold scenarios against their thresholds and a baseline: the gate of a CI pipeline")
    .argument("<scenario...>", "scenario files");
  overrideOptions(command)
    .option("-n, --replications <n>", "seeds to run, from the scenario's on", "5")
    .option("--baseline <file>", "compare with what --save-baseline wrote")
    .option("--save-baseline <file>", "write what the scenarios give now, to be committed")
    .option("--tolerance <percent>", "by which a metric may be worse than the baseline", "1%")
    .option("--significance <percent>", "accepted probability of a false alarm per metric", "5%")
    .option("--junit <file>", "write JUnit XML, a test case for each assertion")
    .option("--markdown <file>", "write Markdown; appended to $GITHUB_STEP_SUMMARY by itself")
    .option("--json", "print JSON instead of the table")
    .addOption(
      new Option("--annotations <kind>", "mark thresholds in the pull request; auto: on GitHub Actions")
        .choices(["auto", "github", "none"])
        .default("auto"),
    )
    .option("--no-fail", "end with 0 although something failed")
    .option("--all", "show everything that passed too")
    .option("-q, --quiet", "no progress")
    .action(async (paths: string[], options: CheckCliOptions) => {
      const { runCheck } = await import("../check/run-check.js");
      finish(await runCheck(paths, options, terminal));
    });
  manyRunsOptions(command, { keeps: false });
  examples(command, [
    ["check scenario.yaml", "The thresholds of a scenario"],
    ["check scenarios/*.yaml --save-baseline baseline.json", "Remember what they give"],
    ["check scenarios/*.yaml --baseline baseline.json --junit check.xml", "Has anything got worse?"],
  ]);
}
