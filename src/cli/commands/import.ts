import type { Command } from "commander";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";

export interface ImportSlurmOptions {
  conf: string;
  accounts?: string;
  qos?: string;
  usage?: string;
  sacct?: string;
  out: string;
  force?: boolean;
}

export function importCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("import")
    .description("Write a scenario from the configuration of a cluster that exists");
  const slurm = command
    .command("slurm")
    .description("From a slurm.conf, and what sacctmgr and sacct print")
    .requiredOption("--conf <file>", "slurm.conf; its Includes, and topology.conf and gres.conf beside it")
    .option("--accounts <file>", "sacctmgr dump CLUSTER file=FILE, or sacctmgr -P show assoc")
    .option("--qos <file>", "sacctmgr -P show qos")
    .option(
      "--usage <file>",
      "scontrol show assoc_mgr, or sshare -a -l -P, at the beginning of the jobs: what had been used by then",
    )
    .option("--sacct <file>", "sacct -a -P dump: the jobs to replay")
    .option("--out <file>", "scenario to write", "scenario.yaml")
    .option("--force", "replace a file that is there")
    .action(async (options: ImportSlurmOptions) => {
      const { importSlurm } = await import("../import-slurm.js");
      await importSlurm(options, terminal);
      finish(Exit.Done);
    });
  examples(slurm, [
    ["import slurm --conf /etc/slurm/slurm.conf --sacct march.sacct", "Last month's jobs on this cluster"],
    [
      "import slurm --conf slurm.conf --accounts dump.cfg --qos qos.txt --sacct march.sacct",
      "With limits and shares",
    ],
  ]);
}
