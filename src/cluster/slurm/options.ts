import type { OptionInfo } from "../../core/policy-info.js";
import { schedulerParameters } from "./config/scheduler-parameters.js";

const UNITS = { s: "seconds", min: "minutes", us: "microseconds" } as const;

/**
 * What `whowaits policies slurm` shows: the keys that are ours, and SchedulerParameters with Slurm's defaults. All other
 * settings of slurm.conf are options as well; slurm.conf(5) has them.
 */
export const slurmOptions: readonly OptionInfo[] = [
  {
    name: "conf",
    type: "string",
    description:
      "Path of a slurm.conf; its Includes, and topology.conf and gres.conf beside it, are read too",
  },
  {
    name: "accounts",
    type: "any",
    description:
      "A file of `sacctmgr dump` or `sacctmgr -P show assoc`, a mapping of accounts to their settings (Parent, Fairshare, limits, Users), or a list of these",
  },
  {
    name: "qos",
    type: "any",
    description: "A file of `sacctmgr -P show qos`, a mapping of QOS to their settings, or a list of these",
  },
  {
    name: "usage",
    type: "any",
    description:
      "What accounts, users and QOS had used before the run: a file of `scontrol show assoc_mgr` or `sshare -a -l -P`, a mapping { lab: { RawUsage: 3600, Users: { anna: { RawUsage: 1200 } } }, qos: { high: { GrpTRESRaw: cpu=60, GrpWallRaw: 30 } } } in billing seconds and minutes, or a list of these. Default: nothing",
  },
  {
    name: "topology",
    type: "any",
    description: "Path of a topology.conf, or a list of its lines. Default: the one beside conf",
  },
  {
    name: "version",
    type: "string",
    description: "The release whose decisions are followed where they differ. Default 22.05",
  },
  {
    name: "gpu",
    type: "any",
    description:
      "Which GPU of the catalogue a Gres type is, such as { a100: A100-80GB }, or one name for all. Default: the type of that name",
  },
  {
    name: "boot",
    type: "any",
    description:
      "How long a node takes from the call of ResumeProgram or RebootProgram until its slurmd registers, which Slurm does not know: a duration, or a mapping of host lists (and default) to durations or never, such as { default: 90s, gpu[01-04]: 5m }. Default: half of the node's ResumeTimeout",
  },
  {
    name: "testTime",
    type: "any",
    description:
      "How long slurmctld takes to try a job, in the main scheduler and in backfill: { main: 1ms, backfill: 20ms }. It is what bf_yield_interval, bf_max_time and max_sched_time are held against. Of backfill also apart: { entry: 10us, job: 15ms, slot: 1ms }, for each entry of the queue, each job tried, and each time at which it is tried. Default 0: passes take no time, and these bound nothing",
  },
  {
    name: "groups",
    type: "any",
    description:
      "Who is in the groups of AllowGroups: a file of `getent group` (and `getent passwd`, for primary groups), or a mapping such as { staff: [anna, ben] }. Default: AllowGroups keeps nobody out, and a warning says so",
  },
  {
    name: "operations",
    type: "any",
    description:
      'What administrators and users do while it runs, a list of { at, cmd } with scontrol or scancel (and sprio or sshare, which print into the journal; `every` repeats them), such as { at: 300s, cmd: "scontrol update NodeName=n4 State=DOWN" }',
  },
  {
    name: "any setting of slurm.conf",
    type: "any",
    description:
      "Laid over conf: PriorityWeightAge: 1000. NodeName, PartitionName, NodeSet and DownNodes are mappings by name: PartitionName: { big: { MaxTime: 1-0 } }",
  },
  {
    name: "SchedulerParameters",
    type: "any",
    description: "As text in place of conf's, or a mapping of those below, laid over conf's",
  },
  ...schedulerParameters.map(
    ({ name, unit, default: standard, least = 0, most, also, description }): OptionInfo => ({
      name: `SchedulerParameters.${name}`,
      type: standard === undefined ? "boolean" : "integer",
      ...(standard === undefined ? {} : { minimum: also === undefined ? least : Math.min(least, ...also) }),
      default: standard ?? false,
      description: `${description}${unit === undefined ? "" : `, in ${UNITS[unit]}`}${most === undefined ? "" : `; at most ${most}`}`,
    }),
  ),
];
