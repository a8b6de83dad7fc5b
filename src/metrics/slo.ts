import type { ServiceFacts } from "../journal/facts.js";
import type { RequestTimes } from "./request-times.js";

/** Attainment of a service's targets. */
export class SloBook {
  /** Requests of the population whose verdict is known, and those of them that met every target. */
  judged = 0;
  met = 0;
  censored = 0;
  /** Requests that met every target and ended in the window, whenever they arrived. */
  good = 0;

  constructor(readonly targets: ServiceFacts["slo"]) {}

  get hasTargets(): boolean {
    const { ttft, tpot, e2e } = this.targets;
    return ttft !== undefined || tpot !== undefined || e2e !== undefined;
  }

  /** Whether an ended request met every target; one with a single token meets any TPOT (vllm/benchmarks/serve.py). */
  meets(time: number, request: number, times: RequestTimes): boolean {
    const { ttft, tpot, e2e } = this.targets;
    return (
      (ttft === undefined || times.ttft(request) <= ttft) &&
      (tpot === undefined || times.tpot(request) <= tpot) &&
      (e2e === undefined || time - times.arrival(request) <= e2e)
    );
  }

  /** Whether a request that has not ended by `time` can no longer meet the targets. */
  isLost(time: number, request: number, times: RequestTimes): boolean {
    const { ttft, e2e } = this.targets;
    const age = time - times.arrival(request);
    const first = times.ttft(request);
    return (e2e !== undefined && age > e2e) || (ttft !== undefined && (first < 0 ? age : first) > ttft);
  }
}
