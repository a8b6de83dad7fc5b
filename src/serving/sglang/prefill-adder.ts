import { grown } from "../../core/column.js";
import { IntList } from "../../core/int-list.js";
import type { RequestTable } from "../request-table.js";
import { ExactPlan } from "./exact-plan.js";
import type { SglangOptions } from "./options.js";
import type { RadixMemory } from "./radix-memory.js";
import { ROOT } from "./radix-tree.js";
import { CLIP_MAX_NEW_TOKENS, type RunningBatch } from "./running-batch.js";

/** What becomes of the next request in line; what stops the line says why. */
export const AddResult = { Continue: 0, NoToken: 1, Chunk: 2, Input: 3, Requests: 4 } as const;
export type AddResult = (typeof AddResult)[keyof typeof AddResult];

/**
 * What may still enter a prefill batch (`PrefillAdder` in managers/schedule_policy.py): so many tokens of prompts at once,
 * so many of one chunk, and KV memory for the prompts and for what everybody is expected to generate.
 */
export class PrefillAdder {
  /** Who was let in, and the tokens that each computes. */
  readonly list = new IntList();
  readonly extend = new IntList();
  /** The request of which only a chunk was let in; -1 for none. */
  newChunked = -1;
  /** By request: tokens that it would have computed when it was tried last. */
  #tried = new Int32Array(64);
  #input = 0;
  #chunk = 0;
  #totalOffset = 0;
  #currentOffset = 0;
  #ratio = 0;
  #running!: RunningBatch;
  readonly #plan: ExactPlan | undefined;

  constructor(
    readonly requests: RequestTable,
    readonly memory: RadixMemory,
    readonly options: SglangOptions,
  ) {
    this.#plan = options.ignore_eos && options.disable_radix_cache ? new ExactPlan(requests) : undefined;
  }

  /** @param mixed requests whose next token is computed in the same pass */
  begin(running: RunningBatch, ratio: number, mixed: number): void {
    const { max_prefill_tokens, chunked_prefill_size } = this.options;
    this.list.clear();
    this.extend.clear();
    this.newChunked = -1;
    this.#running = running;
    this.#plan?.clear();
    this.#ratio = ratio;
    this.#input = max_prefill_tokens - mixed;
    this.#chunk = chunked_prefill_size > 0 ? chunked_prefill_size - mixed : Number.POSITIVE_INFINITY;
    this.#totalOffset = mixed + running.expected(ratio);
    this.#currentOffset = mixed;
  }

  get #remainingTotal(): number {
    return this.memory.obtainable - this.#totalOffset;
  }

  #charge(tokens: number, newTokens: number): void {
    const pages = this.memory.ceil(tokens);
    this.#totalOffset += pages + newTokens + this.memory.pageSize;
    this.#currentOffset += pages + this.memory.pageSize;
    this.#input -= pages;
    this.#chunk -= pages;
  }

  get #state(): AddResult {
    if (this.#remainingTotal <= 0 || this.memory.obtainable - this.#currentOffset <= 0)
      return AddResult.NoToken;
    if (this.#chunk <= 0) return AddResult.Chunk;
    return this.#input <= 0 ? AddResult.Input : AddResult.Continue;
  }

  #clipped(request: number): number {
    return Math.min(this.requests.maxTokens[request]!, CLIP_MAX_NEW_TOKENS);
  }

  /**
   * The next chunk of the request whose prompt is being computed; it is always let in, if memory has a page for it.
   *
   * @returns whether there is still more of it
   */
  addChunked(request: number): boolean {
    const { requests, memory } = this;
    const computed = requests.computed[request]!;
    const rest = requests.known(request) - computed;
    let most = Math.min(this.#chunk, Math.trunc(this.#remainingTotal));
    if (most <= 0) most = this.#chunk;
    // The real engine ends itself when the chunk finds no memory.
    const room = memory.floor(memory.obtainable - this.#currentOffset) + memory.ceil(computed) - computed;
    const tokens = Math.min(rest, most, Math.max(0, room));
    const truncated = tokens < rest;
    if (tokens <= 0) return true;
    this.list.push(request);
    this.extend.push(tokens);
    this.#charge(tokens, truncated ? 0 : this.#clipped(request));
    return truncated;
  }

  /** Looks for a waiting request's prefix and lets it in, whole or with a first chunk, or says what it is that holds it. */
  add(request: number): AddResult {
    const { requests, memory, options } = this;
    const known = requests.known(request);
    const node = memory.match(request, known - 1);
    const prefix = memory.tree.matched;
    const extend = known - prefix;
    this.#remember(request, extend);
    if (this.list.length >= options.prefill_max_requests) return AddResult.Requests;
    if (this.#plan !== undefined) return this.#addByPlan(this.#plan, request);
    const left = requests.maxTokens[request]! - requests.tokens[request]!;
    const total = extend + Math.min(Math.max(left, 0), CLIP_MAX_NEW_TOKENS) + memory.pageSize;
    if (total >= this.#remainingTotal) return AddResult.NoToken;
    const pages = memory.ceil(extend);
    if (this.#chunk === Number.POSITIVE_INFINITY && this.list.length > 0 && pages >= this.#input)
      return AddResult.Input;
    memory.tree.lock(node);
    let result: AddResult = AddResult.Continue;
    let tokens = extend;
    if (total >= this.#remainingTotal) result = AddResult.NoToken;
    else if (pages > this.#chunk) {
      tokens = memory.floor(prefix + memory.floor(this.#chunk)) - prefix;
      if (tokens <= 0) result = AddResult.Chunk;
      else this.newChunked = request;
    }
    if (result !== AddResult.Continue) {
      memory.tree.unlock(node);
      return result;
    }
    memory.hold(request, node, prefix);
    requests.computed[request] = prefix;
    this.list.push(request);
    this.extend.push(tokens);
    this.#charge(tokens, tokens < extend ? 0 : this.#clipped(request));
    return this.#state;
  }

  /** The same for a request that will use up its max_new_tokens, without a tree. */
  #addByPlan(plan: ExactPlan, request: number): AddResult {
    const { requests, memory, list } = this;
    const known = requests.known(request);
    const pages = memory.ceil(known);
    const free = memory.obtainable - this.#currentOffset;
    if (pages > Math.min(free, this.#remainingTotal)) return AddResult.NoToken;
    if (!plan.fits(request, free - pages, this.#running, list.items, list.length)) return AddResult.NoToken;
    if (this.#chunk <= 0) return AddResult.Chunk;
    const tokens = Math.min(known, this.#chunk);
    if (tokens < known) this.newChunked = request;
    memory.hold(request, ROOT, 0);
    requests.computed[request] = 0;
    list.push(request);
    this.extend.push(tokens);
    this.#charge(tokens, tokens < known ? 0 : this.#clipped(request));
    return this.#state;
  }

  /** Tokens that must become free for a request to get in after all. */
  shortage(request: number): number {
    const tried = request < this.#tried.length ? this.#tried[request]! : 0;
    return tried + this.#clipped(request) - this.#remainingTotal;
  }

  /** A running request is to give way: it was expected to generate so many tokens. */
  preempted(left: number): void {
    this.#totalOffset -= left * this.#ratio;
  }

  /** A request comes into the queue: it has not been tried. */
  forget(request: number): void {
    if (request < this.#tried.length) this.#tried[request] = 0;
  }

  #remember(request: number, tokens: number): void {
    if (!this.options.enable_priority_scheduling) return;
    if (request >= this.#tried.length) this.#tried = grown(this.#tried, this.requests.input.length);
    this.#tried[request] = tokens;
  }
}
