import type { RequestFacts, ServiceFacts } from "../journal/facts.js";
import type { RequestTimes } from "./request-times.js";

/** Attainment of a service's targets. */
export class SloBook {
  /** Requests of the population whose verdict is known, and those of them that met every target. */
  judged = 0;
  met = 0;
  censored = 0;
  /** Requests that met every target and ended in the window, whenever they arrived. */
  good = 0;

  /** Somebody has a target. */
  hasTargets: boolean;

  constructor(readonly targets: ServiceFacts["slo"]) {
    const { ttft, tpot, e2e } = targets;
    this.hasTargets = ttft !== undefined || tpot !== undefined || e2e !== undefined;
  }

  /** A request of the population, which may bring targets of its own. */
  arrive(request: number, facts: RequestFacts): void {
    if (this.hasTargets) return;
    this.hasTargets = facts.ttftTarget(request) < NEVER || facts.e2eTarget(request) < NEVER;
  }

  /** Whether an ended request met every target; one with a single token meets any TPOT (vllm/benchmarks/serve.py). */
  meets(time: number, request: number, times: RequestTimes, facts: RequestFacts): boolean {
    const { tpot } = this.targets;
    return (
      times.ttft(request) <= facts.ttftTarget(request) &&
      (tpot === undefined || times.tpot(request) <= tpot) &&
      time - times.arrival(request) <= facts.e2eTarget(request)
    );
  }

  /** Whether a request that has not ended by `time` can no longer meet the targets. */
  isLost(time: number, request: number, times: RequestTimes, facts: RequestFacts): boolean {
    const age = time - times.arrival(request);
    const first = times.ttft(request);
    return age > facts.e2eTarget(request) || (first < 0 ? age : first) > facts.ttftTarget(request);
  }
}

const NEVER = Number.POSITIVE_INFINITY;
