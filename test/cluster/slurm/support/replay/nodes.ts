import { type NodeStates, Power } from "../../../../../src/cluster/slurm/power/node-states.js";
import { expandNodes, type GoldenCase } from "../case.js";
import { type NodeEvent, nodeEvents, recordedLooks } from "../power.js";
import { passOf } from "../release.js";

/**
 * A change of a node as a recording has it; `leaves`: it is idle and to be suspended at the next look, `down`:
 * SuspendTimeout is over, and the node may be had.
 */
export type NodeFact = Omit<NodeEvent, "kind"> & {
  kind: "node";
  what: NodeEvent["kind"] | "leaves" | "down";
};

export function nodeFacts(golden: GoldenCase): NodeFact[] {
  const { observed } = golden;
  const facts = nodeEvents(golden).map(
    ({ t, kind, node }): NodeFact => ({ t, kind: "node", what: kind, node }),
  );
  for (const [t, node, state, reason, lastBusy] of observed.node_log ?? [])
    if (reason.endsWith("reboot timed out")) facts.push({ t, kind: "node", what: "timed-out", node });
    else if (t > 0 && /^IDLE\b.*\+POWER_DOWN(\+|$)/.test(state))
      facts.push({ t: Number(lastBusy), kind: "node", what: "leaves", node });
  return [
    ...facts,
    ...facts.filter(({ what }) => what === "suspend").flatMap((fact) => powerOff(golden, fact)),
  ];
}

/** The log does not say when a node may be had again: a poll shows it, or a job that gets it. */
function powerOff(golden: GoldenCase, { t, node }: NodeFact): NodeFact[] {
  const { node_log, start_order } = golden.observed;
  const timeout = Number(/^SuspendTimeout=(\d+)/m.exec(golden.conf)![1]);
  const looks = recordedLooks(golden);
  const look = looks.find((time) => Math.floor(time) > Math.floor(t) + timeout);
  if (golden.name === "w-power-backfill" && look !== undefined)
    return [{ t: look, kind: "node", what: "down", node }];
  const polled = node_log!.find(
    ([at, name, state]) => name === node && at > t && !state.includes("POWERING_DOWN"),
  )?.[0];
  const start = start_order.find(([, at, , nodes]) => at > t && expandNodes(nodes).includes(node))?.[1];
  const times = [
    ...(polled === undefined ? [] : [polled]),
    ...(start === undefined ? [] : [passOf(golden, start) - 0.001]),
  ];
  return times.length === 0 ? [] : [{ t: Math.min(...times), kind: "node", what: "down", node }];
}

/** Brings a node into the state that it was recorded to have got. */
export function changeNode(
  states: NodeStates,
  node: number,
  what: NodeFact["what"],
  downAfter: boolean,
): void {
  const { nodes } = states.state;
  if (what === "leaves") {
    nodes.avail.delete(node);
    nodes.coming.delete(node);
    return;
  }
  if (what === "suspend") {
    states.power[node] = Power.GoingDown;
    nodes.drained.delete(node);
  } else if (what === "down") states.power[node] = Power.Down;
  else if (what === "wake" || what === "job-reboot") states.power[node] = Power.ComingUp;
  else if (what === "reboot") states.rebooting.add(node);
  else if (what === "fail" || what === "timed-out") nodes.up.delete(node);
  if (what === "job-reboot") states.bootingForJob.add(node);
  if (what === "fail") states.power[node] = Power.Down;
  if (what === "up" || what === "timed-out") {
    states.rebooting.delete(node);
    states.comingBack.delete(node);
    nodes.drained.delete(node);
  }
  if (what === "up") {
    states.power[node] = Power.On;
    states.bootingForJob.delete(node);
    if (downAfter) nodes.up.delete(node);
    else nodes.up.add(node);
  }
  states.settle(node);
}
