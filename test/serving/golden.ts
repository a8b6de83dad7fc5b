import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Names } from "../../src/core/names.js";
import { RequestOutcome } from "../../src/journal/journal.js";
import { Batch } from "../../src/serving/batch.js";
import { Engine } from "../../src/serving/engine.js";
import { PriorityQueue } from "../../src/serving/heap-queue.js";
import type { BlockIdentity } from "../../src/serving/kv/block-identity.js";
import { KvCache } from "../../src/serving/kv/kv-cache.js";
import { FifoQueue } from "../../src/serving/request-queue.js";
import { RequestStatus, RequestTable } from "../../src/serving/request-table.js";
import { VllmScheduler } from "../../src/serving/vllm/scheduler.js";

interface GoldenRequest {
  id: string;
  arrival_step: number;
  prompt: [segment: string, length: number][];
  max_tokens: number;
  priority?: number;
  arrival_time?: number;
  cache_salt?: string;
  eos_at?: number;
}

export interface Step {
  step: number;
  added?: string[];
  aborted?: string[];
  schedule?: Record<string, unknown> & { scheduled: unknown[]; preempted: unknown[] };
  update?: Record<string, unknown>;
}

export interface Golden {
  name: string;
  description: string;
  config: {
    num_blocks: number;
    block_size: number;
    max_num_seqs: number;
    max_num_batched_tokens: number;
    max_model_len: number;
    enable_chunked_prefill: boolean;
    enable_prefix_caching: boolean;
    long_prefill_token_threshold: number;
    policy: "fcfs" | "priority";
    scheduler_reserve_full_isl: boolean;
    async_scheduling: boolean;
  };
  requests: GoldenRequest[];
  aborts: { step: number; id: string }[];
  steps: Step[];
  final: { free_queue_head: number[]; cached_blocks: number[]; steps: number };
}

export function readGolden(path: string): Golden {
  return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Golden;
}

/** Content keys from the recording's token identities: chained, so that equal keys mean equal prefixes. */
class TokenIdentity implements BlockIdentity {
  readonly #names = new Names();
  readonly #prompts = new Map<number, string[]>();

  constructor(
    readonly requests: RequestTable,
    readonly specs: readonly GoldenRequest[],
    readonly blockSize: number,
  ) {}

  shared(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  keys(request: number, from: number, to: number, keys: Float64Array): void {
    for (let block = from; block < to; block++) keys[block - from] = this.#key(request, block);
  }

  #key(request: number, block: number): number {
    const index = this.requests.numericId(request);
    const spec = this.specs[index]!;
    let prompt = this.#prompts.get(index);
    if (prompt === undefined) {
      prompt = spec.prompt.flatMap(([segment, length]) =>
        Array.from({ length }, (_, i) => `${segment}/${i}`),
      );
      this.#prompts.set(index, prompt);
    }
    const B = this.blockSize;
    const parent = block === 0 ? `salt ${spec.cache_salt ?? ""}` : String(this.#key(request, block - 1));
    const tokens = Array.from({ length: B }, (_, i) => {
      const at = block * B + i;
      if (at < prompt.length) return prompt[at]!;
      const nth = at - prompt.length;
      return nth + 1 === spec.eos_at ? `end of ${spec.id}` : `out:${spec.id}/${nth}`;
    });
    return this.#names.intern(`${parent}|${tokens.join(" ")}`);
  }
}

/** Runs our scheduler on a recorded case and writes down what the recorder would have. */
export function replay(golden: Golden): { steps: Step[]; final: Golden["final"] } {
  const { config } = golden;
  // Ties of the priority policy fall to the id, a string there: our numbers follow its order.
  const specs = [...golden.requests].sort((a, b) => (a.id < b.id ? -1 : 1));
  const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
  const kv = new KvCache(
    requests,
    config.num_blocks,
    config.block_size,
    config.enable_prefix_caching,
    new TokenIdentity(requests, specs, config.block_size),
  );
  const waiting = config.policy === "fcfs" ? new FifoQueue(requests) : new PriorityQueue(requests);
  let preempted: string[] = [];
  let outputs: Record<string, number> = {};
  let finished: Record<string, string> = {};
  const specOf = (r: number) => specs[requests.numericId(r)]!;
  const idOf = (r: number) => specOf(r).id;
  const slots = new Map<string, number>();
  // The real engine schedules once more after the last request, to tell the workers who has finished.
  let flush = false;
  const engine = new Engine(requests, waiting, kv, config.max_model_len, new Names(), {
    scheduled() {},
    preempted: (_, r) => preempted.push(idOf(r)),
    decoded(requests, count) {
      for (let i = 0; i < count; i++) this.generated(0, requests[i]!);
    },
    generated(_, r) {
      outputs[idOf(r)] = (outputs[idOf(r)] ?? 0) + 1;
    },
    ended(_, r, outcome) {
      if (outcome !== RequestOutcome.Aborted)
        finished[idOf(r)] = requests.tokens[r] === specOf(r).eos_at ? "stop" : "length";
      flush = true;
      slots.delete(idOf(r));
      requests.remove(r);
    },
  });
  const scheduler = new VllmScheduler({
    ...config,
    max_num_scheduled_tokens: config.max_num_batched_tokens,
  });

  const state = () => ({
    running: engine.running.list().map(idOf),
    waiting: waiting.list().map(idOf),
    free_blocks: kv.pool.free,
  });
  const inFlight: Batch[] = [];
  const steps: Step[] = [];
  const lastEvent = Math.max(
    ...golden.requests.map((r) => r.arrival_step),
    ...golden.aborts.map((a) => a.step),
  );
  for (let step = 0; step <= lastEvent || engine.unfinished > 0 || flush || inFlight.length > 0; step++) {
    const entry: Step = { step };
    const arriving = golden.requests.filter((r) => r.arrival_step === step);
    for (const spec of arriving) {
      const r = requests.add({
        id: specs.indexOf(spec),
        service: 0,
        tenant: -1,
        arrival: spec.arrival_time ?? spec.arrival_step,
        inputTokens: spec.prompt.reduce((sum, [, length]) => sum + length, 0),
        outputTokens: Math.min(spec.eos_at ?? spec.max_tokens, spec.max_tokens),
        maxTokens: spec.max_tokens,
        priority: spec.priority ?? 0,
        order: spec.arrival_time ?? spec.arrival_step,
      });
      slots.set(spec.id, r);
      waiting.push(r);
    }
    if (arriving.length > 0) entry.added = arriving.map((spec) => spec.id);
    const aborting = golden.aborts.filter((a) => a.step === step).map((a) => a.id);
    if (aborting.length > 0) entry.aborted = aborting;
    for (const id of aborting) {
      const r = slots.get(id);
      if (r !== undefined) engine.finish(r, RequestOutcome.Aborted);
    }

    let fillsPipeline = false;
    if (engine.unfinished > 0 || flush) {
      const before = new Map<number, number>();
      for (const r of engine.running.list()) before.set(r, requests.blocks[r]!);
      const status = new Map([...slots.values()].map((r) => [r, requests.status[r]!]));
      const batch = new Batch(requests);
      preempted = [];
      scheduler.schedule(engine, batch);
      const scheduled = Array.from({ length: batch.count }, (_, i) => {
        const r = batch.request[i]!;
        const was = status.get(r)!;
        const fresh = was !== RequestStatus.Running;
        return {
          id: idOf(r),
          kind: was === RequestStatus.Waiting ? "new" : fresh ? "resumed" : "running",
          computed_before: batch.computed[i]!,
          tokens: batch.tokens[i]!,
          samples: batch.samples[i] === 1,
          blocks: kv.blockIds(r, fresh ? 0 : before.get(r)!),
        };
      });
      entry.schedule = { scheduled, total_tokens: batch.totalTokens, preempted, ...state() };
      flush = false;
      inFlight.push(batch);
      fillsPipeline = config.async_scheduling && batch.totalTokens > 0 && inFlight.length < 2;
    }
    if (!fillsPipeline && inFlight.length > 0) {
      outputs = {};
      finished = {};
      scheduler.complete(engine, inFlight.shift()!);
      entry.update = { outputs, finished, ...state() };
      const { stats } = kv;
      if (stats.requests + stats.preemptedRequests > 0) {
        entry.update.prefix_cache = {
          requests: stats.requests,
          queries: stats.queries,
          hits: stats.hits,
          preempted_requests: stats.preemptedRequests,
          preempted_queries: stats.preemptedQueries,
          preempted_hits: stats.preemptedHits,
        };
        kv.clearStats();
      }
    }
    if (entry.added || entry.aborted || entry.schedule || entry.update) steps.push(entry);
  }
  return {
    steps,
    final: {
      free_queue_head: kv.pool.freeQueue(64),
      cached_blocks: kv.cachedBlocks().slice(0, 256),
      steps: steps.length,
    },
  };
}
