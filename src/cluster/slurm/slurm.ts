import type { ClusterPolicyEntry } from "../policy.js";
import { resolveSlurm } from "./config/resolve-slurm.js";
import type { TimedOperation } from "./controller/controller.js";
import { atStart } from "./controller/phases.js";
import { makeParts } from "./make-parts.js";
import type { SlurmConfig } from "./model/config.js";
import { slurmOptions } from "./options.js";
import { parseSubmission } from "./request/parse-submission.js";
import { SlurmPolicy } from "./slurm-policy.js";
import { buildState } from "./state/build.js";

/** slurmctld 22.05, decision for decision. */
export const slurm: ClusterPolicyEntry = {
  info: {
    name: "slurm",
    kind: "cluster",
    summary:
      "Slurm, decision for decision: main and backfill scheduler, cons_tres, multifactor priority, limits, preemption, reservations, power saving.",
    follows:
      "SchedMD/slurm 22.05.8 (slurmctld, select/cons_tres, priority/multifactor, sched/backfill), recordings of it; topology/block and limits of running minutes: recordings of 24.11.5",
    simplifies: [
      "Passes take the time that testTime gives them; without it none, and bf_yield_interval, bf_max_time and max_sched_time bound nothing. What backfill starts between two sleeps starts at the end of the first. max_rpc_cnt is not modelled: requests take no time.",
      "A job's launch and its epilog take no time; nodes are free the instant a job ends.",
      "Usage before the run's start is what `usage` gives, minutes of TRES as whole ones, as scontrol prints them.",
      "Suspend, resume and reboot programs are not run: how long a boot takes is said by boot. SuspendExcStates of later releases is not there; CLOUD nodes are up when power saving is off.",
      "Reservations of cores keep the nodes that they got; days of the week are those of UTC.",
      "Followed from the source, without a recorded case: what releases later than 22.05 do, but for topology/block, PowerDownOnIdle and what recordings of 24.11 show of its plans, of CPUs by tasks and of reasons. Which release between the two began with that is not known: it is taken to be 24.11.",
      "QOS of Flags=Relative count their limits as plain numbers; the components of a heterogeneous job are admitted one by one.",
      "Selection knows no plane distribution, GRES shared in parts (mps, shard), --ntasks-per-gpu or binding of GPUs to cores that is enforced; system cores are a node's last ones.",
      "sched/hold, burst buffers, federations, dynamic nodes and topology plugins other than tree and block are not there.",
    ],
    options: slurmOptions,
  },
  judges: true,
  configure(options, { folder, pools, gpuTypes }) {
    const { config, pools: fleet, operations, warnings } = resolveSlurm(options, folder, pools, gpuTypes);
    return { options: { config, operations }, pools: fleet, warnings };
  },
  create(options) {
    const { config, operations, epoch } = options as {
      config: SlurmConfig;
      operations: readonly TimedOperation[];
      epoch?: number;
    };
    const parse = (text: string) => parseSubmission(text, { epoch }).submission;
    return new SlurmPolicy(buildState(config), makeParts, atStart, parse, operations, epoch);
  },
};
