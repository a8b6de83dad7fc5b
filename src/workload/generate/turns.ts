import { EventQueue } from "../../core/event-queue.js";
import type { Random } from "../../core/random.js";
import type { RequestBatch } from "../batch.js";
import { type Addresses, Conversations, Runs } from "../content.js";
import { picker, type Sampler, sampler } from "./distribution.js";
import type { RequestRecipe } from "./recipe.js";

/** A session whose next turn is to come. */
interface Session {
  number: number;
  tenant: number;
  prefix: number;
  /** Turns to come. */
  left: number;
  /** Prompt and answer of the turn before, with the prefix. */
  tokens: number;
}

/** More tokens than these are no prompt; keeps the columns whole. */
const MOST_TOKENS = 2 ** 30;

/**
 * Requests as turns of sessions, behind prefixes that groups of them share. Streams: `prefix` (which one, and whether),
 * `prefixTokens`, `turns`, `think`.
 */
export class Turns {
  readonly #conversations: Conversations;
  readonly #runs = new Runs();
  readonly #pending = new EventQueue();
  readonly #sessions = new Map<number, Session>();
  readonly #prefixTokens: readonly number[];
  readonly #pickPrefix: () => number;
  readonly #turns: Sampler | undefined;
  readonly #think: Sampler | undefined;
  #started = 0;
  /** The session whose turn arrives; undefined for a new one. */
  #current: Session | undefined;
  #now = 0;

  constructor({ prefixes, sessions }: RequestRecipe, random: Random, addresses: Addresses) {
    this.#conversations = new Conversations(addresses);
    const length = prefixes && sampler(prefixes.tokens, random("prefixTokens"));
    this.#prefixTokens = Array.from({ length: prefixes?.groups ?? 0 }, () =>
      Math.min(MOST_TOKENS, Math.max(1, Math.round(length!()))),
    );
    const groups = this.#prefixTokens.map((_, value) => ({ value }));
    const pick = groups.length > 0 ? picker(groups, random("prefix")) : () => -1;
    const share = prefixes?.share ?? 1;
    const has = random("hasPrefix");
    this.#pickPrefix = () => {
      const group = pick();
      return groups.length > 0 && has() < share ? group : -1;
    };
    this.#turns = sessions && sampler(sessions.turns, random("turns"));
    this.#think = sessions && sampler(sessions.think, random("think"));
  }

  /** When the next request comes: a session begins, as `first` says, or one of those begun takes its turn. */
  arrivals(first: Sampler): Sampler {
    let begins = first();
    return () => {
      const turn = this.#pending.peekTime();
      if (turn <= begins) {
        this.#pending.pop();
        this.#current = this.#sessions.get(this.#pending.arg)!;
        this.#now = turn;
      } else {
        this.#current = undefined;
        this.#now = begins;
        begins = first();
      }
      return this.#now;
    };
  }

  /** Completes the row of the request that `arrivals` came to: its prompt holds what comes before the new tokens. */
  fill(batch: RequestBatch, row: number, tenant: () => number): void {
    const session = this.#current ?? this.#begin(tenant);
    const prefixTokens = session.prefix < 0 ? 0 : this.#prefixTokens[session.prefix]!;
    const before = Math.max(session.tokens, prefixTokens);
    const input = Math.min(MOST_TOKENS, before + batch.inputTokens[row]!);
    const output = batch.outputTokens[row]!;
    batch.inputTokens[row] = input;
    batch.tenant[row] = session.tenant;
    const number = this.#turns === undefined ? -1 : session.number;
    this.#conversations.turn(this.#runs, number, session.prefix, prefixTokens, input, output);
    batch.setRuns(this.#runs);
    session.tokens = input + output;
    if (--session.left > 0) {
      this.#sessions.set(session.number, session);
      const think = Math.max(0, Math.round(this.#think!()));
      this.#pending.push(Math.ceil(this.#now) + think, 0, 0, session.number);
    } else this.#sessions.delete(session.number);
  }

  #begin(tenant: () => number): Session {
    return {
      number: this.#started++,
      tenant: tenant(),
      prefix: this.#pickPrefix(),
      left: Math.max(1, Math.round(this.#turns?.() ?? 1)),
      tokens: 0,
    };
  }
}
