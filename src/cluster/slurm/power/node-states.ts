import { BitVector } from "../../../core/bit-vector.js";
import { NodeState } from "../../../journal/journal.js";
import type { SlurmState } from "../model/state.js";

/** Whether a node has power. */
export const Power = { On: 0, GoingDown: 1, Down: 2, ComingUp: 3 } as const;
export type Power = (typeof Power)[keyof typeof Power];

/**
 * What state the nodes are in beside their jobs: DOWN or drained by an administrator, powered down or on the way, booting
 * again. Everybody who changes it calls `settle`, which brings the sets of the state into line and tells the journal.
 */
export class NodeStates {
  readonly power: Uint8Array;
  /** When the change of power, or the reboot, was begun: whole seconds. */
  readonly since: Float64Array;
  /** Since when nothing has run on it, whole seconds; NaN when a boot or a change of power has wiped that out. */
  readonly lastBusy: Float64Array;
  /** Asked for by an administrator: POWER_DOWN, POWER_UP and REBOOT_REQUESTED. */
  readonly askedDown: BitVector;
  readonly askedUp: BitVector;
  readonly askedReboot: BitVector;
  /** REBOOT_ISSUED. */
  readonly rebooting: BitVector;
  /** Of those to be rebooted: drained until then, and in service again afterwards. */
  readonly comingBack: BitVector;
  /** Booting because a job asked for it (--reboot): given to no other until it is up. */
  readonly bootingForJob: BitVector;
  readonly #told: Uint8Array;

  constructor(
    readonly state: SlurmState,
    /** Hears of each change of what a node is. */
    readonly tell: (node: number, is: NodeState) => void,
  ) {
    const { count } = state.nodes;
    const set = () => new BitVector(count);
    this.power = new Uint8Array(count);
    this.since = new Float64Array(count);
    this.lastBusy = new Float64Array(count);
    this.askedDown = set();
    this.askedUp = set();
    this.askedReboot = set();
    this.rebooting = set();
    this.comingBack = set();
    this.bootingForJob = set();
    this.#told = new Uint8Array(count);
  }

  /** Neither a job nor the epilog of one is on it. */
  isIdle(node: number): boolean {
    const { idle, completing } = this.state.nodes;
    return idle.has(node) && !completing.has(node);
  }

  /** It has power, stands idle and is not to be rebooted. */
  isSuspendable(node: number): boolean {
    return (
      this.power[node] === Power.On &&
      this.isIdle(node) &&
      !this.askedReboot.has(node) &&
      !this.rebooting.has(node)
    );
  }

  /** The same, and jobs may have it: such nodes count among those that SuspendExcNodes keeps up. */
  mayBeSuspended(node: number): boolean {
    return this.isSuspendable(node) && this.state.nodes.avail.has(node);
  }

  /** The node has changed: the sets that the schedulers use follow. */
  settle(node: number): void {
    const { nodes } = this.state;
    const power = this.power[node]!;
    const reboots = this.rebooting.has(node);
    // Between the end of its jobs and the next look of the power thread, too [run].
    const leaves = power === Power.On && this.askedDown.has(node) && this.isIdle(node);
    const avail =
      nodes.up.has(node) &&
      !nodes.drained.has(node) &&
      power !== Power.GoingDown &&
      !leaves &&
      !reboots &&
      !this.bootingForJob.has(node);
    const coming = avail || this.comingBack.has(node);
    if (nodes.avail.has(node) !== avail || nodes.coming.has(node) !== coming)
      this.state.pending.stirred = true;
    put(nodes.avail, node, avail);
    put(nodes.coming, node, coming);
    put(nodes.powerDown, node, power === Power.GoingDown || power === Power.Down);
    put(nodes.booting, node, power === Power.ComingUp || reboots);
    const is = this.is(node);
    if (this.#told[node] === is) return;
    this.#told[node] = is;
    this.tell(node, is);
  }

  is(node: number): NodeState {
    const { up, drained } = this.state.nodes;
    if (this.rebooting.has(node)) return NodeState.Rebooting;
    if (!up.has(node)) return NodeState.Down;
    const power = this.power[node]!;
    if (power === Power.ComingUp) return NodeState.PoweringUp;
    if (power === Power.GoingDown) return NodeState.PoweringDown;
    if (power === Power.Down) return NodeState.PoweredDown;
    return drained.has(node) ? NodeState.Drained : NodeState.Up;
  }
}

function put(set: BitVector, node: number, belongs: boolean): void {
  if (belongs) set.add(node);
  else set.delete(node);
}
