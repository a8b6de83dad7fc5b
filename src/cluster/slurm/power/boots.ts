import { SECOND } from "../../../core/units.js";
import { type Agenda, Due } from "../controller/agenda.js";
import type { Nodes } from "../model/nodes.js";
import type { BootTime } from "./times.js";

/** Seconds: the instant at which a boot begins is being worked off, so that one that takes no time is over in the next. */
const INSTANT = 1e-6;

/**
 * Boots under way, from the call of ResumeProgram or RebootProgram to the registration of the node's slurmd. A node that
 * is called again registers after its last boot only.
 */
export class Boots {
  /** By node: the boots that it has had. */
  readonly #had: Int32Array;
  /** By node: when it will register, µs. */
  readonly #registers = new Map<number, number>();

  constructor(
    readonly agenda: Agenda,
    readonly nodes: Nodes,
    readonly bootTime: BootTime,
  ) {
    this.#had = new Int32Array(nodes.count);
  }

  /** The program is called now, seconds from the run's start. */
  begin(node: number, now: number): void {
    this.#registers.delete(node);
    const boot = this.bootTime(this.nodes.names[node]!, this.#had[node]!++);
    if (boot === Number.POSITIVE_INFINITY) return;
    const up = now + Math.max(boot, INSTANT);
    this.agenda.at(up, Due.Booted, node);
    this.#registers.set(node, Math.round(up * SECOND));
  }

  /** A boot's time is over now: is it the node's last boot? */
  isOver(node: number, now: number): boolean {
    if (this.#registers.get(node) !== Math.round(now * SECOND)) return false;
    this.#registers.delete(node);
    return true;
  }
}
