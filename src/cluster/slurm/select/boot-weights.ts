import type { BitVector } from "../../../core/bit-vector.js";
import type { NodeLine } from "../model/config.js";
import type { Nodes } from "../model/nodes.js";
import type { Hardware } from "./hardware.js";

/** As heavy as it gets: the weight of nodes that a reboot would give other features, where none is configured. */
const REBOOT_WEIGHT = 2 ** 32 - 2;
/** What a boot adds to the weight of a plan's node. */
const PLANNED_BOOT = 2 ** 45;

/**
 * Scheduling weights while nodes are powered down: those come last, whatever their Weight. For a start they are all alike,
 * but that the nodes of a NodeName line all of which is down go before others; in the plans of backfill their Weight
 * counts among them.
 *
 * `_build_node_list` of src/slurmctld/node_scheduler.c and `_set_sched_weight` of select/cons_tres, 22.05; [run] in
 * w-power-weights.
 */
export class BootWeights {
  readonly #lines: ReadonlyMap<NodeLine, readonly number[]>;
  /** Some weights are not those of the configuration. */
  #changed = false;

  constructor(
    readonly nodes: Nodes,
    readonly hardware: Hardware,
  ) {
    const lines = new Map<NodeLine, number[]>();
    for (const [node, line] of nodes.lines.entries()) {
      const members = lines.get(line);
      if (members === undefined) lines.set(line, [node]);
      else members.push(node);
    }
    this.#lines = lines;
  }

  /** For a test of a job in a partition, without nodes that it excludes. */
  set(partition: BitVector, excluded: BitVector | undefined, mode: "run" | "will-run"): void {
    const { powerDown } = this.nodes;
    if (powerDown.empty && !this.#changed) return;
    this.#changed = !powerDown.empty;
    for (const members of this.#lines.values()) {
      const mine = members.filter((node) => partition.has(node) && excluded?.has(node) !== true);
      const allDown = mine.every((node) => powerDown.has(node));
      for (const node of mine) this.#weigh(node, powerDown.has(node), allDown, mode);
    }
  }

  #weigh(node: number, down: boolean, allDown: boolean, mode: "run" | "will-run"): void {
    const { weight } = this.hardware;
    const own = this.nodes.weight[node]! * 256 + 255;
    if (!down) weight[node] = own;
    else if (mode === "will-run") weight[node] = own + PLANNED_BOOT;
    else weight[node] = (allDown ? REBOOT_WEIGHT : 2 * REBOOT_WEIGHT) * 256 + 255;
  }
}
