import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Names } from "../../../src/core/names.js";
import { RequestOutcome } from "../../../src/journal/journal.js";
import { Batch } from "../../../src/serving/batch.js";
import { Engine } from "../../../src/serving/engine.js";
import { RequestTable } from "../../../src/serving/request-table.js";
import type { SglangOptions } from "../../../src/serving/sglang/options.js";
import { SglangScheduler } from "../../../src/serving/sglang/scheduler.js";
import { RequestBatch } from "../../../src/workload/batch.js";
import { Runs } from "../../../src/workload/content.js";

interface GoldenRequest {
  id: string;
  arrival_step: number;
  prompt: [segment: string, length: number][];
  max_tokens: number;
  priority?: number;
  eos_at?: number;
}

/** One turn of the loop, as the recorder wrote it down. */
export interface Step {
  step: number;
  added?: string[];
  batch: {
    type: "prefill" | "decode";
    prefill?: { id: string; prefix: number; tokens: number }[];
    decode: string[];
  } | null;
  retracted: string[];
  chunked: string | null;
  full: boolean;
  ratio: number;
  waiting: string[];
  available: number;
  evictable: number;
  outputs: string[];
  finished: Record<string, string>;
  available_after: number;
  evictable_after: number;
}

export interface Golden {
  name: string;
  description: string;
  config: Omit<
    SglangOptions,
    "max_running_requests" | "prefill_max_requests" | "disable_overlap_schedule" | "ignore_eos"
  > & {
    max_running_requests: number;
    prefill_max_requests: number | null;
    max_total_num_tokens: number;
    page_size: number;
    overlap: boolean;
  };
  requests: GoldenRequest[];
  steps: Step[];
}

export function readGolden(path: string): Golden {
  return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Golden;
}

/**
 * The recording's tokens as addresses: those of a segment behind the same tokens follow one another, whatever its length.
 * The answer counts as a segment of its own, which another prompt may take up.
 */
class Addresses {
  readonly #bases = new Map<string, number>();

  runs({ id, prompt, max_tokens }: GoldenRequest): Runs {
    const runs = new Runs();
    let before = "";
    for (const [segment, length] of [...prompt, [`out:${id}`, max_tokens] as const]) {
      const path = `${before}/${segment}`;
      if (!this.#bases.has(path)) this.#bases.set(path, this.#bases.size * 2 ** 20);
      runs.add(this.#bases.get(path)!, length);
      before = `${path}:${length}`;
    }
    return runs;
  }
}

/** Runs our scheduler on a recorded case and writes down what the recorder would have. */
export function replay(golden: Golden): Step[] {
  const { config } = golden;
  const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
  const addresses = new Addresses();
  const scheduler = new SglangScheduler(
    {
      ...config,
      prefill_max_requests: config.prefill_max_requests ?? Number.POSITIVE_INFINITY,
      disable_overlap_schedule: !config.overlap,
      ignore_eos: false,
    },
    2 ** 30,
    () => 0,
  );
  const memory = scheduler.createMemory(requests, {
    maxModelLen: 2 ** 30,
    usableBlocks: config.max_total_num_tokens / config.page_size,
    blockSize: config.page_size,
  });
  const waiting = scheduler.createQueue();
  const { state } = scheduler;
  const specOf = (r: number) => golden.requests[requests.numericId(r)]!;
  const idOf = (r: number) => specOf(r).id;
  let retracted: string[] = [];
  let outputs: string[] = [];
  let finished: Record<string, string> = {};
  const engine = new Engine(requests, waiting, memory, 2 ** 30, new Names(), {
    scheduled() {},
    preempted: (_, r) => retracted.push(idOf(r)),
    generated() {},
    decoded(list, count) {
      for (let i = 0; i < count; i++) outputs.push(idOf(list[i]!));
    },
    ended(_, r, outcome) {
      if (outcome === RequestOutcome.Aborted) throw new Error(`${idOf(r)} was aborted`);
      finished[idOf(r)] = requests.tokens[r] === specOf(r).eos_at ? "stop" : "length";
      requests.remove(r);
    },
  });

  const steps: Step[] = [];
  const inFlight: Batch[] = [];
  const lastArrival = Math.max(...golden.requests.map((r) => r.arrival_step));
  let idle = true;
  for (let step = 0; step <= lastArrival || !idle; step++) {
    const arriving = golden.requests.filter((r) => r.arrival_step === step);
    for (const spec of arriving) {
      const batch = new RequestBatch(1);
      const outputTokens = Math.min(spec.eos_at ?? spec.max_tokens, spec.max_tokens);
      const r = requests.add({
        id: golden.requests.indexOf(spec),
        service: 0,
        tenant: -1,
        arrival: step,
        inputTokens: spec.prompt.reduce((sum, [, length]) => sum + length, 0),
        outputTokens,
        maxTokens: spec.max_tokens,
        priority: spec.priority ?? 0,
      });
      batch.setRuns(addresses.runs(spec));
      batch.length = 1;
      requests.setContent(r, batch, 0);
      waiting.push(r);
    }
    const wasIdle = idle && arriving.length === 0;
    retracted = [];
    outputs = [];
    finished = {};
    engine.now = step;
    const batch = new Batch(requests);
    scheduler.schedule(engine, batch);
    const prefills = scheduler.prefills;
    const entry = {
      step,
      ...(arriving.length > 0 ? { added: arriving.map(({ id }) => id) } : {}),
      batch: show(batch, prefills, idOf),
      retracted,
      chunked: state.chunked < 0 ? null : idOf(state.chunked),
      full: state.full,
      ratio: Math.round(state.ratio.value * 1e9) / 1e9,
      waiting: waiting.list().map(idOf),
      available: memory.available,
      evictable: memory.tree.evictable,
    };
    if (batch.count > 0) inFlight.push(batch);
    engine.now = step + 1;
    if (inFlight.length > (config.overlap && batch.count > 0 ? 1 : 0))
      scheduler.complete(engine, inFlight.shift()!);
    const after = { available_after: memory.available, evictable_after: memory.tree.evictable };
    idle = engine.unfinished === 0 && inFlight.length === 0 && batch.count === 0;
    if (!wasIdle) steps.push({ ...entry, outputs, finished, ...after });
  }
  return steps;
}

function show(batch: Batch, prefills: number, idOf: (request: number) => string): Step["batch"] {
  if (batch.count === 0) return null;
  const entries = Array.from({ length: batch.count }, (_, i) => ({
    id: idOf(batch.request[i]!),
    prefix: batch.computed[i]!,
    tokens: batch.tokens[i]!,
  }));
  const decode = entries.slice(prefills).map(({ id }) => id);
  return prefills > 0
    ? { type: "prefill", prefill: entries.slice(0, prefills), decode }
    : { type: "decode", decode };
}
