import type { RunFacts } from "../journal/facts.js";
import {
  JobOutcome,
  type JournalListener,
  NodeState,
  ReplicaState,
  RequestOutcome,
} from "../journal/journal.js";
import { LineBuffer, type Sink } from "./line-buffer.js";

/** Names of an enumeration's values, as they are written: `TimedOut` is `timed-out`. */
function namesOf(values: Record<string, number>): string[] {
  const names: string[] = [];
  for (const [name, value] of Object.entries(values))
    names[value] = name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return names;
}

const JOB_OUTCOMES = namesOf(JobOutcome);
const REQUEST_OUTCOMES = namesOf(RequestOutcome);
const NODE_STATES = namesOf(NodeState);
const REPLICA_STATES = namesOf(ReplicaState);

/**
 * `journal.jsonl`: every event as `{t, seq, type, id, …}`, `t` in µs since the run's start, `id` the job's or
 * request's name in its trace. `seq` is the order in which things were told: an engine tells of a stretch of equal
 * passes when it is over, so `t` may go back from one replica's event to another's. Deliveries of tokens, by far the
 * most events, are left out unless asked for.
 */
export function journalWriter(sink: Sink, options: { tokens?: boolean } = {}): JournalListener {
  const out = new LineBuffer(sink);
  let facts: RunFacts;
  let seq = 0;
  const write = (t: number, type: string, fields: object) =>
    out.line(JSON.stringify({ t, seq: seq++, type, ...fields }));
  const job = (t: number, type: string, number: number, fields: object = {}) =>
    write(t, type, { id: facts.jobs.id(number), ...fields });
  const request = (t: number, type: string, number: number, fields: object = {}) =>
    write(t, type, { id: facts.requests.id(number), ...fields });

  const listener: JournalListener = {
    runStart(t, given) {
      facts = given;
      const services = facts.services.map(({ name, model, gpusPerReplica }) => ({
        name,
        model,
        gpusPerReplica,
      }));
      write(t, "run-start", { gpus: facts.gpus, cpus: facts.cpus, nodes: facts.nodes, services });
    },
    submit(t, n) {
      const { jobs } = facts;
      const owner = { user: jobs.user(n), account: jobs.account(n), queue: jobs.queue(n) };
      const estimate = jobs.estimate(n);
      const size = { gpus: jobs.gpus(n), cpus: jobs.cpus(n), tasks: jobs.tasks(n) };
      const asked = Number.isFinite(estimate) ? { estimate } : {};
      job(t, "submit", n, { ...owner, ...size, ...asked, ...(jobs.isReplica(n) ? { replica: true } : {}) });
    },
    reason: (t, n, reason) => job(t, "reason", n, { reason: facts.reasonName(reason) }),
    start: (t, n) => job(t, "start", n, { gpus: facts.jobs.gpus(n), nodes: facts.jobs.placement(n) }),
    preempt: (t, n, lost) => job(t, "preempt", n, { lost }),
    requeue: (t, n) => job(t, "requeue", n),
    suspend: (t, n) => job(t, "suspend", n),
    resume: (t, n) => job(t, "resume", n),
    end: (t, n, outcome) => job(t, "end", n, { outcome: JOB_OUTCOMES[outcome] }),
    cancel: (t, n) => job(t, "cancel", n),
    nodeState: (t, node, state) =>
      write(t, "node-state", { node: facts.nodeFacts.name(node), state: NODE_STATES[state] }),
    note: (t, command, lines) => write(t, "note", { command, lines }),
    replicaState: (t, service, replica, state) =>
      write(t, "replica-state", {
        service: facts.services[service]!.name,
        replica,
        state: REPLICA_STATES[state],
      }),
    requestArrive(t, n) {
      const { requests, services } = facts;
      const service = services[requests.service(n)]!.name;
      request(t, "request-arrive", n, {
        service,
        tenant: requests.tenant(n),
        input: requests.inputTokens(n),
      });
    },
    route: (t, n, replica) => request(t, "route", n, { replica }),
    requestReason: (t, n, reason) => request(t, "request-reason", n, { reason: facts.reasonName(reason) }),
    prefixHit: (t, n, gpu, host, disk) => request(t, "prefix-hit", n, { gpu, host, disk }),
    requestSchedule: (t, n) => request(t, "request-schedule", n),
    requestPreempt: (t, n) => request(t, "request-preempt", n),
    batch: (t, replica, end, sequences, tokens, blocks, totalBlocks) =>
      write(t, "batch", { replica, end, sequences, tokens, blocks, totalBlocks }),
    requestEnd: (t, n, outcome) => request(t, "request-end", n, { outcome: REQUEST_OUTCOMES[outcome] }),
    runEnd(t) {
      write(t, "run-end", {});
      out.flush();
    },
  };
  if (options.tokens) listener.tokens = (t, n, count) => request(t, "tokens", n, { count });
  return listener;
}
