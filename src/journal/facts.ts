/**
 * What listeners may ask about the things that events speak of. Ids are small integers that are reused after the
 * entity has left: a listener reads the facts while it handles the event and keeps only what it needs.
 */

export interface JobFacts {
  /** The job's name in the trace. */
  id(job: number): string;
  /** Name of the user, account (group) or queue; empty when the trace has none. */
  user(job: number): string;
  account(job: number): string;
  queue(job: number): string;
  /** Name of the quality of service that it was submitted with; empty when that is not known. */
  qos(job: number): string;
  /** Small integers for the same, -1 for none: the cheap way to group. */
  userId(job: number): number;
  accountId(job: number): number;
  queueId(job: number): number;
  submitTime(job: number): number;
  /** When it started on the machine that the trace was recorded on, µs; -1 unknown. */
  recordedStart(job: number): number;
  /** Time of the present (or last) start, µs; -1 before the first. */
  startTime(job: number): number;
  /** Requested wall-clock time, µs; Infinity when there is none. */
  estimate(job: number): number;
  /** How long the job really runs, µs; Infinity for a replica. */
  runTime(job: number): number;
  gpus(job: number): number;
  cpus(job: number): number;
  /** Number of tasks (nodes, pods, processors of a loose job). */
  tasks(job: number): number;
  /** True for a service's replica: it holds GPUs like a job but is not counted among the jobs. */
  isReplica(job: number): boolean;
  /** The nodes that the running job sits on as `node:gpus`, for the record; empty when it does not run. */
  placement(job: number): string;
}

export interface RequestFacts {
  id(request: number): string;
  /** Index of the service in `RunFacts.services`. */
  service(request: number): number;
  tenant(request: number): string;
  tenantId(request: number): number;
  arrivalTime(request: number): number;
  inputTokens(request: number): number;
  /** Tokens that the request will have generated when it ends as planned. */
  outputTokens(request: number): number;
  /** Targets for the first token and the whole answer, the request's own or its service's, µs from the arrival; Infinity for none. */
  ttftTarget(request: number): number;
  e2eTarget(request: number): number;
  /** Tokens generated so far. */
  generated(request: number): number;
}

/** Nodes by number, from 0. */
export interface NodeFacts {
  name(node: number): string;
  gpus(node: number): number;
  cpus(node: number): number;
}

export interface ServiceFacts {
  name: string;
  model: string;
  /** GPUs of one replica. */
  gpusPerReplica: number;
  /** Targets in µs; a service without one leaves it out. */
  slo: { ttft?: number; tpot?: number; e2e?: number };
}

/** What a run starts with. */
export interface RunFacts {
  gpus: number;
  cpus: number;
  nodes: number;
  nodeFacts: NodeFacts;
  jobs: JobFacts;
  requests: RequestFacts;
  services: readonly ServiceFacts[];
  /** Names of waiting reasons by the number that the `reason` event carries. */
  reasonName(reason: number): string;
}
