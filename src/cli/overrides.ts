import type { Command } from "commander";
import type { Overrides } from "../scenario/load.js";
import type { World } from "./terminal.js";

export interface OverrideOptions {
  variant?: string;
  set?: string[];
  seed?: string;
  until?: string;
  warmUp?: string;
}

/** Options that replace values of the scenario, its variants among them. */
export function overrideOptions(command: Command): Command {
  return valueOptions(command.option("--variant <name>", "one of the scenario's variants"));
}

/** Options that replace single values. */
export function valueOptions(command: Command): Command {
  return command
    .option("--set <key=value>", "replace a value, such as scheduler.policy=easy; again for more", collect)
    .option("--seed <seed>", "seed of all random draws")
    .option("--until <duration>", "end the run at this simulated time, such as 2h")
    .option("--warm-up <duration>", "measure only what arrives from then on; auto finds when, by MSER-5");
}

/** What the options and the environment say. */
export function overridesOf(
  { variant, set, seed, until, warmUp }: OverrideOptions,
  { env }: World,
): Overrides {
  return {
    environment: env,
    ...(variant === undefined ? {} : { variant }),
    ...(set === undefined ? {} : { set }),
    ...(seed === undefined ? {} : { seed }),
    ...(until === undefined ? {} : { until }),
    ...(warmUp === undefined ? {} : { warmUp }),
  };
}

/** Gathers the values of an option that may be given again. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
