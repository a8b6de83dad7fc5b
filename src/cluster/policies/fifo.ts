import type { ClusterPolicyEntry } from "../policy.js";
import { type Ties, tieOption } from "./ties.js";

/** First come, first served: the head of the queue starts when it fits, and nobody overtakes it. O(1) per event. */
export const fifo: ClusterPolicyEntry = {
  info: {
    name: "fifo",
    kind: "cluster",
    summary: "First come, first served, strictly: nobody overtakes the head of the queue.",
    follows: "the textbook; start times equal those of pyss and CQSim on the KTH-SP2 log",
    simplifies: [],
    options: [tieOption],
  },
  create: (options) => ({
    ties: options.ties as Ties,
    pass(view, act) {
      for (let head = view.queue.first; head >= 0; head = view.queue.first) {
        if (view.counting && view.jobs.shape(head).tasks > view.free()) return act.hold(head, "Resources");
        if (!act.start(head)) return act.hold(head, "Resources");
      }
    },
  }),
};
