import type { BitVector } from "../../../core/bit-vector.js";
import type { Qos } from "./accounting.js";
import type { PartitionConfig } from "./config.js";

/** A partition as the controller holds it. */
export interface Partition {
  readonly index: number;
  readonly name: string;
  readonly config: PartitionConfig;
  /** May be changed by the administrator while the run lasts. */
  state: PartitionConfig["state"];
  readonly nodes: BitVector;
  /** Nodes and CPUs of the partition. */
  readonly totalNodes: number;
  readonly totalCpus: number;
  readonly qos: Qos | undefined;
  /** A list of nothing else, shared by the jobs that may run nowhere else. */
  readonly alone: readonly Partition[];
}
