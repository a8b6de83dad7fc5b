import type { PriorityConfig } from "../model/config.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Priorities, PriorityFactors } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import { printed } from "./printed.js";

/** A line of sprio: a pending job in one of its partitions. */
export interface SprioRow {
  job: SlurmJob;
  partition: Partition;
  factors: PriorityFactors;
}

/**
 * What sprio lists: the pending jobs (with CALCULATE_RUNNING all) that are eligible and not held, one row for each
 * partition that a job may run in, those of the highest tier first. ACCRUE_ALWAYS lists jobs that are not eligible too.
 */
export function sprioRows(state: SlurmState, priorities: Pick<Priorities, "factors">): SprioRow[] {
  const { calculateRunning, accrueAlways } = state.config.priority.flags;
  const rows: SprioRow[] = [];
  for (const job of calculateRunning ? state.jobs : state.pending) {
    const since = accrueAlways ? job.submitTime : job.eligibleTime;
    if (job.priority === 0 || since < 0 || since > state.now) continue;
    const partitions =
      job.partitions.length < 2
        ? [job.partition]
        : [...job.partitions].sort((a, b) => b.config.priorityTier - a.config.priorityTier);
    for (const partition of partitions)
      rows.push({ job, partition, factors: priorities.factors(job, partition) });
  }
  return rows;
}

/** The numbers of a row as sprio prints them: the priority cut to a whole number, its terms rounded. */
export function sprioNumbers({ factors }: SprioRow): string[] {
  const terms = [
    factors.age,
    factors.assoc,
    factors.fairshare,
    factors.jobsize,
    factors.partition,
    factors.qos,
  ];
  return [
    String(factors.priority),
    String(factors.site),
    ...terms.map((term) => printed(term, 0)),
    String(factors.nice),
    Object.entries(factors.tres)
      .filter(([, term]) => term > 0)
      .map(([name, term]) => `${name}=${printed(term, 0)}`)
      .join(","),
  ];
}

/** `sprio -n`: the priority as a share of the greatest possible, and the factors without their weights. */
export function sprioNormalized({ factors }: SprioRow, priority: PriorityConfig): string[] {
  const { age, assoc, fairshare, jobsize, partition, qos, site, nice, tres } = factors;
  const share = (term: number, weight: number) => printed(weight === 0 ? 0 : term / weight, 7);
  const resources = Object.entries(tres).filter(([, term]) => term > 0);
  const sum = age + assoc + fairshare + jobsize + partition + qos + site - nice;
  return [
    printed(
      Math.max(
        resources.reduce((total, [, term]) => total + term, sum),
        1,
      ) / 0xffffffff,
      14,
    ),
    share(age, priority.weightAge),
    share(assoc, priority.weightAssoc),
    share(fairshare, priority.weightFairshare),
    share(jobsize, priority.weightJobSize),
    share(partition, priority.weightPartition),
    share(qos, priority.weightQos),
    String(nice),
    resources.map(([name, term]) => `${name}=${printed(term / priority.weightTres[name]!, 2)}`).join(","),
  ];
}

const widths = [10, 10, 10, 10, 10, 10, 10, 10, 11, 20];
const columns = [
  "PRIORITY",
  "SITE",
  "AGE",
  "ASSOC",
  "FAIRSHARE",
  "JOBSIZE",
  "PARTITION",
  "QOS",
  "NICE",
  "TRES",
];

/** `sprio -l`; `name` is what stands for a job. */
export function sprioLong(
  rows: readonly SprioRow[],
  name: (job: SlurmJob) => string = ({ id }) => String(id),
): string[] {
  const line = (id: string, partition: string, user: string, numbers: readonly string[]) =>
    [
      id.padStart(15),
      partition.slice(0, 9).padEnd(9),
      user.slice(0, 8).padStart(8),
      ...numbers.map((text, i) => text.padStart(widths[i]!)),
    ].join(" ");
  return [
    line("JOBID", "PARTITION", "USER", columns),
    ...rows.map((row) => line(name(row.job), row.partition.name, row.job.user, sprioNumbers(row))),
  ];
}
