import type { Exclusions } from "./exclusions.js";
import { type NodeStates, Power } from "./node-states.js";
import type { PowerTimes } from "./times.js";

const NEVER = Number.POSITIVE_INFINITY;

/** The first second at which a look of the power thread finds something to do, if nothing else happens. */
export class PowerAgenda {
  /** A node that is idle may be suspended, at the earliest. */
  suspendFrom = NEVER;
  /** Anything else: nodes are to be woken, come to be had, or are given up. */
  dueFrom = NEVER;

  constructor(
    readonly states: NodeStates,
    readonly times: PowerTimes,
    readonly exclusions: Exclusions,
  ) {}

  /** An administrator, or a job, has asked for a node: the next look has something to do. */
  asked(): void {
    this.dueFrom = 0;
  }

  /** The node is idle since this second. */
  idle(node: number, since: number): void {
    this.suspendFrom = Math.min(this.suspendFrom, since + this.times.suspendTime[node]! + 1);
  }

  /** Goes through all nodes. `jobsWait`: some have got nodes that nobody has woken. */
  make(jobsWait: boolean): void {
    const { states, times } = this;
    const { count } = states.state.nodes;
    const kept = this.exclusions.now((node) => states.mayBeSuspended(node));
    this.suspendFrom = NEVER;
    this.dueFrom = jobsWait ? 0 : NEVER;
    for (let node = 0; node < count; node++) {
      const power = states.power[node];
      if (power === Power.GoingDown) this.#dueAt(states.since[node]! + times.suspendTimeout[node]! + 1);
      else if (power === Power.ComingUp) this.#dueAt(states.since[node]! + times.resumeTimeout[node]! + 1);
      if (power === Power.Down && (states.askedUp.has(node) || states.askedDown.has(node))) this.asked();
      if (!states.isSuspendable(node)) continue;
      if (states.askedDown.has(node)) this.asked();
      else if (!kept.has(node) && !Number.isNaN(states.lastBusy[node]!))
        this.idle(node, states.lastBusy[node]!);
    }
  }

  #dueAt(second: number): void {
    this.dueFrom = Math.min(this.dueFrom, second);
  }
}
