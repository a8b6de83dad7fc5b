import type { GoldenCase } from "../case.js";

/** A pass, or a stretch of one of backfill that sleeps. */
export interface Stretch {
  t: number;
  kind: "b" | "f" | "m";
  /** It goes on with the pass that slept; or ends it, as something had changed. */
  after?: "sleep" | "stop";
}

/** The recorded passes; those of backfill that sleep come in stretches. */
export function stretchesOf({ passes, observed, scenario }: GoldenCase): Stretch[] {
  const log = observed.backfill_log;
  if (log === undefined) return passes;
  const { params } = scenario.cluster.scheduler as { params: string };
  const sleep = Number(/bf_yield_sleep=(\d+)/.exec(params)![1]) / 1e6;
  const stretches: Stretch[] = [...passes];
  log.forEach(([t, what], i) => {
    if (what !== "sleep") return;
    const stops = log[i + 1]?.[1] === "stop";
    stretches.push({ t: t + sleep, kind: "b", after: stops ? "stop" : "sleep" });
  });
  return stretches.sort((a, b) => a.t - b.t);
}
