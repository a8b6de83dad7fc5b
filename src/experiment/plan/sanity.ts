import type { Metric } from "../../metrics/result.js";
import { simulate } from "../../scenario/simulate.js";
import type { Point } from "../point/point.js";
import type { Tasks } from "../point/tasks.js";
import { meanWait, type Station, utilisation } from "../statistics/queueing.js";
import { Demand, type Resource } from "./demand.js";
import { Stopped } from "./trials.js";

/** What queueing theory says of the answer, beside what was simulated; of one replication. Times in µs. */
export interface Sanity {
  /** Undefined without jobs. */
  readonly jobs?: {
    /** Busy units that the jobs ask for on average (utilisation law), and those that replicas leave for them. */
    readonly needs: number;
    readonly has: number;
    readonly resource: Resource;
    /** Mean wait of M/G/c: so many servers, each as large as the mean job. */
    readonly servers: number;
    readonly predicted: number;
    readonly simulated: number | null;
  };
  readonly services: readonly {
    readonly name: string;
    /** Requests in the engines at a time (Little's law). */
    readonly inService: number;
    readonly replicas: number;
  }[];
}

/** Runs the answer's first replication once more, here, and works out what theory makes of its arrivals and sizes. */
export async function sanityOf(
  tasks: Tasks,
  { set, seed }: Point,
  stop: AbortSignal | undefined,
): Promise<Sanity> {
  const demand = new Demand();
  const loaded = await tasks.load({ set, seed });
  const breathe = async () => stop?.aborted ?? false;
  const { result } = await simulate(loaded, { listeners: [demand], breathe });
  if (result.partial === "interrupted") throw new Stopped();
  const services = demand.services.map(({ name, arrivals, inService }) => ({
    name,
    inService: arrivals.rate * inService.mean,
    replicas: loaded.scenario.services.find((service) => service.name === name)!.replicas,
  }));
  const jobs = jobsOf(demand, result.metrics);
  return { services, ...(jobs === undefined ? {} : { jobs }) };
}

/** Of the scarcest kind of resource that jobs ask for. */
function jobsOf({ jobs, held, facts }: Demand, metrics: readonly Metric[]): Sanity["jobs"] {
  const there = { GPUs: facts.gpus - held, cores: facts.cpus, nodes: facts.nodes };
  const resource = (["GPUs", "cores", "nodes"] as const).find((one) => jobs[one].arrivals.rate > 0);
  if (resource === undefined || there[resource] <= 0) return undefined;
  const { arrivals, size, run } = jobs[resource];
  const has = there[resource];
  // As servers of the mean job's size the fleet has this many.
  const station: Station = {
    rate: arrivals.rate,
    arrivalCv: arrivals.cv,
    service: run.mean,
    serviceCv: run.cv,
    servers: Math.max(1, Math.floor(has / size.mean)),
  };
  const whole = (metric: Metric) => metric.name === "wait.mean" && Object.keys(metric.labels).length === 0;
  return {
    needs: utilisation({ ...station, servers: 1 }) * size.mean,
    has,
    resource,
    servers: station.servers,
    predicted: meanWait(station),
    simulated: metrics.find(whole)?.value ?? null,
  };
}
