import { describe, expect, it } from "vitest";
import { NodeState } from "../../../../src/journal/journal.js";
import { expandNodes, type GoldenCase, goldenCase, powerNames } from "../support/case.js";
import { launches, type NodeEvent, nodeEvents } from "../support/power.js";
import { type Trajectory, trajectoryOf } from "../support/trajectory.js";

/** Seconds between two looks of the power thread, and some: its clock and that of the check of 30 s drift. */
const LOOK = 11;
const CHECK = 31;

/** When a job got nodes, and which where it then ran on them. */
interface Grant {
  job: string;
  t: number;
  nodes: string[] | undefined;
}

function recordedGrants({ observed }: GoldenCase): Grant[] {
  return observed.start_order.map(([job, t, , nodes]) => ({ job, t, nodes: expandNodes(nodes) }));
}

/** The start after a CONFIGURING is the launch of what was granted then, unless the nodes were lost before. */
function ourGrants({ starts, configuring }: Trajectory): Map<string, Grant[]> {
  const grants = new Map<string, Grant[]>();
  for (const job of new Set([...starts.keys(), ...configuring.keys()])) {
    const waits = configuring.get(job) ?? [];
    const all = waits.map(({ t }): Grant => ({ job, t, nodes: undefined }));
    const open = all.filter((_, i) => !waits[i]!.lost);
    for (const { t, nodes } of starts.get(job) ?? []) {
      const grant = open.find((one) => one.t <= t && one.nodes === undefined);
      if (grant === undefined) all.push({ job, t, nodes });
      else grant.nodes = nodes;
    }
    grants.set(
      job,
      all.sort((a, b) => a.t - b.t),
    );
  }
  return grants;
}

function strays(golden: GoldenCase, ours: Trajectory): string[] {
  const lines: string[] = [];
  const grants = ourGrants(ours);
  const seen = new Map<string, number>();
  for (const { job, t, nodes } of recordedGrants(golden)) {
    const nth = seen.get(job) ?? 0;
    seen.set(job, nth + 1);
    const own = grants.get(job)?.[nth];
    const names = (list: readonly string[]) => [...list].sort().join();
    if (own === undefined) lines.push(`${job}: recorded at ${t} on ${nodes}, here never`);
    else if (Math.abs(own.t - t) > CHECK || (own.nodes !== undefined && names(own.nodes) !== names(nodes!)))
      lines.push(`${job}: recorded at ${t} on ${nodes}, here at ${own.t} on ${own.nodes}`);
  }
  for (const [job, all] of grants)
    if (all.length > (seen.get(job) ?? 0)) lines.push(`${job}: here also at ${all.at(-1)!.t}`);
  return lines;
}

function strayLaunches(golden: GoldenCase, ours: Trajectory): string[] {
  return launches(golden).flatMap(({ t, job }) =>
    ours.starts.get(job)?.some((start) => Math.abs(start.t - t) <= CHECK)
      ? []
      : [`${job}: launched at ${t}, here at ${ours.starts.get(job)?.map((start) => start.t)}`],
  );
}

const KINDS: Partial<Record<NodeState, NodeEvent["kind"]>> = {
  [NodeState.PoweringDown]: "suspend",
  [NodeState.PoweringUp]: "wake",
  [NodeState.Rebooting]: "reboot",
};

/** What was done to each node: suspended, woken, rebooted. */
function strayNodes(golden: GoldenCase, ours: Trajectory): string[] {
  const lines: string[] = [];
  const own = ours.nodes.flatMap(({ t, node, is }) =>
    KINDS[is] === undefined ? [] : [{ t, kind: KINDS[is], node }],
  );
  const recorded = nodeEvents(golden)
    .filter(({ kind }) => kind !== "up" && kind !== "fail")
    .map((event) => ({ ...event, kind: event.kind === "job-reboot" ? "wake" : event.kind }));
  const end = golden.passes.at(-1)!.t;
  for (const node of new Set([...own, ...recorded].map((one) => one.node))) {
    const here = own.filter((one) => one.node === node && one.t < end - LOOK);
    const there = recorded.filter((one) => one.node === node && one.t < end - LOOK);
    const same = (a: { t: number; kind?: string }, b: { t: number; kind: string } | undefined) =>
      b !== undefined && a.kind === b.kind && Math.abs(Math.max(a.t, 0) - Math.max(b.t, 0)) <= CHECK + LOOK;
    if (here.length !== there.length || here.some((one, i) => !same(one, there[i])))
      lines.push(`${node}: recorded ${show(there)}, here ${show(here)}`);
  }
  return lines;
}

function show(events: readonly { t: number; kind: string }[]): string {
  return events.map(({ t, kind }) => `${kind} ${t}`).join(", ");
}

/**
 * The recorded workloads run through the whole simulator, given the instants of passes, the durations of jobs and how long
 * each boot took. What happens to nodes, which of them a job gets and when it is launched is ours.
 */
describe("nodes are suspended, woken and rebooted, and jobs wait for them, as in a real Slurm", () => {
  it.each(powerNames)("%s", async (name) => {
    const golden = goldenCase(name);
    const until = Math.max(...golden.passes.map(({ t }) => t)) + 1;
    const ours = await trajectoryOf(golden, until);
    expect(strays(golden, ours)).toEqual([]);
    expect(strayLaunches(golden, ours)).toEqual([]);
    expect(strayNodes(golden, ours)).toEqual([]);
  });
});
