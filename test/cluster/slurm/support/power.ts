import type { LookClock } from "../../../../src/cluster/slurm/power/clock.js";
import type { PowerSources } from "../../../../src/cluster/slurm/power/node-keeper.js";
import type { BootTime } from "../../../../src/cluster/slurm/power/times.js";
import { expandNodes, type GoldenCase } from "./case.js";

/** Something that a recording says of nodes. Seconds. */
export interface NodeEvent {
  t: number;
  kind: "suspend" | "wake" | "job-reboot" | "reboot" | "up" | "fail" | "timed-out";
  node: string;
}

const KINDS: readonly [NodeEvent["kind"], RegExp][] = [
  ["suspend", /power_save:(?: pid \d+)? suspending nodes (\S+)/],
  ["wake", /power_save:(?: pid \d+)? waking nodes (\S+)/],
  ["job-reboot", /power_job_reboot: pid \d+ reboot nodes (\S+)/],
  ["reboot", /Issuing reboot request for nodes (\S+)/],
  ["up", /[Nn]ode (\S+) (?:now responding|returned to service)$/],
  ["fail", /node (\S+) not resumed by ResumeTimeout/],
];

/** What slurmctld logged of its nodes' power, node by node. */
export function nodeEvents({ observed }: GoldenCase): NodeEvent[] {
  return (observed.power_events ?? []).flatMap((line) => {
    const blank = line.indexOf(" ");
    const t = Number(line.slice(0, blank));
    for (const [kind, pattern] of KINDS) {
      const nodes = pattern.exec(line)?.[1];
      if (nodes !== undefined) return expandNodes(nodes).map((node) => ({ t, kind, node }));
    }
    return [];
  });
}

/** How long each boot of each node took, as recorded. */
export function recordedBoots(golden: GoldenCase): BootTime {
  const events = nodeEvents(golden);
  const boots = new Map<string, number[]>();
  events.forEach(({ t, kind, node }, i) => {
    if (kind !== "wake" && kind !== "job-reboot" && kind !== "reboot") return;
    const next = events.slice(i + 1).find((one) => one.node === node && one.kind !== "fail");
    boots.set(node, [
      ...(boots.get(node) ?? []),
      next?.kind === "up" ? next.t - t : Number.POSITIVE_INFINITY,
    ]);
  });
  return (name, nth) => boots.get(name)?.[nth] ?? 60;
}

/** The looks of the power thread, where a recording has each of them. */
class RecordedLooks implements LookClock {
  #at = 0;

  constructor(readonly looks: readonly number[]) {}

  changed(): void {}

  first(second: number): number {
    return (
      this.looks.find((look, i) => i >= this.#at && Math.floor(look) >= second) ?? Number.POSITIVE_INFINITY
    );
  }

  advance(time: number, visit: (seconds: number, looks: number) => void): void {
    for (; this.#at < this.looks.length && this.looks[this.#at]! <= time; this.#at++)
      visit(Math.floor(this.looks[this.#at]!) - Math.floor(this.looks[this.#at - 1] ?? 0), 1);
  }
}

/** With a counted item of SuspendExcNodes each look logs what it keeps up; else none is known. */
export function recordedLooks({ observed }: GoldenCase): number[] {
  return (observed.power_events ?? []).flatMap((line) =>
    / excluded nodes (?=n)/.test(line) ? [Number(line.split(" ")[0])] : [],
  );
}

export function recordedPower(golden: GoldenCase): PowerSources {
  if (golden.observed.power_events === undefined) return {};
  return {
    bootTime: recordedBoots(golden),
    ...(golden.name === "w-power-backfill" ? { looks: new RecordedLooks(recordedLooks(golden)) } : {}),
  };
}

/** When each launch of a job was that had waited for nodes, as recorded. */
export function launches({ events, observed }: GoldenCase): { t: number; job: string }[] {
  const labels = new Map(observed.jobs.map(({ slurm_id, id }) => [String(slurm_id), id]));
  return events.flatMap(({ t, text }) => {
    const id = /Configuration for JobId=(\S+) complete/.exec(text)?.[1];
    return id === undefined ? [] : [{ t, job: labels.get(/\((\d+)\)/.exec(id)?.[1] ?? id)! }];
  });
}

/** A look of the power thread, and when the nodes had registered. */
export function powerPhases({ observed }: GoldenCase): { power: number; registered: number } {
  const [look] = (observed.power_events ?? []).filter((line) =>
    / power_save: (?:pid|suspending|waking) /.test(line),
  );
  const registered = observed.node_log?.find(([, , , , busy]) => typeof busy === "number")?.[4] as
    | number
    | undefined;
  const started = observed.slurmctld_started_t;
  const power = look === undefined ? started : Number(look.split(" ")[0]);
  // The clock counts forward from its phase.
  return { power: power - 10 * Math.ceil((power - started) / 10), registered: registered ?? 0 };
}
