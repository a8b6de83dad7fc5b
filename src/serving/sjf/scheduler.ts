import type { Stream } from "../../core/random.js";
import { engineOptions } from "../engine-options.js";
import { KeyQueue } from "../heap-queue.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import { reservingOptions } from "../reserving/options.js";
import { type ReservingOptions, ReservingScheduler } from "../reserving/scheduler.js";
import { LengthPredictor } from "./predictor.js";

interface SjfOptions extends ReservingOptions {
  predictor_error: number;
  input_cost: number;
}

/** The request with the least predicted work is next; one that runs is not interrupted. */
class SjfScheduler extends ReservingScheduler {
  constructor(
    readonly options: SjfOptions,
    maxModelLen: number,
    readonly random: Stream,
  ) {
    super(options, maxModelLen);
  }

  override createQueue(requests: RequestTable): KeyQueue {
    const { predictor_error, input_cost } = this.options;
    const predictor = new LengthPredictor(requests, predictor_error, this.random);
    return new KeyQueue(
      requests,
      (request) => input_cost * requests.input[request]! + predictor.predict(request),
    );
  }
}

export const sjf: RequestSchedulerEntry = {
  info: {
    name: "sjf",
    kind: "request",
    summary: "Shortest job first by predicted answer length, with a predictor of stated error.",
    follows:
      "Smith's rule (1956) for the order; length prediction as in Qiu et al., SSJF (AIOps 2024, arXiv:2404.08509); batches as S-LoRA forms them (Ying1123/VTC-artifact 192c2e20)",
    simplifies: [
      "the predictor is a distribution of errors, not a model: predictions take no time",
      "no ageing: long requests may wait as long as shorter ones keep coming",
    ],
    options: [
      {
        name: "predictor_error",
        type: "number",
        minimum: 0,
        default: 0,
        description:
          "Standard deviation of the logarithm of predicted by true answer length: 0 is perfect, 0.7 off by a factor of two in either direction one time in three",
      },
      {
        name: "input_cost",
        type: "number",
        minimum: 0,
        default: 0,
        description: "Work of a prompt token, in generated tokens",
      },
      ...reservingOptions(0),
      ...engineOptions(false),
    ],
  },
  create: (options, { maxModelLen, random }) =>
    new SjfScheduler(options as unknown as SjfOptions, maxModelLen, random),
};
