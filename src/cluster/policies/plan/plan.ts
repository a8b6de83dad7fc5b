import type { ClusterActions, ClusterView } from "../../policy.js";
import type { Endings } from "../endings.js";
import { CountPlan } from "./count-plan.js";
import { NodePlan } from "./node-plan.js";

/** Who holds what until when: running jobs until their expected end, pending ones from their reservation on. */
export interface Plan {
  /** When the pending job is to start: -1 without a reservation, Infinity when no time is known. */
  at(job: number): number;
  /** Gives the job the earliest start that delays no reservation. */
  reserve(job: number): void;
  /** Moves the job's reservation to an earlier time, if there is one that delays no other. */
  advance(job: number): void;
  withdraw(job: number): void;
  /** As long as nobody has a reservation: starts a job that fits, when that takes no plan; false when it takes one. */
  startAtOnce(job: number, act: ClusterActions): boolean;
  /** Starts a job whose time has come; false when its place is not free yet. */
  start(job: number, act: ClusterActions): boolean;
  /** A running job is about to leave; what it was to hold from now on is free. */
  ended(job: number): void;
  /** Forgets all reservations; running jobs past their expected end are expected to end 1 µs from now. */
  restart(): void;
}

/** @param endings the running jobs, kept by the policy */
export function planFor(view: ClusterView, endings: Endings): Plan {
  return view.counting ? new CountPlan(view, endings) : new NodePlan(view, endings);
}
