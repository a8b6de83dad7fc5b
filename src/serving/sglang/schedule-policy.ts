import type { Stream } from "../../core/random.js";
import type { RequestTable } from "../request-table.js";
import type { SglangOptions } from "./options.js";
import type { WaitingList } from "./queue.js";
import type { RadixMemory } from "./radix-memory.js";
import { RadixTree, ROOT } from "./radix-tree.js";

/** Longest queue that `lpm` sorts; behind it the order of arrival holds. */
const LPM_LONGEST_QUEUE = 128;
/** IN_BATCH_PREFIX_CACHING_CHECK_THRESHOLD and IN_BATCH_PREFIX_CACHING_DEPRIORITIZE_THRESHOLD. */
const CHECK_THRESHOLD = 32;
const DEPRIORITIZE_THRESHOLD = 32;

/** The order in which waiting requests are tried, anew before every prefill attempt (managers/schedule_policy.py). */
export class SchedulePolicy {
  /** What waits, as a tree of its own, for prefixes that several have in common and nobody has computed. */
  readonly #inBatch: RadixTree;
  readonly #sign: number;

  constructor(
    readonly requests: RequestTable,
    readonly memory: RadixMemory,
    readonly options: SglangOptions,
    readonly random: Stream,
  ) {
    this.#inBatch = new RadixTree(requests, 1, "lru");
    this.#sign = options.schedule_low_priority_values_first ? 1 : -1;
  }

  sort(waiting: WaitingList): void {
    const { schedule_policy, enable_priority_scheduling } = this.options;
    if (schedule_policy === "lof") this.#longestOutputFirst(waiting, enable_priority_scheduling);
    else if (schedule_policy === "random") this.#shuffle(waiting);
    else if (schedule_policy === "fcfs" || !this.memory.caching) {
      if (enable_priority_scheduling) this.#mostUrgentFirst(waiting);
    } else if (schedule_policy === "dfs-weight") this.#depthFirst(waiting);
    else if (waiting.length <= LPM_LONGEST_QUEUE) this.#longestPrefixFirst(waiting);
  }

  #mostUrgentFirst(waiting: WaitingList): void {
    const { priority } = this.requests;
    const { entry } = waiting;
    const sign = this.#sign;
    waiting.sort((a, b) => (sign * (priority[a]! - priority[b]!) || entry[a]! - entry[b]!) < 0);
  }

  #longestOutputFirst(waiting: WaitingList, byPriority: boolean): void {
    const { priority, maxTokens } = this.requests;
    const sign = byPriority ? this.#sign : 0;
    waiting.sort((a, b) => (sign * (priority[a]! - priority[b]!) || maxTokens[b]! - maxTokens[a]!) < 0);
  }

  #shuffle(waiting: WaitingList): void {
    const order = waiting.list();
    for (let i = order.length - 1; i > 0; i--) {
      const other = Math.floor(this.random() * (i + 1));
      const request = order[i]!;
      order[i] = order[other]!;
      order[other] = request;
    }
    waiting.reorder(order);
  }

  #longestPrefixFirst(waiting: WaitingList): void {
    const order = waiting.list();
    const keys = new Map<number, number>();
    this.#inBatch.clear();
    for (const request of order) {
      const known = this.requests.known(request);
      this.memory.match(request, known);
      const matched = this.memory.tree.matched;
      const waits = matched <= CHECK_THRESHOLD && this.#sharesWithOthers(request, known);
      keys.set(request, waits ? Number.POSITIVE_INFINITY : -Math.min(matched, known - 1));
    }
    order.sort((a, b) => {
      const [first, second] = [keys.get(a)!, keys.get(b)!];
      return first === second ? 0 : first - second;
    });
    waiting.reorder(order);
  }

  /** Somebody ahead will make the prefix that this one could find. Nobody can share what only one request may have. */
  #sharesWithOthers(request: number, known: number): boolean {
    if (this.requests.contentTokens[request]! < DEPRIORITIZE_THRESHOLD) return false;
    this.#inBatch.match(request, known);
    if (this.#inBatch.matched >= DEPRIORITIZE_THRESHOLD) return true;
    this.#inBatch.insert(request, known, false);
    return false;
  }

  /** Along the tree, the branch first that most requests wait for, and those of a node after those below it. */
  #depthFirst(waiting: WaitingList): void {
    const { tree } = this.memory;
    const at = new Map<number, number[]>();
    for (const request of waiting.list()) {
      const node = this.memory.match(request, this.requests.known(request));
      const there = at.get(node);
      if (there === undefined) at.set(node, [request]);
      else there.push(request);
    }
    const weights = new Map<number, number>([[ROOT, 0]]);
    const wanted = new Map<number, number[]>();
    for (const [node, there] of at)
      for (let up = node; ; up = tree.parent[up]!) {
        const weight = weights.get(up);
        if (weight === undefined) {
          const above = tree.parent[up]!;
          const siblings = wanted.get(above);
          if (siblings === undefined) wanted.set(above, [up]);
          else siblings.push(up);
        }
        weights.set(up, (weight ?? 0) + there.length);
        if (up === ROOT) break;
      }
    const order: number[] = [];
    const visit = (node: number): void => {
      const below = wanted.get(node) ?? [];
      below.sort((a, b) => weights.get(b)! - weights.get(a)! || tree.order[a]! - tree.order[b]!);
      for (const child of below) visit(child);
      for (const request of at.get(node) ?? []) order.push(request);
    };
    visit(ROOT);
    waiting.reorder(order);
  }
}
