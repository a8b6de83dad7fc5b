import type { SchedulerParameters } from "../model/config.js";

/** An option of SchedulerParameters that is followed. Without a unit it is a count, or a switch. */
export interface SchedulerParameter {
  readonly name: keyof SchedulerParameters;
  readonly unit?: "s" | "min" | "us";
  /** Undefined: a switch that is off. A text says what it follows when it is not given. */
  readonly default?: number | string;
  readonly least?: number;
  readonly most?: number;
  /** Values outside the range that are taken as well. */
  readonly also?: readonly number[];
  readonly description: string;
}

/** Defaults and ranges as slurm.conf(5) of 22.05 states them and `backfill.c` and `job_scheduler.c` check them. */
// biome-ignore format: a table
export const schedulerParameters: readonly SchedulerParameter[] = [
  { name: "bf_interval", unit: "s", default: 30, least: 1, most: 10_800, also: [-1], description: "Time between two backfill passes; -1 for none" },
  { name: "bf_max_time", unit: "s", default: "bf_interval", least: 1, most: 3600, description: "Longest backfill pass, sleeps included; where testTime is set" },
  { name: "bf_window", unit: "min", default: 1440, least: 1, most: 43_200, description: "How far backfill looks ahead" },
  { name: "bf_window_linear", unit: "s", default: 0, description: "Growth of the window in which running jobs are taken out to find a start; 0 doubles it" },
  { name: "bf_resolution", unit: "s", default: 60, least: 1, most: 3600, description: "Grid to which planned starts are rounded down" },
  { name: "bf_max_job_test", default: 500, least: 1, most: 1_000_000, description: "Jobs that one backfill pass tries" },
  { name: "bf_max_job_part", default: 0, description: "Jobs of a partition that one backfill pass tries; 0 for all" },
  { name: "bf_max_job_user", default: 0, description: "Jobs of a user that one backfill pass tries; 0 for all" },
  { name: "bf_max_job_user_part", default: 0, description: "Jobs of a user in a partition that one backfill pass tries; 0 for all" },
  { name: "bf_max_job_assoc", default: 0, description: "Jobs of an association that one backfill pass tries; 0 for all" },
  { name: "bf_max_job_start", default: 0, most: 10_000, description: "Jobs that one backfill pass starts; 0 for all" },
  { name: "bf_max_job_array_resv", default: 20, most: 1000, description: "Tasks of an array that backfill plans" },
  { name: "bf_node_space_size", default: "bf_max_job_test", least: 2, most: 2_000_000, description: "Records of the plan at which a backfill pass ends" },
  { name: "bf_min_age_reserve", unit: "s", default: 0, most: 2_592_000, description: "Age from which a job is planned" },
  { name: "bf_min_prio_reserve", default: 0, description: "Priority from which a job is planned" },
  { name: "bf_job_part_count_reserve", default: 0, most: 100_000, description: "Jobs of a partition that are planned; 0 for all" },
  { name: "bf_one_resv_per_job", description: "A job in several partitions is planned in one" },
  { name: "bf_continue", description: "A backfill pass goes on after a sleep in which jobs or nodes have changed" },
  { name: "bf_yield_interval", unit: "us", default: 2_000_000, least: 1, most: 10_000_000, description: "How long a backfill pass keeps its locks; where testTime is set" },
  { name: "bf_yield_sleep", unit: "us", default: 500_000, least: 1, most: 10_000_000, description: "How long it gives them away and sleeps" },
  { name: "bf_running_job_reserve", description: "Running whole-node jobs are in the plan" },
  { name: "bf_busy_nodes", description: "Plans prefer nodes in use" },
  { name: "bf_licenses", description: "Licences are planned" },
  { name: "bf_ignore_newly_avail_nodes", description: "Nodes that come free during a backfill pass wait for the next; 22.05 always has it so" },
  { name: "default_queue_depth", default: 100, description: "Jobs that a main pass tries after an event" },
  { name: "partition_job_depth", default: 0, description: "Jobs of a partition that a main pass tries; 0 for all" },
  { name: "sched_interval", unit: "s", default: 60, least: 1, also: [-1], description: "Time between two main passes over the whole queue; -1 for none" },
  { name: "sched_min_interval", unit: "us", default: 2, description: "Shortest time between two main passes" },
  { name: "sched_max_job_start", default: 0, description: "Jobs that a main pass starts; 0 for all" },
  { name: "max_sched_time", unit: "s", default: "MessageTimeout / 2, at most 2", least: 1, description: "Longest main pass; where testTime is set" },
  { name: "batch_sched_delay", unit: "s", default: 3, description: "How long a submission may wait for a main pass" },
  { name: "defer", description: "No main pass at each submission or end" },
  { name: "max_switch_wait", unit: "s", default: 300, description: "Longest wait of a job for its --switches" },
  { name: "assoc_limit_stop", description: "A job at an association's limit holds back those behind it" },
  { name: "correspond_after_task_cnt", default: 10, description: "Tasks split off for aftercorr at a time" },
  { name: "kill_invalid_depend", description: "A job whose dependency cannot be met is cancelled" },
  { name: "pack_serial_at_end", description: "Serial jobs are placed from the last node down" },
  { name: "preempt_youngest_first", description: "The latest started job is preempted first" },
  { name: "preempt_reorder_count", default: 1, description: "Attempts to preempt fewer jobs" },
  { name: "preempt_strict_order", description: "Jobs of lowest priority are preempted first, even if these are more" },
  { name: "reduce_completing_frag", description: "CompleteWait holds back only the partitions concerned" },
  { name: "ignore_prefer_validation", description: "An unknown feature in --prefer is no error" },
];

/** Options that Slurm has and that are not modelled, with what they would do; empty when they cannot matter here. */
export const otherSchedulerParameters: Readonly<Record<string, string>> = {
  allow_zero_lic: "admits jobs that ask for more licences than there are",
  bb_array_stage_cnt: "splits array tasks off for burst buffers",
  bf_allow_magnetic_slot: "plans jobs in magnetic reservations",
  bf_hetjob_immediate: "starts a het job within the pass that finds it ready",
  bf_hetjob_prio: "sorts the components of a het job together",
  bf_topopt_enable: "delays starts for a better place in the topology",
  bf_topopt_iterations: "bounds the starts that bf_topopt_enable tries",
  build_queue_timeout: "",
  defer_batch: "as defer, for batch jobs",
  delay_boot: "delays jobs whose features need a reboot",
  disable_hetjob_steps: "",
  disable_job_shrink: "",
  enable_hetjob_steps: "",
  enable_job_state_cache: "",
  enable_user_top: "",
  extra_constraints: "filters nodes by --extra",
  ignore_constraint_validation: "admits unknown features",
  Ignore_NUMA: "",
  max_array_tasks: "refuses arrays with more tasks",
  max_rpc_cnt: "skips passes while slurmctld is busy with requests",
  max_script_size: "",
  max_submit_line_size: "",
  no_backup_scheduling: "",
  no_env_cache: "",
  nohold_on_prolog_fail: "",
  requeue_delay: "delays requeued jobs by another time",
  requeue_setup_env_fail: "",
  requeue_on_resume_failure: "",
  salloc_wait_nodes: "",
  sbatch_wait_nodes: "",
  spec_cores_first: "takes specialised cores from the first sockets",
  step_retry_count: "",
  step_retry_time: "",
  time_min_as_soft_limit: "takes --time-min as a limit that backfill may shorten to later",
  whole_hetjob: "",
  whole_pack: "",
};
