import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { HOUR, SECOND } from "../../src/core/units.js";
import type { RunFacts } from "../../src/journal/facts.js";
import type { JournalListener } from "../../src/journal/journal.js";
import type { Result } from "../../src/metrics/result.js";
import { resultJson } from "../../src/report/result-json.js";
import { loadScenario } from "../../src/scenario/load.js";
import { type SimulateOptions, simulate } from "../../src/scenario/simulate.js";
import { repoPath, sharedPath } from "../support/shared.js";

const folder = repoPath("test/scenario/modules");

async function play(text: string, options: SimulateOptions = {}): Promise<Result> {
  const loaded = await loadScenario({ text, name: "test.yaml", folder });
  return (await simulate(loaded, { checkInvariants: true, ...options })).result;
}

function value(result: Result, name: string, labels: Record<string, string> = {}): number | null {
  const wanted = JSON.stringify(labels);
  const found = result.metrics.find((m) => m.name === name && JSON.stringify(m.labels) === wanted);
  if (found === undefined) throw new Error(`no metric ${name} ${wanted}`);
  return found.value;
}

/** Start times by job name, and the words of everything that waited. */
class Starts implements JournalListener {
  readonly at = new Map<string, number>();
  readonly reasons = new Map<string, string[]>();
  #facts!: RunFacts;

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
  }
  start(time: number, job: number): void {
    this.at.set(this.#facts.jobs.id(job), time / SECOND);
  }
  reason(_time: number, job: number, reason: number): void {
    this.#note(this.#facts.jobs.id(job), reason);
  }
  requestReason(_time: number, request: number, reason: number): void {
    this.#note(`request ${this.#facts.requests.id(request)}`, reason);
  }
  #note(id: string, reason: number): void {
    this.reasons.set(id, [...(this.reasons.get(id) ?? []), this.#facts.reasonName(reason)]);
  }
}

const TWO_USERS = `
fleet: { pools: [ { name: n, nodes: 4, cpus: 1 } ] }
jobs:
  generate:
    arrivals: { process: poisson, rate: 1/m }
    count: 200
    run: { distribution: exponential, mean: 150s }
    estimate: { factor: { distribution: uniform, min: 1, max: 3 } }
    shapes: [ { cpus: 1 }, { tasks: 2, cpus: 2 } ]
    users: { ada: 1, ben: 1 }
`;

const CHAT = `
  - name: chat
    model: llama-3.1-8b
    requests:
      generate:
        arrivals: { process: poisson, rate: 2/s }
        count: 100
        inputTokens: 200
        outputTokens: { distribution: uniform, min: 1, max: 60 }
`;

describe("the same scenario and seed", () => {
  it("give the same bytes twice, from a file and from its text", async () => {
    const path = repoPath("scenarios/gang-training.yaml");
    const once = (await simulate(await loadScenario(path))).result;
    const text = readFileSync(path, "utf8");
    const loaded = await loadScenario({ text, name: "gang-training.yaml", folder: repoPath("scenarios") });
    expect(resultJson((await simulate(loaded)).result)).toBe(resultJson(once));
  });

  it("meet the same arrivals under every policy", async () => {
    const submitted = async (policy: string) => {
      const times: number[] = [];
      await play(`${TWO_USERS}scheduler: { policy: ${policy} }`, {
        listeners: [{ submit: (t) => void times.push(t) }],
      });
      return times;
    };
    const fifo = await submitted("fifo");
    expect(fifo).toHaveLength(200);
    for (const policy of ["easy", "conservative", "gang"]) expect(await submitted(policy)).toEqual(fifo);
  });

  it("with another seed give other numbers", async () => {
    const a = await play(`${TWO_USERS}seed: 1`);
    const b = await play(`${TWO_USERS}seed: 2`);
    expect(value(a, "wait.mean")).not.toBe(value(b, "wait.mean"));
  });
});

describe("jobs and services on one fleet", () => {
  const fleet = "fleet: { pools: [ { name: g, nodes: 1, gpu: H100-SXM, gpusPerNode: 8 } ] }\n";
  const job = (gpus: number, run: string) => `
jobs:
  generate:
    arrivals: { process: fixed, every: 1s }
    count: 1
    run: ${run}
    shapes: [ { gpus: ${gpus} } ]
`;

  it("a job waits for GPUs that a replica holds, until the end of the run", async () => {
    const starts = new Starts();
    const result = await play(`${fleet}until: 1h\n${job(8, "10m")}services:${CHAT}`, { listeners: [starts] });
    expect(starts.at.get("chat/0")).toBe(0);
    expect(starts.at.has("1")).toBe(false);
    expect(starts.reasons.get("1")).toEqual(["Resources"]);
    expect(value(result, "jobs.count", { state: "censored" })).toBe(1);
  });

  it("requests wait for a replica that waits for the GPUs of a job", async () => {
    const starts = new Starts();
    const late = `${fleet}until: 1h\n${job(8, "10m")}services:${CHAT}    replicas: 2\n    tensorParallel: 8\n`;
    await play(late, { listeners: [starts] });
    // The first replica takes the node at time 0 and keeps it; the second and the job never get it.
    expect(starts.at.get("chat/0")).toBe(0);
    expect(starts.at.has("chat/1")).toBe(false);

    const own = "scheduler: { policy: ./jobs-first.js }\n";
    const waiting = new Starts();
    const result = await play(`${fleet}until: 1h\n${own}${job(8, "10m")}services:${CHAT}`, {
      listeners: [waiting],
    });
    expect(waiting.at.get("1")).toBe(0);
    expect(waiting.at.get("chat/0")).toBe(600);
    expect(waiting.reasons.get("request 1")?.[0]).toBe("no ready replica");
    expect(value(result, "requests.count", { service: "chat", state: "ended" })).toBe(100);
  });
});

describe("a user's own modules", () => {
  it("a cluster policy starts jobs in its own order", async () => {
    const starts = new Starts();
    await play(
      `
fleet: { pools: [ { name: n, nodes: 1, cpus: 1 } ] }
scheduler: { policy: ./shortest.js }
jobs: { trace: ../data/three-jobs.csv }
`,
      { listeners: [starts] },
    );
    // a runs 0 to 100; then c (20 s) before b (50 s), although b came first.
    expect(Object.fromEntries(starts.at)).toEqual({ a: 0, c: 100, b: 120 });
  });

  it("a policy's options are checked and filled in, and it can ask to be woken", async () => {
    const starts = new Starts();
    const text = (options: string) => `
fleet: { pools: [ { name: n, nodes: 3, cpus: 1 } ] }
scheduler: { policy: ./with-options.js${options} }
jobs: { trace: ../data/three-jobs.csv }
`;
    await play(text(", every: 30s"), { listeners: [starts] });
    expect(Object.fromEntries(starts.at)).toEqual({ a: 0, b: 30, c: 30 });
    await expect(play(text(", evry: 30s"))).rejects.toThrow(
      'the policy ./with-options.js has no option "evry"',
    );
  });

  it("a router sends requests where it likes", async () => {
    const sent = new Set<number>();
    const text = `fleet: { pools: [ { name: g, nodes: 1, gpu: H100-SXM, gpusPerNode: 8 } ] }
services:${CHAT}    replicas: 3
    router: ./last-replica.js
`;
    await play(text, { listeners: [{ route: (_t, _request, replica) => void sent.add(replica) }] });
    expect([...sent]).toEqual([2]);
  });

  it.each([
    ["./missing.js", "there is no module ./missing.js"],
    ["./no-policy.js", "the module ./no-policy.js exports no policy"],
  ])("%s is refused where it is named", async (module, message) => {
    const error = await play(`${TWO_USERS}scheduler:\n  policy: ${module}\n`).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    const [problem] = (error as InputError).problems;
    expect(problem!.message).toBe(message);
    expect(problem!.at).toMatchObject({ file: "test.yaml", column: 11 });
  });
});

describe("the end of a run", () => {
  it("stops after so many jobs, and says that it is partial", async () => {
    const result = await play(`${TWO_USERS}stop: { jobs: 50 }`);
    expect(result.partial).toBe("entities");
    expect(value(result, "jobs.count", { state: "ended" })).toBe(50);
  });

  it("stops after so many requests", async () => {
    const text = `fleet: { pools: [ { name: g, nodes: 1, gpu: H100-SXM } ] }\nstop: { requests: 7 }\nservices:${CHAT}`;
    const result = await play(text);
    expect(value(result, "requests.count", { service: "chat", state: "ended" })).toBe(7);
  });

  it("stops at its time, and counts what is unfinished as censored", async () => {
    const result = await play(`${TWO_USERS}until: 1h`);
    expect(result.duration).toBe(HOUR);
    const count = (state: string) => value(result, "jobs.count", { state })!;
    expect(count("submitted")).toBe(count("ended") + count("censored"));
    expect(count("censored")).toBeGreaterThan(0);
  });

  it("can be interrupted between slices, and keeps what is finished", async () => {
    const many = TWO_USERS.replace("count: 200", "count: 100k").replace("rate: 1/m", "rate: 1/h");
    let asked = 0;
    const result = await play(many, { checkInvariants: false, breathe: async () => ++asked === 2 });
    expect(result.partial).toBe("interrupted");
    expect(value(result, "jobs.count", { state: "ended" })).toBeGreaterThan(0);
  });
});

describe("work that no fleet could run", () => {
  it("a job larger than the pool is refused before the run, with its line", async () => {
    const error = await play(`
fleet: { pools: [ { name: n, nodes: 1, gpu: H100-SXM, gpusPerNode: 4 } ] }
jobs: { trace: ../data/too-large.csv }
`).catch((e: unknown) => e);
    expect((error as InputError).problems).toMatchObject([
      {
        code: "trace/too-large",
        message: "this job needs 2 tasks of 4 GPUs, and no pool is as large as that",
        at: { file: "../data/too-large.csv", line: 3 },
      },
    ]);
  });

  it("a replica larger than the fleet is refused where its size is given", async () => {
    const error = await play(`
fleet: { pools: [ { name: g, nodes: 1, gpu: H100-SXM, gpusPerNode: 4 } ] }
services:${CHAT}    tensorParallel: 8
`).catch((e: unknown) => e);
    expect((error as InputError).problems).toMatchObject([
      { code: "scenario/replica-too-large", at: { file: "test.yaml" } },
    ]);
  });
});

describe("public traces replay from start to end", () => {
  const manifest = sharedPath("traces/manifest.json");
  const rowsOf = (file: string): number =>
    JSON.parse(readFileSync(manifest!, "utf8")).find((t: { file: string }) => t.file === file).rows;
  const logs = [
    { file: "swf/KTH-SP2-1996-2.swf.gz", nodes: 100, left: 0 },
    { file: "swf/HPC2N-2002-head3170.swf", nodes: 240, left: 25 },
    { file: "swf/NASA-iPSC-1993-3.1-cln.swf.gz", nodes: 128, left: 0 },
    { file: "swf/LCG-2005-1.swf.gz", nodes: 24_515, left: 0 },
  ];
  for (const { file, nodes, left } of logs) {
    const path = sharedPath(join("traces", file));
    it.skipIf(path === undefined)(
      `${file}${path === undefined ? " (the trace is not on this machine)" : ""}`,
      async () => {
        const result = await play(
          `fleet: { pools: [ { name: n, nodes: ${nodes}, cpus: 1 } ] }\nscheduler: { policy: easy }\njobs: { trace: ${path} }`,
          { checkInvariants: false },
        );
        const ended = value(result, "jobs.count", { state: "ended" })!;
        const cancelled = value(result, "jobs.count", { state: "cancelled" })!;
        expect(ended + cancelled + left).toBe(rowsOf(file));
      },
    );
  }
  for (const file of [
    "azure-llm-2023/AzureLLMInferenceTrace_conv.csv",
    "azure-llm-2023/AzureLLMInferenceTrace_code.csv",
  ]) {
    const path = sharedPath(join("traces", file));
    it.skipIf(path === undefined)(
      `${file}${path === undefined ? " (the trace is not on this machine)" : ""}`,
      async () => {
        const result = await play(
          `fleet: { pools: [ { name: g, nodes: 1, gpu: H100-SXM } ] }
services: [ { name: s, model: llama-3.1-8b, replicas: 2, requests: { trace: ${path} } } ]`,
          { checkInvariants: false },
        );
        expect(value(result, "requests.count", { service: "s", state: "ended" })).toBe(rowsOf(file));
      },
    );
  }
});
