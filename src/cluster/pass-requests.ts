import { Phase, type Simulation } from "../core/simulation.js";
import type { ClusterPolicy } from "./policy.js";

/** When the policy's passes happen: one for all that changes at an instant, or one after each change (`ties`). */
export class PassRequests {
  readonly #simulation: Simulation;
  readonly #pass: () => void;
  readonly #perEvent: boolean;
  readonly #event: number;
  readonly #wakeEvent: number;
  readonly #idleWakeEvent: number;
  #pending = false;
  #passing = false;
  #wakeAt = -1;
  #idleWakeAt = -1;

  constructor(simulation: Simulation, policy: ClusterPolicy, pass: () => void) {
    this.#simulation = simulation;
    this.#pass = pass;
    this.#perEvent = policy.ties !== undefined && policy.ties !== "instant";
    this.#event = simulation.handler(() => this.#run());
    this.#wakeEvent = simulation.handler(() => this.request());
    this.#idleWakeEvent = simulation.idleHandler(() => this.request());
    if (policy.opens) this.wake(0, true);
  }

  /** Something has changed now. */
  request(): void {
    if (this.#perEvent && !this.#passing) this.#run();
    else if (!this.#pending) {
      this.#pending = true;
      this.#simulation.at(this.#simulation.now, Phase.Pass, this.#event);
    }
  }

  /** As for `ClusterActions.wake`. */
  wake(time: number, idle: boolean): void {
    if (time === this.#wakeAt || (idle && time === this.#idleWakeAt)) return;
    if (idle) this.#idleWakeAt = time;
    else this.#wakeAt = time;
    const event = idle ? this.#idleWakeEvent : this.#wakeEvent;
    this.#simulation.at(Math.max(time, this.#simulation.now), Phase.Timer, event);
  }

  #run(): void {
    this.#pending = false;
    this.#passing = true;
    this.#pass();
    this.#passing = false;
  }
}
