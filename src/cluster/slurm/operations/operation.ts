import type { PartitionConfig } from "../model/config.js";
import type { SubmittedDependency } from "../model/submission.js";

/** What an administrator or a user does while the cluster runs, parsed from the command that does it. */
export type Operation =
  | { kind: "node-state"; nodes: string[]; state: "DOWN" | "DRAIN" | "RESUME"; reason: string }
  | { kind: "power"; nodes: string[]; to: "up" | "idle" | "asap" | "force" }
  | { kind: "reboot"; nodes: string[]; request: RebootRequest }
  | { kind: "cancel-reboot"; nodes: string[] }
  | { kind: "partition-state"; partition: string; state: PartitionConfig["state"] }
  | { kind: "hold"; jobs: string[]; by: "user" | "admin" }
  | { kind: "release"; jobs: string[] }
  | { kind: "requeue"; jobs: string[]; hold: boolean }
  | { kind: "suspend"; jobs: string[] }
  | { kind: "resume"; jobs: string[] }
  | { kind: "update-job"; jobs: string[]; changes: JobChanges }
  | { kind: "cancel"; filter: CancelFilter }
  | { kind: "create-reservation"; given: ReadonlyMap<string, string> }
  | { kind: "update-reservation"; given: ReadonlyMap<string, string> }
  | { kind: "delete-reservation"; name: string }
  /** Prints priorities or shares into the journal. */
  | { kind: "print"; what: "sprio" | "sshare"; command: string };

/** `scontrol reboot [ASAP] [nextstate=…]`. */
export interface RebootRequest {
  asap: boolean;
  nextState: "RESUME" | "DOWN" | undefined;
}

/** Names of the reservations that operations make. */
export function reservationsMade(operations: readonly { operation: Operation }[]): string[] {
  return operations.flatMap(({ operation }) =>
    operation.kind === "create-reservation" ? (operation.given.get("reservationname") ?? []) : [],
  );
}

/** `scontrol update JobId=…`: what is undefined stays. */
export interface JobChanges {
  priority?: number;
  nice?: number;
  /** Minutes. */
  timeLimit?: number;
  partitions?: string[];
  qos?: string;
  dependencies?: SubmittedDependency[];
}

/** `scancel`: all that is given must hold. */
export interface CancelFilter {
  jobs: string[];
  state?: "PENDING" | "RUNNING" | "SUSPENDED";
  user?: string;
  name?: string;
  partition?: string;
  account?: string;
  qos?: string;
  reservation?: string;
}
