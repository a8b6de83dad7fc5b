import type { PolicyInfo } from "../core/policy-info.js";
import type { Random } from "../core/random.js";
import type { RequestTable } from "./request-table.js";

/** What a router sees of a service. */
export interface RouterView {
  /** µs since the run's start. */
  readonly now: number;
  readonly requests: RequestTable;
  /** Replicas that serve, by their index within the service, ascending. */
  readonly ready: readonly number[];
  /** By replica index: requests sent to it and not ended. */
  readonly outstanding: Int32Array;
}

/** A router decides which replica a request goes to. */
export interface Router {
  /** One of `view.ready`, which is not empty. */
  pick(request: number, view: RouterView): number;
}

/** A router as the registry holds it, and as a user's module exports it. */
export interface RouterEntry {
  readonly info: PolicyInfo;
  create(options: Readonly<Record<string, unknown>>, random: Random): Router;
}

const roundRobin: RouterEntry = {
  info: {
    name: "round_robin",
    kind: "router",
    summary: "Each request goes to the replica after the one that got the last.",
    follows: "the usual: a counter modulo the number of replicas that serve",
    simplifies: [],
    options: [],
  },
  create() {
    let sent = 0;
    return { pick: (_, { ready }) => ready[sent++ % ready.length]! };
  },
};

const leastRequests: RouterEntry = {
  info: {
    name: "least_requests",
    kind: "router",
    summary: "Each request goes to the replica with the fewest unfinished ones; of equals, the first.",
    follows:
      "the SGLang gateway's minimum load (sgl-model-gateway, commit 9864059e): requests sent and not yet ended",
    simplifies: [],
    options: [],
  },
  create: () => ({
    pick(_, { ready, outstanding }) {
      let best = ready[0]!;
      for (const replica of ready) if (outstanding[replica]! < outstanding[best]!) best = replica;
      return best;
    },
  }),
};

/** Every router by the name that a scenario uses. */
export const routers: Record<string, RouterEntry> = {
  round_robin: roundRobin,
  least_requests: leastRequests,
};
