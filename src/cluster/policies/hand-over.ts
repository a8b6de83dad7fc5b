import type { ClusterActions, ClusterView } from "../policy.js";
import type { Endings } from "./endings.js";

/** Is a running job's expected end now or past? */
export function anyDue(endings: Endings, now: number): boolean {
  endings.order();
  return endings.first < endings.end && endings.time[endings.first]! <= now;
}

/**
 * Under `pyss`: running jobs whose expected end has come give up their resources before their end is handled. True when
 * one did.
 */
export function handOverDue(endings: Endings, view: ClusterView, act: ClusterActions): boolean {
  if (!anyDue(endings, view.now)) return false;
  const due: number[] = [];
  for (let i = endings.first; i < endings.end && endings.time[i]! <= view.now; i++) due.push(endings.job[i]!);
  let any = false;
  for (const job of due) {
    if (!act.handOver(job)) continue;
    endings.remove(job, view.jobs.expectedEnd(job));
    any = true;
  }
  return any;
}
