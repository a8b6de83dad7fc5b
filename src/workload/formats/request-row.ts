import type { RequestBatch } from "../batch.js";
import { Runs } from "../content.js";
import { Reason } from "../reasons.js";
import { MISSING } from "./cells.js";
import type { ColumnSet } from "./columns.js";

/** The columns of our own request formats; the aliases are those of Vidur's processed traces. */
export const REQUEST_COLUMNS: ColumnSet = {
  known: [
    "id",
    "arrival",
    "input_tokens",
    "output_tokens",
    "tenant",
    "priority",
    "ttft_slo",
    "e2e_slo",
    "session",
    "prefix",
    "prefix_tokens",
    "content",
  ],
  required: ["arrival", "input_tokens", "output_tokens"],
  aliases: {
    arrived_at: "arrival",
    num_prefill_tokens: "input_tokens",
    num_decode_tokens: "output_tokens",
    deadline: "e2e_slo",
    session_id: "session",
    prefix_group: "prefix",
    prefix_length: "prefix_tokens",
  },
};

const MOST_TOKENS = 2 ** 31 - 1;

/** One request as read, checked and turned into a row; reused for each line. */
export class RequestRow {
  id = 0;
  arrival = MISSING;
  inputTokens = MISSING;
  outputTokens = MISSING;
  tenant = -1;
  priority = 0;
  /** Targets of its own, µs from its arrival; Infinity for none. */
  ttftSlo = Number.POSITIVE_INFINITY;
  e2eSlo = Number.POSITIVE_INFINITY;
  /** What the tokens are. */
  readonly runs = new Runs();
  /** The column to blame when `write` gives a reason. */
  blame = "";

  /** Why the row cannot be used. */
  check(): string | undefined {
    this.blame = "arrival";
    if (this.arrival < 0) return this.arrival === MISSING ? Reason.unknownArrival : Reason.negativeArrival;
    this.blame = "input_tokens";
    if (this.inputTokens < 1) return Reason.noInput;
    if (this.inputTokens > MOST_TOKENS) return Reason.tooLarge;
    this.blame = "output_tokens";
    if (this.outputTokens < 1) return Reason.noOutput;
    if (this.outputTokens > MOST_TOKENS) return Reason.tooLarge;
    this.blame = "priority";
    if ((this.priority | 0) !== this.priority) return Reason.priorityRange;
    this.blame = "ttft_slo";
    if (this.ttftSlo <= 0) return Reason.noTarget;
    this.blame = "e2e_slo";
    if (this.e2eSlo <= 0) return Reason.noTarget;
    return undefined;
  }

  /** Writes the row at `batch.length`, or returns why it cannot be used. */
  write(batch: RequestBatch): string | undefined {
    const reason = this.check();
    if (reason !== undefined) return reason;
    const i = batch.length;
    batch.id[i] = this.id;
    batch.arrival[i] = this.arrival;
    batch.inputTokens[i] = this.inputTokens;
    batch.outputTokens[i] = this.outputTokens;
    batch.tenant[i] = this.tenant;
    batch.priority[i] = this.priority;
    batch.ttftSlo[i] = this.ttftSlo;
    batch.e2eSlo[i] = this.e2eSlo;
    batch.setRuns(this.runs);
    return undefined;
  }
}
