import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { reservingOptions } from "../reserving/options.js";
import { type EdfOptions, EdfScheduler } from "./scheduler.js";

export const edf: RequestSchedulerEntry = {
  info: {
    name: "edf",
    kind: "request",
    summary: "Earliest deadline first; requests that can no longer meet theirs are given up.",
    follows:
      "Jackson (1955) and Liu and Layland (1973) for the order; batches as S-LoRA forms them (Ying1123/VTC-artifact 192c2e20)",
    simplifies: [
      "no single real engine: the rule of the textbook on a known loop",
      "a request that was let in is not interrupted",
      "only the head of the queue is given up, when the engine looks at it",
    ],
    options: [
      {
        name: "deadline",
        type: "enum",
        values: ["first_token", "answer"],
        default: "first_token",
        description:
          "What must be there in time: the first token (target ttft; later tokens by tpot), or the whole answer (target e2e)",
      },
      {
        name: "shed",
        type: "boolean",
        default: true,
        description: "Give up a request that would miss its deadline even alone on the engine",
      },
      {
        name: "predictor_error",
        type: "number",
        minimum: 0,
        default: 0,
        description:
          "Of the answer's length, for giving up under deadline: answer; standard deviation of ln(predicted / true)",
      },
      ...reservingOptions(0),
      ...engineOptions(false),
    ],
  },
  create: (options, setup) => new EdfScheduler(options as unknown as EdfOptions, setup),
};
