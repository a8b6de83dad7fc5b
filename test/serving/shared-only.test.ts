import { expect, it, vi } from "vitest";
import { resultJson } from "../../src/report/result-json.js";
import { loadScenario } from "../../src/scenario/load.js";
import { simulate } from "../../src/scenario/simulate.js";
import { Sharing } from "../../src/workload/sharing.js";
import { sharedPath } from "../support/shared.js";

const trace = sharedPath("traces/mooncake/conversation_trace.jsonl.gz");

it.skipIf(trace === undefined).each(["vllm", "sglang", "vllm-v0"])(
  "%s decides the same whether it knows of content that no two requests share or not (needs the shared traces)",
  async (scheduler) => {
    const caching = scheduler === "sglang" ? {} : { enable_prefix_caching: true };
    const object = {
      fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 2 }] },
      services: [
        {
          name: "chat",
          model: "llama-3.1-8b",
          engine: { scheduler, options: caching },
          replicas: 2,
          requests: { trace, limit: 1500 },
        },
      ],
    };
    const run = async () => resultJson((await simulate(await loadScenario({ object }))).result);
    const kept = await run();
    const trim = vi.spyOn(Sharing.prototype, "trim").mockImplementation(() => {});
    expect(await run()).toBe(kept);
    expect(trim).toHaveBeenCalled();
    trim.mockRestore();
  },
);
