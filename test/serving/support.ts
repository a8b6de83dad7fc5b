import { Names } from "../../src/core/names.js";
import { createRandom } from "../../src/core/random.js";
import { Phase, Simulation } from "../../src/core/simulation.js";
import { findGpu } from "../../src/fleet/catalogue.js";
import type { LeaseHolder, Leases } from "../../src/fleet/lease.js";
import { type Shape, Shapes } from "../../src/fleet/shape.js";
import { Journal, type JournalListener } from "../../src/journal/journal.js";
import type { Batch } from "../../src/serving/batch.js";
import { findModel } from "../../src/serving/model/catalogue.js";
import { routers } from "../../src/serving/router.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import type { ServiceConfig } from "../../src/serving/service-config.js";
import { Serving } from "../../src/serving/serving.js";
import type { TimeModel } from "../../src/serving/time-model.js";
import { RequestBatch } from "../../src/workload/batch.js";
import { Runs } from "../../src/workload/content.js";
import type { RequestStream } from "../../src/workload/stream.js";
import { Recorder } from "./recorder.js";

export interface Row {
  arrival: number;
  inputTokens: number;
  outputTokens: number;
  tenant?: number;
  priority?: number;
  ttftSlo?: number;
  e2eSlo?: number;
  /** Runs of token addresses. */
  content?: readonly (readonly [address: number, tokens: number])[];
}

/** A stream of given rows, in batches of a few so that refilling is exercised. */
export function rowsStream(rows: readonly Row[], perBatch = 1000): RequestStream {
  let at = 0;
  return {
    origin: { name: "rows", hash: "" },
    counts: { rows: rows.length, emitted: rows.length, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: rows.at(-1)?.arrival ?? -1,
    async next() {
      if (at >= rows.length) return null;
      const batch = new RequestBatch(perBatch);
      for (; at < rows.length && batch.length < perBatch; at++) {
        const i = batch.length++;
        batch.id[i] = at;
        batch.arrival[i] = rows[at]!.arrival;
        batch.inputTokens[i] = rows[at]!.inputTokens;
        batch.outputTokens[i] = rows[at]!.outputTokens;
        batch.tenant[i] = rows[at]!.tenant ?? -1;
        batch.priority[i] = rows[at]!.priority ?? 0;
        batch.ttftSlo[i] = rows[at]!.ttftSlo ?? Number.POSITIVE_INFINITY;
        batch.e2eSlo[i] = rows[at]!.e2eSlo ?? Number.POSITIVE_INFINITY;
        const runs = new Runs();
        for (const [address, tokens] of rows[at]!.content ?? []) runs.add(address, tokens);
        batch.length--;
        batch.setRuns(runs);
        batch.length++;
      }
      return batch;
    },
    async close() {},
  };
}

/** Every pass takes as long as `time` says; a stretch's passes grow by `growth` each. */
export function timing(time: number | ((batch: Batch) => number), growth = 0): TimeModel {
  return {
    time: typeof time === "number" ? () => time : time,
    growth: () => growth,
    linear: () => Number.POSITIVE_INFINITY,
  };
}

/** Grants every lease at once, on node 0, or when `grant` is called; takes it back by `revoke`. */
export class TestLeases implements Leases {
  readonly asked: { shape: Shape; name: string; tenant: string; holder: LeaseHolder }[] = [];
  readonly #grant: number;

  constructor(
    readonly simulation: Simulation,
    readonly immediately = true,
  ) {
    this.#grant = simulation.handler((lease) => this.grant(lease));
  }

  request(shape: Shape, name: string, tenant: string, holder: LeaseHolder): number {
    const lease = this.asked.push({ shape, name, tenant, holder }) - 1;
    if (this.immediately) this.simulation.at(this.simulation.now, Phase.Pass, this.#grant, lease);
    return lease;
  }

  release(): void {}

  grant(lease: number): void {
    this.asked[lease]!.holder.granted(lease, 0);
  }

  revoke(lease: number): void {
    this.asked[lease]!.holder.revoked(lease);
  }
}

export type TestService = Partial<ServiceConfig> & { rows?: readonly Row[] };

/** A service with every value at its simplest: llama-3.1-8b on an H100, vLLM, one replica. */
export function serviceConfig(some: TestService = {}): ServiceConfig {
  const { rows = [], ...config } = some;
  return {
    name: "chat",
    model: findModel("llama-3.1-8b"),
    gpu: findGpu("H100"),
    scheduler: requestSchedulers.vllm!,
    replicas: 1,
    router: routers.round_robin!,
    requests: [rowsStream(rows)],
    ...config,
  };
}

export interface TestRun {
  simulation: Simulation;
  serving: Serving;
  leases: TestLeases;
  journal: Journal;
}

export interface TestOptions {
  /** Leases are granted as soon as they are asked for. */
  immediately?: boolean;
  stepping?: boolean;
  /** More events than these are taken for a run without end. */
  events?: number;
  /** The run stops here, µs. */
  until?: number;
  /** When the first replica loses its GPUs, and when it gets them back, µs. */
  outage?: [from: number, to: number];
}

/** Tenants 0, 1, 2… of the rows, by name. */
function tenantNames(): Names {
  const names = new Names();
  for (const name of "abcdef") names.intern(name);
  return names;
}

/** Services wired to a simulation of their own, not yet started. */
export function setUp(
  services: TestService[],
  listeners: JournalListener[] = [],
  { immediately = true, stepping = false }: TestOptions = {},
): TestRun {
  const simulation = new Simulation();
  const journal = new Journal();
  for (const listener of listeners) journal.listen(listener);
  const leases = new TestLeases(simulation, immediately);
  const serving = new Serving({
    simulation,
    journal,
    leases,
    shapes: new Shapes(),
    random: createRandom(1),
    reasons: new Names(),
    names: { ids: new Names(), tenants: tenantNames() },
    stepping,
  });
  for (const service of services) serving.add(serviceConfig(service));
  return { simulation, serving, leases, journal };
}

/** Sets up, starts and runs to the end. */
export async function serve(
  services: TestService[],
  listeners: JournalListener[] = [],
  options: TestOptions = {},
): Promise<TestRun> {
  const run = setUp(services, listeners, options);
  for (const listener of listeners) if (listener instanceof Recorder) listener.run = run;
  run.serving.start();
  const { until = Number.POSITIVE_INFINITY, outage, events = 100_000 } = options;
  if (outage !== undefined) {
    const { simulation, leases } = run;
    simulation.at(
      outage[0],
      Phase.End,
      simulation.handler(() => leases.revoke(0)),
    );
    simulation.at(
      outage[1],
      Phase.End,
      simulation.handler(() => leases.grant(0)),
    );
  }
  // A workload as small as those of the tests ends long before; a policy that livelocks shall fail, not hang.
  const stop = await run.simulation.run({ until, enough: () => run.simulation.events > events });
  if (stop === "entities") throw new Error("the run does not end");
  run.serving.settle();
  return run;
}
