import { describe, expect, it } from "vitest";
import type { MakeParts } from "../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../src/cluster/slurm/make-parts.js";
import { goldenCase } from "./support/case.js";
import { trajectoryOf } from "./support/trajectory.js";

/**
 * The two recordings in which bf_interval is long enough to tell: passes that would find everything as it was are left out,
 * all others come when Slurm's did.
 */
describe("passes of backfill that come by our rule come when Slurm's did", () => {
  it.each(["b-backfill-exact-default-params", "m-bf-max-job-start"])("%s", async (name) => {
    const golden = goldenCase(name);
    const recorded = golden.passes.filter(({ kind }) => kind === "b").map(({ t }) => t);
    const ours: number[] = [];
    const watched: MakeParts = (state, actions, epoch) => {
      const parts = makeParts(state, actions, epoch);
      const backfill = () => {
        ours.push(state.now);
        return parts.backfill();
      };
      return { ...parts, backfill };
    };
    await trajectoryOf(golden, Math.max(...recorded) + 1, [], watched, true);
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter((t) => !recorded.some((one) => Math.abs(one - t) <= 1))).toEqual([]);
  });
});
