import { type Command, Option } from "commander";
import { type Context, examples } from "../context.js";
import { type ManyRunsOptions, manyRunsOptions } from "../many-runs/options.js";
import { collect, type OverrideOptions, overrideOptions } from "../overrides.js";

export interface SweepCliOptions extends OverrideOptions, ManyRunsOptions {
  vary: string[];
  sample?: string;
  replications?: string;
  seeds?: string;
  metric?: string[];
  out?: string;
  format?: "csv" | "jsonl" | "parquet";
  json?: boolean;
  shard?: string;
  dryRun?: boolean;
  image?: string;
  claim?: string;
  yes?: boolean;
}

export function sweepCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("sweep")
    .description("Run a scenario over a grid or sample of values, resumably, on all cores")
    .argument("<scenario>", "scenario file")
    .requiredOption("--vary <key=values>", "a,b,c or 1..10[:step], with units; again for more", collect)
    .option("--sample <method:points>", "draw points, random:200 or latin:200, instead of the grid");
  overrideOptions(command)
    .option("--replications <n>", "seeds per combination, from the scenario's seed on. Default: 1")
    .option("--seeds <seeds>", "the seeds themselves: 1..20 or 3,7,9")
    .option("--metric <name>", "keep only this metric, such as wait.p95; again for more", collect)
    .option("--out <file>", "write all points: .csv, .jsonl or .parquet by its ending; - is standard output")
    .addOption(new Option("--format <name>", "format of --out").choices(["csv", "jsonl", "parquet"]))
    .option("--json", "print JSON instead of the summary")
    .option("--shard <i/n>", "run only this share of the points, from 0/n to (n-1)/n")
    .option("-y, --yes", "do not ask before a very large sweep")
    .option("-q, --quiet", "neither summary nor progress")
    .action(async (path: string, options: SweepCliOptions) => {
      const { runSweep } = await import("../sweep/run-sweep.js");
      finish(await runSweep(path, options, terminal));
    });
  manyRunsOptions(command, { keeps: true, executors: ["local", "slurm", "kubernetes"] })
    .optionsGroup("Where it runs:")
    .option("--dry-run", "kubernetes: print the manifest of an Indexed Job, and how to gather")
    .option("--image <name>", "kubernetes: container image that has whowaits")
    .option("--claim <name>", "kubernetes: volume claim that holds this folder, for all pods")
    .optionsGroup("Options:");
  examples(command, [
    ["sweep s.yaml --vary scheduler.policy=fifo,easy --replications 5", "Two policies, five seeds each"],
    ["sweep s.yaml --vary fleet.pools.0.nodes=4..32:4 --out nodes.csv", "A range, all metrics in a file"],
    ["sweep s.yaml --vary a.b=1..10 --vary c.d=1h..8h --sample latin:100", "A Latin hypercube"],
  ]);
}
