import { type Command, Option } from "commander";
import { collect } from "../overrides.js";

/** Options of commands that run many simulations. */
export interface ManyRunsOptions {
  /** Folder of kept results; nothing is kept when absent. */
  store?: string;
  workers?: string;
  executor: "local" | "slurm" | "kubernetes";
  chunk?: string;
  throttle?: string;
  partition?: string;
  account?: string;
  time?: string;
  sbatch?: string[];
  quiet?: boolean;
}

/** Where results are kept unless the user says otherwise. */
export const STORE = ".whowaits/points";

interface Offered {
  /** Results are kept even when nobody asks for it. */
  keeps: boolean;
  executors?: readonly ManyRunsOptions["executor"][];
}

/** Where results are kept, and where and how many runs happen at a time. */
export function manyRunsOptions(
  command: Command,
  { keeps, executors = ["local", "slurm"] }: Offered,
): Command {
  command.optionsGroup("Where it runs:");
  if (keeps) command.option("--store <folder>", "where results are kept, so that nothing runs twice", STORE);
  else command.option("--store <folder>", "keep results there, so that nothing runs twice");
  command
    .option("--workers <n>", "runs at a time. Default: as many as cores; 1 in each task of an array")
    .addOption(
      new Option("--executor <where>", "this machine, or job arrays of a Slurm cluster")
        .choices(executors)
        .default("local"),
    )
    .option("--chunk <n>", "slurm: runs of each task. Default: so many that there are 250 tasks")
    .option("--throttle <n>", "slurm: tasks of the array at a time")
    .option("--partition <names>", "slurm: partition")
    .option("--account <name>", "slurm: account")
    .option("--time <limit>", "slurm: time limit of each task, such as 30 or 2:00:00")
    .option("--sbatch <option>", "slurm: any option of sbatch, such as --qos=low; again for more", collect);
  return command.optionsGroup("Options:");
}
