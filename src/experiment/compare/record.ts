import type { RunFacts } from "../../journal/facts.js";
import type { JournalListener } from "../../journal/journal.js";
import { Act, type DecisionLog } from "./decision-log.js";

/** Writes a run's decisions into a log as they are taken. */
export function recordInto(log: DecisionLog): JournalListener {
  let facts: RunFacts;
  // Numbers of jobs and requests are used again; those of the log are not.
  const jobs: number[] = [];
  const requests: number[] = [];
  const replicas: number[] = [];
  return {
    runStart(_time, given) {
      facts = given;
    },
    submit(_time, job) {
      const all = facts.jobs;
      // Of whole nodes their number: what they hold is not counted.
      const size = all.gpus(job) || all.cpus(job) || all.tasks(job);
      jobs[job] = log.subject({
        kind: all.isReplica(job) ? "replica" : "job",
        id: all.id(job),
        tenant: all.user(job),
        size,
      });
    },
    reason: (time, job, reason) => log.hold(time, jobs[job]!, facts.reasonName(reason)),
    start: (time, job) => log.decide(time, jobs[job]!, Act.Start, facts.jobs.placement(job)),
    preempt: (time, job) => log.decide(time, jobs[job]!, Act.Preempt),
    requestArrive(_time, request) {
      const all = facts.requests;
      const id = `${facts.services[all.service(request)]!.name} ${all.id(request)}`;
      const size = all.inputTokens(request);
      requests[request] = log.subject({ kind: "request", id, tenant: all.tenant(request), size });
    },
    route(_time, request, replica) {
      replicas[request] = replica;
    },
    requestReason: (time, request, reason) => log.hold(time, requests[request]!, facts.reasonName(reason)),
    requestSchedule: (time, request) =>
      log.decide(time, requests[request]!, Act.Start, `replica ${replicas[request]}`),
    requestPreempt: (time, request) => log.decide(time, requests[request]!, Act.Preempt),
  };
}
