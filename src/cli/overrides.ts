import type { Command } from "commander";
import type { Overrides } from "../scenario/load.js";

export interface OverrideOptions {
  set?: string[];
  seed?: string;
  until?: string;
}

/** Options that replace values of the scenario. */
export function overrideOptions(command: Command): Command {
  return command
    .option("--set <key=value>", "replace a value, such as scheduler.policy=easy; again for more", collect)
    .option("--seed <seed>", "seed of all random draws")
    .option("--until <duration>", "end the run at this simulated time, such as 2h");
}

export function overridesOf({ set, seed, until }: OverrideOptions): Overrides {
  return {
    ...(set === undefined ? {} : { set }),
    ...(seed === undefined ? {} : { seed }),
    ...(until === undefined ? {} : { until }),
  };
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
