import type { RunFacts, ServiceFacts } from "../../src/journal/facts.js";

export interface FakeJob {
  id: string;
  user?: string;
  account?: string;
  queue?: string;
  gpus?: number;
  cpus?: number;
  tasks?: number;
  runTime?: number;
  estimate?: number;
  replica?: boolean;
  placement?: string;
  submit?: number;
  start?: number;
  qos?: string;
  recordedStart?: number;
}

export interface FakeRequest {
  id: string;
  service?: number;
  tenant?: string;
  arrival?: number;
  input?: number;
  output?: number;
  /** Targets of its own, µs. */
  slo?: { ttft?: number; e2e?: number };
}

export interface FakeRun {
  facts: RunFacts;
  /** By number; a test that reuses a number replaces the entry. */
  jobs: FakeJob[];
  requests: FakeRequest[];
}

/** Facts as plain lists, for tests that write their journal by hand. */
export function fakeRun(
  given: {
    gpus?: number;
    cpus?: number;
    nodes?: number;
    jobs?: FakeJob[];
    requests?: FakeRequest[];
    services?: ServiceFacts[];
    reasons?: string[];
  } = {},
): FakeRun {
  const jobs = given.jobs ?? [];
  const requests = given.requests ?? [];
  const names: string[] = [];
  const number = (name: string | undefined) => {
    if (name === undefined) return -1;
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const target = (request: number, of: "ttft" | "e2e") => {
    const { service = 0, slo } = requests[request]!;
    return slo?.[of] ?? given.services?.[service]?.slo[of] ?? Number.POSITIVE_INFINITY;
  };
  const facts: RunFacts = {
    gpus: given.gpus ?? 8,
    cpus: given.cpus ?? 0,
    nodes: given.nodes ?? 1,
    nodeFacts: { name: (node) => `node-${node}`, gpus: () => 8, cpus: () => 0 },
    services: given.services ?? [],
    reasonName: (reason) => given.reasons?.[reason] ?? `reason ${reason}`,
    jobs: {
      id: (job) => jobs[job]!.id,
      user: (job) => jobs[job]!.user ?? "",
      account: (job) => jobs[job]!.account ?? "",
      queue: (job) => jobs[job]!.queue ?? "",
      userId: (job) => number(jobs[job]!.user),
      accountId: (job) => number(jobs[job]!.account),
      queueId: (job) => number(jobs[job]!.queue),
      qos: (job) => jobs[job]!.qos ?? "",
      recordedStart: (job) => jobs[job]!.recordedStart ?? -1,
      submitTime: (job) => jobs[job]!.submit ?? 0,
      startTime: (job) => jobs[job]!.start ?? -1,
      estimate: (job) => jobs[job]!.estimate ?? Number.POSITIVE_INFINITY,
      runTime: (job) => jobs[job]!.runTime ?? 0,
      gpus: (job) => jobs[job]!.gpus ?? 0,
      cpus: (job) => jobs[job]!.cpus ?? 0,
      tasks: (job) => jobs[job]!.tasks ?? 1,
      isReplica: (job) => jobs[job]!.replica ?? false,
      placement: (job) => jobs[job]!.placement ?? "",
    },
    requests: {
      id: (request) => requests[request]!.id,
      service: (request) => requests[request]!.service ?? 0,
      tenant: (request) => requests[request]!.tenant ?? "",
      tenantId: (request) => number(requests[request]!.tenant),
      arrivalTime: (request) => requests[request]!.arrival ?? 0,
      inputTokens: (request) => requests[request]!.input ?? 0,
      outputTokens: (request) => requests[request]!.output ?? 0,
      ttftTarget: (request) => target(request, "ttft"),
      e2eTarget: (request) => target(request, "e2e"),
      generated: () => 0,
    },
  };
  return { facts, jobs, requests };
}
