import type { BitVector } from "../../../core/bit-vector.js";
import type { NodeLine } from "./config.js";

/** The nodes of the cluster in slurm.conf's order, by index, and the sets that the schedulers combine. */
export interface Nodes {
  readonly count: number;
  readonly names: readonly string[];
  /** -1 when there is none of that name. */
  index(name: string): number;
  readonly cpus: Int32Array;
  readonly sockets: Int32Array;
  readonly coresPerSocket: Int32Array;
  readonly threads: Int32Array;
  /** MiB that jobs may have. */
  readonly memory: Float64Array;
  readonly weight: Int32Array;
  readonly totalCpus: number;
  /** Nodes by feature. */
  readonly features: ReadonlyMap<string, BitVector>;
  /** Number of GPUs by node, all types together. */
  readonly gpus: Int32Array;
  /** GPU type names; `gpuType[node]` lists `{type, mask}` of the indexes that are of it. */
  readonly gpuTypes: readonly (readonly { readonly type: string; readonly mask: number }[])[];
  /** The configuration line of each. */
  readonly lines: readonly NodeLine[];

  /** Neither DOWN, DRAIN nor failing, and not on the way down: may be given to jobs. */
  readonly avail: BitVector;
  /**
   * Those, and nodes that an administrator's reboot will bring back: what backfill plans with, as far as they are up, and
   * what is not said to be unavailable.
   */
  readonly coming: BitVector;
  /** Not DOWN; nodes that reboot count as up. */
  readonly up: BitVector;
  /** DRAIN or failing. */
  readonly drained: BitVector;
  /** Powered down, or on the way down. */
  readonly powerDown: BitVector;
  /** Powering up or rebooting: their jobs are configuring. */
  readonly booting: BitVector;
  /** Nodes of completing jobs. */
  readonly completing: BitVector;
  /** Nodes without any job (completing jobs included). */
  readonly idle: BitVector;
  /** Nodes that no job holds whole. */
  readonly share: BitVector;
}
