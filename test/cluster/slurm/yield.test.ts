import { describe, expect, it } from "vitest";
import type { MakeParts } from "../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../src/cluster/slurm/make-parts.js";
import { SECOND } from "../../../src/core/units.js";
import { expandNodes, goldenCase, ownNames } from "./support/case.js";
import { trajectoryOf } from "./support/trajectory.js";

interface Pass {
  begin: number;
  sleeps: number;
  end: number;
}

/** Passes of backfill as they come, in seconds. */
function watched(passes: Pass[]): MakeParts {
  return (state, actions, epoch) => {
    const parts = makeParts(state, actions, epoch);
    const { main, backfill } = parts.timed!;
    let last = 0;
    const close = (t: number) => {
      passes.at(-1)!.end = t / SECOND;
    };
    return {
      ...parts,
      timed: {
        main,
        backfill: {
          begin: (now) => {
            passes.push({ begin: now / SECOND, sleeps: 0, end: Number.NaN });
            backfill.begin(now);
          },
          run: (now) => {
            last = now;
            const over = backfill.run(now);
            if (over) close(now + backfill.took);
            else passes.at(-1)!.sleeps++;
            return over;
          },
          stop: () => {
            const { bf_yield_sleep } = state.config.scheduler.parameters;
            close(last + backfill.took + bf_yield_sleep);
            backfill.stop();
          },
          freed: (node) => backfill.freed(node),
          get took() {
            return backfill.took;
          },
          get plans() {
            return backfill.plans;
          },
          get plansIdle() {
            return backfill.plansIdle;
          },
        },
      },
    };
  };
}

/**
 * With bf_yield_interval=1 a pass of the real slurmctld sleeps after each test, whatever the machine: its course is
 * recorded, and ours must be the same, sleep by sleep.
 */
describe("a pass of backfill that takes time goes as Slurm's did", () => {
  it.each(ownNames.filter((name) => name.startsWith("y-yield-")))("%s", async (name) => {
    const golden = goldenCase(name);
    const recorded: Pass[] = [];
    for (const [t, what] of golden.observed.backfill_log!) {
      if (what === "begin") recorded.push({ begin: t, sleeps: 0, end: Number.NaN });
      else if (what === "sleep") recorded.at(-1)!.sleeps++;
      else if (what === "end") recorded.at(-1)!.end = t;
    }
    const passes: Pass[] = [];
    const ours = await trajectoryOf(golden, golden.scenario.horizon_s!, [], watched(passes));
    // One over an empty queue is left out; so is the rest of one when the last job has started.
    if (Number.isNaN(passes.at(-1)!.end))
      passes.at(-1)!.end = recorded.findLast(({ sleeps }) => sleeps > 0)!.end;
    expect(passes).toEqual(
      recorded
        .filter(({ sleeps }) => sleeps > 0)
        .map(({ begin, sleeps, end }) => ({ begin: near(begin), sleeps, end: near(end) })),
    );
    const starts = [...ours.starts].flatMap(([job, all]) => all.map((one) => ({ job, ...one })));
    expect(starts).toEqual(
      golden.observed.start_order.map(([job, t, , nodes]) => ({
        job,
        t: near(t),
        nodes: expandNodes(nodes),
      })),
    );
  });
});

/** The recording is some hundredths of a second late after each sleep. */
function near(t: number): unknown {
  return expect.closeTo(t, 0);
}
