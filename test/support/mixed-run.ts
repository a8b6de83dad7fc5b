import { Journal, type JournalListener, NodeState, ReplicaState } from "../../src/journal/journal.js";
import { type FakeJob, type FakeRequest, fakeRun } from "./fake-facts.js";

/**
 * One second of a fleet with everything on it: jobs of three users (one preempted, one that overruns, one cancelled,
 * one running on, one waiting), a service with a replica and requests of two tenants, and a
 * node that is powered down.
 */
export function playMixedRun(listen: (journal: Journal) => void): void {
  const job = (id: string, user: string, gpus: number): FakeJob => ({
    id,
    user,
    account: `${user}-lab`,
    queue: "batch",
    gpus,
    cpus: 4 * gpus,
    tasks: gpus,
    runTime: 100_000,
    placement: `n1:${gpus}`,
  });
  const request = (id: string, tenant: string): FakeRequest => ({ id, tenant, input: 100, output: 3 });
  const { facts } = fakeRun({
    gpus: 8,
    cpus: 64,
    nodes: 2,
    jobs: [
      { ...job("J1", "ann", 2), recordedStart: 2_000_000_000 },
      job("J2", "bob, the second", 1),
      job("J3", 'cyd "c"', 2),
      job("J4", "ann", 1),
      job("J5", "bob, the second", 8),
      { ...job("chat-0", "", 2), replica: true },
    ],
    requests: [request("R1", "acme"), request("R2", "zeta"), request("R3", "acme"), request("R4", "zeta")],
    services: [{ name: "chat", model: "tiny", gpusPerReplica: 2, slo: { ttft: 60_000 } }],
    reasons: ["Resources", "Priority", "cold start: weights"],
  });
  const journal = new Journal();
  listen(journal);
  journal.runStart(0, facts);
  journal.submit(0, 5);
  journal.start(0, 5);
  journal.replicaState(0, 0, 0, ReplicaState.Starting);
  journal.submit(0, 0);
  journal.start(0, 0);
  journal.submit(10_000, 1);
  journal.reason(10_000, 1, 1);
  journal.start(20_000, 1);
  journal.replicaState(30_000, 0, 0, ReplicaState.Ready);
  journal.preempt(60_000, 1, 40_000);
  journal.requeue(60_000, 1);
  journal.submit(70_000, 2);
  journal.end(100_000, 0, 0);
  journal.start(100_000, 1);
  journal.cancel(150_000, 2);
  journal.end(200_000, 1, 1);
  journal.submit(200_000, 3);
  journal.start(250_000, 3);
  journal.submit(250_000, 4);
  journal.reason(250_000, 4, 0);
  journal.nodeState(250_000, 1, NodeState.PoweredDown);
  for (const r of [0, 1]) playRequest(journal, r, 300_000 + 50_000 * r, 20_000 + 90_000 * r);
  journal.requestArrive(500_000, 2);
  journal.requestEnd(500_000, 2, 2);
  journal.requestArrive(900_000, 3);
  journal.requestReason(900_000, 3, 2);
  journal.nodeState(950_000, 1, NodeState.PoweringUp);
  journal.runEnd(1_000_000);
}

function playRequest(
  journal: Required<JournalListener>,
  request: number,
  arrival: number,
  wait: number,
): void {
  const start = arrival + wait;
  journal.requestArrive(arrival, request);
  journal.route(arrival, request, 0);
  journal.requestSchedule(start, request);
  journal.batch(start, 0, start + 10_000, 1, 100, 7, 100);
  journal.tokens(start + 10_000, request, 1);
  journal.tokens(start + 15_000, request, 1);
  journal.requestPreempt(start + 15_000, request);
  journal.requestSchedule(start + 18_000, request);
  journal.batch(start + 18_000, 0, start + 25_000, 1, 102, 8, 100);
  journal.tokens(start + 25_000, request, 1);
  journal.requestEnd(start + 25_000, request, 0);
}
