import { Names } from "../../core/names.js";
import { ADDRESSES_PER_SOURCE, Conversations, type Runs } from "../content.js";
import { Adjusted, Reason } from "../reasons.js";
import { MISSING } from "./cells.js";
import type { RequestInput } from "./format.js";
import type { RequestRow } from "./request-row.js";

/**
 * What the tokens of a row of our own formats are: behind a shared prefix the turn of a session, or runs of addresses as
 * the writer of these formats puts them down.
 */
export class RequestContent {
  readonly sessions = new Names();
  readonly prefixes = new Names();
  session = -1;
  prefix = -1;
  prefixTokens = MISSING;
  content = "";
  readonly #input: RequestInput;
  readonly #conversations: Conversations;

  constructor(input: RequestInput) {
    this.#input = input;
    this.#conversations = new Conversations(input.addresses);
  }

  /** Fills the row's runs, or returns why it cannot be used. The row's tokens must be checked already. */
  apply(row: RequestRow): string | undefined {
    const { runs, inputTokens, outputTokens } = row;
    const { session, prefix, prefixTokens } = this;
    if (session < 0 && prefix < 0 && prefixTokens === MISSING && this.content === "") return undefined;
    this.#input.origin.content = true;
    if (this.content !== "") {
      row.blame = "content";
      if (session >= 0 || prefix >= 0) return Reason.contentTwice;
      if (!readRuns(this.content, this.#input.addresses.first, runs)) return Reason.notContent;
      return runs.total > inputTokens + outputTokens ? Reason.contentLength : undefined;
    }
    row.blame = "prefix_tokens";
    if (prefix >= 0 ? prefixTokens < 1 : prefixTokens > 0) return Reason.noPrefix;
    if (prefix >= 0 && prefixTokens > inputTokens) return Reason.prefixLength;
    const goesOn = this.#conversations.turn(runs, session, prefix, prefixTokens, inputTokens, outputTokens);
    if (!goesOn) this.#input.tally.adjust(Adjusted.sessionAnew);
    return undefined;
  }
}

/** `address+tokens` any number of times, with blanks between. */
function readRuns(text: string, base: number, runs: Runs): boolean {
  runs.clear();
  for (const run of text.trim().split(/\s+/)) {
    const parts = /^(\d{1,14})\+(\d{1,9})$/.exec(run);
    if (parts === null) return false;
    const [address, tokens] = [Number(parts[1]), Number(parts[2])];
    if (tokens === 0 || address + tokens > ADDRESSES_PER_SOURCE) return false;
    runs.add(base + address, tokens);
  }
  return true;
}
