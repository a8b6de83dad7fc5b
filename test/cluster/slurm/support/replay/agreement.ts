import type { GoldenCase } from "../case.js";
import { type Plan, planOf, recordedPlans, samePlan } from "./plans.js";
import { reasonOf, recordedPolls } from "./reasons.js";
import { type PassReport, Replay } from "./replay.js";

/** How far our decisions agree with a recording. */
export interface Agreement {
  passes: number;
  /** Passes that were run, and those of them that did something else than Slurm. */
  run: number;
  differ: PassReport[];
  /** Starts and evictions that Slurm logged, and those that came in the same pass with the same nodes. */
  deeds: number;
  deedsAgreed: number;
  /** Passes of Slurm's that its time limit cut short. */
  cut: number;
  /** Pending jobs in squeue, and those with the same reason. */
  reasons: number;
  reasonsAgreed: number;
  /** Expected starts with their nodes. */
  plans: number;
  plansAgreed: number;
  /** Placements with CPU and GPU indexes, and those that are the same. */
  places: number;
  placesAgreed: number;
  /** What was shown and what came instead. */
  otherReasons: string[];
  otherPlans: string[];
  otherPlaces: string[];
}

/** squeue answers a little after the recorder's time stamp. */
const ANSWER = 0.5;

/** Replays a case. `sparse`: passes that follow another without any change are mostly left out. */
export function agreementOf(golden: GoldenCase, sparse: boolean): Agreement {
  const replay = new Replay(golden, sparse);
  const { stage } = replay;
  const found: Agreement = {
    passes: golden.passes.length,
    run: 0,
    differ: [],
    deeds: golden.observed.start_order.length,
    deedsAgreed: 0,
    cut: 0,
    reasons: 0,
    reasonsAgreed: 0,
    plans: 0,
    plansAgreed: 0,
    places: 0,
    placesAgreed: 0,
    otherReasons: [],
    otherPlans: [],
    otherPlaces: [],
  };
  const polls = recordedPolls(golden);
  const snapshots = recordedPlans(golden);
  let open: { t: number; job: string; shown: string; ours: string }[] = [];
  let openPlans: { t: number; plan: Plan; ours: Plan }[] = [];
  replay.beforePass = (t) => {
    while (snapshots.length > 0 && snapshots[0]!.t < t) {
      const snapshot = snapshots.shift()!;
      for (const plan of snapshot.plans) {
        const ours = planOf(stage, plan.job, snapshot.t);
        found.plans++;
        if (samePlan(ours, plan)) found.plansAgreed++;
        else openPlans.push({ t: snapshot.t, plan, ours });
      }
    }
    while (polls.length > 0 && polls[0]!.t < t) {
      const poll = polls.shift()!;
      for (const [job, shown] of poll.reasons) {
        const ours = reasonOf(stage, job);
        if (ours === undefined) continue;
        found.reasons++;
        if (ours === shown) found.reasonsAgreed++;
        else open.push({ t: poll.t, job, shown, ours });
      }
    }
  };
  replay.afterPass = (t) => {
    open = open.filter(({ job, shown, ours, t: polled }) => {
      if (reasonOf(stage, job) === shown) {
        found.reasonsAgreed++;
        return false;
      }
      if (t < polled + ANSWER) return true;
      found.otherReasons.push(`${job} at ${polled}: ${shown}, here ${ours}`);
      return false;
    });
    comparePlans(t);
  };
  const comparePlans = (t: number) => {
    openPlans = openPlans.filter(({ t: taken, plan, ours }) => {
      if (samePlan(planOf(stage, plan.job, taken), plan)) {
        found.plansAgreed++;
        return false;
      }
      if (t < taken + ANSWER) return true;
      found.otherPlans.push(
        `${plan.job} at ${plan.start} on ${plan.nodes}, here at ${ours.start} on ${ours.nodes} (${taken})`,
      );
      return false;
    });
  };
  replay.run();
  for (const pass of replay.passes) {
    found.run++;
    if (pass.cut) found.cut++;
    if (!pass.agrees && !pass.unclear) found.differ.push(pass);
  }
  found.deeds = replay.passes.reduce((sum, { expected }) => sum + expected.length, 0);
  found.deedsAgreed = replay.passes.reduce(
    (sum, { expected, agrees }) => sum + (agrees ? expected.length : 0),
    0,
  );
  Object.assign(found, replay.places);
  return found;
}
