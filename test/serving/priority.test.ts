import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load.js";
import { simulate } from "../../src/scenario/simulate.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { onDisk } from "../workload/support.js";
import { Recorder } from "./recorder.js";
import { type Row, serve, timing } from "./support.js";

const engines = ["vllm", "vllm-v0"];

async function run(scheduler: string, rows: readonly Row[], options: Record<string, unknown> = {}) {
  const recorder = new Recorder();
  const common = { policy: "priority", max_model_len: 1000, max_num_batched_tokens: 1000 };
  await serve(
    [
      {
        scheduler: requestSchedulers[scheduler]!,
        options: { ...common, max_num_seqs: 1, ...options },
        time: { model: timing(100) },
        rows,
      },
    ],
    [recorder],
  );
  return rows.map((_, i) => recorder.requests.get(i)!);
}

const row = (arrival: number, priority: number, outputTokens = 3): Row => ({
  arrival,
  inputTokens: 8,
  outputTokens,
  priority,
});

describe.each(engines)("%s with policy: priority", (engine) => {
  it("serves the most urgent one first, whenever it came, and equals in order of arrival", async () => {
    const rows = [row(0, 5, 2), row(1, 5), row(2, 5), row(3, -1), row(4, 2)];
    const options = { async_scheduling: false, preemption_mode: "recompute" };
    const records = await run(engine, rows, options);
    const order = [...records.keys()].sort((a, b) => records[a]!.ended!.time - records[b]!.ended!.time);
    // V0 drives the first one out for those more urgent than it; V1 lets it finish.
    expect(order).toEqual(engine === "vllm" ? [0, 3, 4, 1, 2] : [3, 4, 0, 1, 2]);
    const fcfs = await run(engine, rows, { ...options, policy: "fcfs" });
    const times = fcfs.map(({ ended }) => ended!.time);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it("takes the blocks of the least urgent one when they run out", async () => {
    // Three requests of two blocks each, that grow to three: seven blocks are not enough.
    const rows = [row(0, 9, 12), row(0, 1, 12), row(0, 1, 12)];
    const options = { max_num_seqs: 4, block_size: 8, num_gpu_blocks_override: 8 };
    const records = await run(engine, rows, options);
    const preempted = records.map(({ events }) => events.some((event) => event.endsWith("preempt")));
    expect(preempted).toEqual([true, false, false]);
    for (const { tokens } of records) expect(tokens).toHaveLength(12);
  });
});

describe("an engine step that is empty because the first in line gave way", () => {
  it("is followed by another one at once", async () => {
    const rows = [
      { arrival: 0, inputTokens: 37, outputTokens: 13, priority: 1 },
      { arrival: 66, inputTokens: 42, outputTokens: 10, priority: 0 },
    ];
    for (const async_scheduling of [false, true]) {
      const options = { async_scheduling, max_num_seqs: 4, max_num_batched_tokens: 16 };
      const records = await run("vllm", rows, { ...options, num_gpu_blocks_override: 8 });
      expect(records.map(({ tokens }) => tokens.length)).toEqual([13, 10]);
    }
  });
});

describe("a trace with priorities", () => {
  it("shows in the results, by tenant", async () => {
    const lines = Array.from({ length: 200 }, (_, i) => {
      const urgent = i % 10 === 0;
      return `${(i * 0.002).toFixed(3)},400,40,${urgent ? "gold" : "free"},${urgent ? 0 : 1}`;
    });
    const trace = ["arrival,input_tokens,output_tokens,tenant,priority", ...lines, ""].join("\n");
    const { path } = onDisk(trace, "requests.csv");
    const ttft = async (policy: string) => {
      const object = {
        fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 1 }] },
        services: [
          {
            name: "chat",
            model: "llama-3.1-8b",
            engine: { scheduler: "vllm", options: { policy, max_num_seqs: 4 } },
            requests: { trace: path },
          },
        ],
        measure: { groupBy: ["tenant"] },
      };
      const { result } = await simulate(await loadScenario({ object }));
      const of = (tenant: string) =>
        result.metrics.find((m) => m.name === "ttft.mean" && m.labels.tenant === tenant)!.value!;
      return { gold: of("gold"), free: of("free") };
    };
    const fcfs = await ttft("fcfs");
    const priority = await ttft("priority");
    expect(fcfs.gold / fcfs.free).toBeGreaterThan(0.9);
    expect(priority.gold / priority.free).toBeLessThan(0.2);
  });
});
