import { basename, isAbsolute } from "node:path";
import { JobArrivals } from "../cluster/arrivals.js";
import { Cluster } from "../cluster/cluster.js";
import { Jobs, newJobNames } from "../cluster/jobs.js";
import { clusterPolicies } from "../cluster/registry.js";
import type { TimedOperation } from "../cluster/slurm/controller/controller.js";
import { reservationsMade } from "../cluster/slurm/operations/operation.js";
import { sbatchReader } from "../cluster/slurm/request/reading.js";
import { InputError, InvariantError } from "../core/errors.js";
import { Names } from "../core/names.js";
import { createRandom } from "../core/random.js";
import { Simulation, type StopReason } from "../core/simulation.js";
import { TOOL } from "../core/version.js";
import { Fleet } from "../fleet/fleet.js";
import { Shapes } from "../fleet/shape.js";
import type { RunFacts } from "../journal/facts.js";
import { Journal, type JournalListener } from "../journal/journal.js";
import { buildResult } from "../metrics/build-result.js";
import type { CapacityAccount } from "../metrics/capacity-ledger.js";
import type { Result } from "../metrics/result.js";
import { RunMetrics } from "../metrics/run-metrics.js";
import { type Window, windowLength } from "../metrics/window.js";
import { afterWarmUp } from "./after-warm-up.js";
import { createClusterPolicy } from "./create-policy.js";
import type { LoadedScenario } from "./load.js";
import { locateError } from "./locate.js";
import { countingUnit, type OpenedJobs, openJobs, refuseImpossible } from "./open-jobs.js";
import { openServices } from "./open-services.js";
import { dependencyWarnings, traceWarnings, unmodelledOptions } from "./trace-warnings.js";

export interface SimulateOptions {
  /** Audit all books after every scheduling pass. */
  checkInvariants?: boolean;
  /** A trace row that cannot be used is an error. */
  strict?: boolean;
  /** What `-` reads as a trace. */
  stdin?: NodeJS.ReadableStream;
  /** Readers of the journal beside the metrics. */
  listeners?: readonly JournalListener[];
  /** Called now and then during the run; true interrupts it. */
  breathe?: (progress: Progress) => Promise<boolean>;
}

export interface Progress {
  /** Simulated time, µs. */
  time: number;
  /** Where the run ends, µs; Infinity when it lasts until the work is done. */
  until: number;
  events: number;
  /** Jobs and requests that left, and all that will come. */
  done: number;
  total: number;
}

export interface Outcome {
  result: Result;
  /** Events that were handled. */
  events: number;
}

/**
 * Runs a scenario once.
 *
 * @throws InputError, located, for what only shows when traces are read and policies are made; nothing has run by then
 * @throws InvariantError when the run's books do not balance: a fault of ours
 */
export async function simulate(loaded: LoadedScenario, options: SimulateOptions = {}): Promise<Outcome> {
  try {
    return await (loaded.scenario.measure.warmUp === undefined
      ? run(loaded, options)
      : afterWarmUp(loaded, options, run));
  } catch (error) {
    throw error instanceof InputError ? locateError(error, loaded) : error;
  }
}

async function run(loaded: LoadedScenario, options: SimulateOptions): Promise<Outcome> {
  const { scenario, folder } = loaded;
  const random = createRandom(scenario.seed);
  const shapes = new Shapes();
  const names = newJobNames(() => new Names());
  const unmodelled = new Map<string, string>();
  const named = scenario.fleet.pools.flatMap(({ nodeNames }) => nodeNames ?? []);
  const context = {
    names,
    shapes,
    submissions: sbatchReader(unmodelled),
    ...(named.length === 0 ? {} : { nodes: new Set(named) }),
    reservations: new Set(reservationsOf(scenario.scheduler)),
  };
  const reading = {
    folder,
    random,
    strict: options.strict ?? false,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  };
  const { pools } = scenario.fleet;
  const opened = await openJobs(scenario.jobs, pools, context, reading);
  if (clusterPolicies[scenario.scheduler.policy]?.judges !== true) refuseImpossible(opened, pools, context);

  const simulation = new Simulation();
  const journal = new Journal();
  const metrics = new RunMetrics(scenario.measure);
  metrics.listen(journal);
  for (const listener of options.listeners ?? []) journal.listen(listener);

  const fleet = new Fleet(pools);
  const jobs = new Jobs(shapes, names, fleet);
  const reasons = new Names();
  const counting = scenario.services.length === 0 ? countingUnit(opened, pools, context) : undefined;
  const policy = await createClusterPolicy(scenario.scheduler, folder, random, epochOf(opened));
  const cluster = new Cluster({
    simulation,
    journal,
    fleet,
    jobs,
    reasons,
    policy,
    checkInvariants: options.checkInvariants ?? false,
    ...(counting === undefined ? {} : { counting }),
  });
  for (const { rows, kill } of opened) simulation.arrivals(new JobArrivals(cluster, rows.open(), kill));
  const serving = await openServices(scenario, {
    ...reading,
    simulation,
    journal,
    leases: cluster,
    shapes,
    reasons,
  });

  const facts: RunFacts = {
    gpus: fleet.gpus,
    cpus: fleet.cpus,
    nodes: fleet.nodes,
    nodeFacts: {
      name: (node) => fleet.nodeName(node),
      gpus: (node) => fleet.pools[fleet.poolOf[node]!]!.gpusPerNode,
      cpus: (node) => fleet.pools[fleet.poolOf[node]!]!.cpus,
    },
    jobs,
    requests: serving.facts,
    services: serving.services,
    reasonName: (reason) => reasons.name(reason),
  };
  journal.runStart(0, facts);
  serving.start();

  const total = opened.reduce((sum, { rows }) => sum + rows.counts.emitted, serving.requests);
  const { stop, until } = scenario;
  const stopped = await simulation.run({
    until,
    ...(stop.jobs === undefined && stop.requests === undefined
      ? {}
      : {
          enough: () =>
            cluster.finished >= (stop.jobs ?? Infinity) || serving.finished() >= (stop.requests ?? Infinity),
        }),
    ...(options.breathe === undefined
      ? {}
      : {
          breathe: () =>
            options.breathe!({
              time: simulation.now,
              until,
              events: simulation.events,
              done: cluster.finished + serving.finished(),
              total,
            }),
        }),
  });
  serving.settle();
  const duration = simulation.now;
  journal.runEnd(duration);
  const { window } = scenario.measure;
  for (const account of [metrics.ledger.gpus, metrics.ledger.cpus]) balance(account, window, duration);

  const sources = [...opened.map(({ rows }) => rows), ...serving.rows];
  const result = buildResult(
    {
      tool: TOOL,
      scenario: scenario.name,
      scenarioHash: loaded.hash,
      traceHashes: Object.fromEntries(sources.map(({ origin }) => [publicName(origin.name), origin.hash])),
      seed: scenario.seed,
      window,
      duration,
      settings: {
        measuresFrom: window.from > 0 || scenario.measure.warmUp !== undefined,
        until: Number.isFinite(until),
        partial: partial(stopped),
        settled: stopped === "drained",
      },
      warnings: [
        ...loaded.warnings.map(({ code, message, hint }) => ({
          code,
          message,
          ...(hint === undefined ? {} : { hint }),
        })),
        ...sources.flatMap(traceWarnings),
        ...opened.flatMap(({ rows }) => dependencyWarnings(rows)),
        ...unmodelledOptions(unmodelled),
        ...(policy.warnings?.() ?? []),
        ...serving.warnings(),
      ],
    },
    metrics,
  );
  return { result, events: simulation.events };
}

/** Those that the cluster's own operations make. */
function reservationsOf({ policy, options }: LoadedScenario["scenario"]["scheduler"]): string[] {
  if (policy !== "slurm") return [];
  return reservationsMade((options as { operations?: readonly TimedOperation[] }).operations ?? []);
}

/** Unix time of the run's start by the first trace that knows it. */
function epochOf(opened: readonly OpenedJobs[]): number | undefined {
  return opened.map(({ rows }) => rows.origin.epoch).find((epoch) => epoch !== undefined);
}

function partial(stopped: StopReason): Result["partial"] {
  return stopped === "interrupted" || stopped === "entities" ? stopped : false;
}

/** Every unit of capacity is accounted for at every moment, exactly. */
function balance(
  { resource, capacity, allocated, idle }: CapacityAccount,
  window: Window,
  duration: number,
): void {
  const booked = allocated.sum.toBigInt() + idle.sum.toBigInt();
  const there = BigInt(capacity) * BigInt(windowLength(window, duration));
  if (booked !== there)
    throw new InvariantError(`${booked} ${resource}-microseconds are booked, and the fleet had ${there}`);
}

/** Results name no absolute path: they must be the same on another machine. */
function publicName(path: string): string {
  return isAbsolute(path) ? basename(path) : path;
}
