import type { Command } from "commander";
import { type Context, examples } from "../context.js";
import { type OverrideOptions, overrideOptions } from "../overrides.js";

export interface PlanCliOptions extends OverrideOptions {
  find: string;
  replications: string;
  confidence: string;
  store: string;
  workers?: string;
  json?: boolean;
  quiet?: boolean;
}

export function planCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("plan")
    .description("Find the smallest value of a key with which a scenario meets its thresholds")
    .argument("<scenario>", "scenario file")
    .requiredOption("--find <key=range>", "1..64 or 4..64:4, smallest first");
  overrideOptions(command)
    .option("-n, --replications <n>", "seeds to run, from the scenario's on", "5")
    .option("--confidence <percent>", "with which each target is met", "95%")
    .option("--store <folder>", "where results are kept, so that no point runs twice", ".whowaits/points")
    .option("--workers <n>", "runs at a time. Default: as many as the machine has cores")
    .option("--json", "print JSON instead of the summary")
    .option("-q, --quiet", "no progress")
    .action(async (path: string, options: PlanCliOptions) => {
      const { runPlan } = await import("../plan/run-plan.js");
      finish(await runPlan(path, options, terminal));
    });
  examples(command, [
    ["plan s.yaml --find services.chat.replicas=1..16", "How many replicas the service needs"],
    ["plan s.yaml --find fleet.pools.0.nodes=8..64:4", "How many nodes, in fours"],
  ]);
}
