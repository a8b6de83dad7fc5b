import { type Command, Option } from "commander";
import { type Context, examples } from "../context.js";
import { type ManyRunsOptions, manyRunsOptions } from "../many-runs/options.js";
import { collect, type OverrideOptions, overrideOptions } from "../overrides.js";

export interface PlanCliOptions extends OverrideOptions, ManyRunsOptions {
  find?: string[];
  largest?: string;
  price?: string[];
  pay?: "fleet" | "replicas";
  headroom: boolean;
  markdown?: boolean;
  replications: string;
  confidence: string;
  json?: boolean;
}

export function planCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("plan")
    .description("Find the smallest fleet, or the largest load, with which a scenario meets its thresholds")
    .argument("<scenario>", "scenario file")
    .option(
      "--find <key=values>",
      "smallest that does: 1..64 or 4..64:4; again for the cheapest of several keys, which may have lists",
      collect,
    )
    .option("--largest <key=range>", "largest that does, such as load=1..8:0.1");
  overrideOptions(command)
    .option("-n, --replications <n>", "seeds to run, from the scenario's on", "5")
    .option("--confidence <percent>", "with which all targets are met", "95%")
    .option("--price <gpu=price>", "of one GPU for an hour; again for more types", collect)
    .addOption(
      new Option(
        "--pay <what>",
        "what costs: the whole fleet, or what replicas hold of it. Default: by the keys",
      ).choices(["fleet", "replicas"]),
    )
    .option("--no-headroom", "do not look how much more load the answer takes")
    .option("--json", "print JSON instead of the summary")
    .option("--markdown", "print Markdown")
    .option("-q, --quiet", "no progress")
    .action(async (path: string, options: PlanCliOptions) => {
      const { runPlan } = await import("../plan/run-plan.js");
      finish(await runPlan(path, options, terminal));
    });
  manyRunsOptions(command, { keeps: true });
  examples(command, [
    ["plan s.yaml --find services.chat.replicas=1..16", "How many replicas the service needs"],
    ["plan s.yaml --find fleet.pools.0.nodes=8..64:4", "How many nodes, in fours"],
    ["plan s.yaml --largest load=1..4:0.1", "How much more work the fleet takes"],
    [
      "plan s.yaml --find a.nodes=1..16 --find a.gpu=L4,L40S --price L4=0.7",
      "Which GPUs, and how many of them, are the cheapest that do",
    ],
  ]);
}
