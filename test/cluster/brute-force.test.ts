import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TieRule } from "../../src/cluster/policy.js";
import { type ClusterRun, cores, type PlainJob, startTimes } from "../support/cluster.js";
import { conservative } from "./reference/conservative.js";
import { easy } from "./reference/easy.js";
import { fifo } from "./reference/fifo.js";
import { gang } from "./reference/gang.js";
import { refStarts, type Scheduler } from "./reference/world.js";
import { countingJobs, nodeJobs, nodePools } from "./workloads.js";

const TIES: TieRule[] = ["instant", "event-finish-first", "pyss"];

/** A policy beside its reference: [policy, options, a new reference]. */
type Pair = [string, Record<string, unknown>, (remember: boolean) => Scheduler];
const PAIRS: Pair[] = [
  ["fifo", {}, () => fifo],
  ["easy", {}, (remember) => easy("fcfs", remember)],
  ["easy", { backfill_order: "sjf" }, (remember) => easy("sjf", remember)],
  ["conservative", {}, () => conservative()],
];

async function compare(
  jobs: fc.Arbitrary<PlainJob[]>,
  run: Omit<ClusterRun, "jobs">,
  ties: TieRule,
  reference: () => Scheduler,
  numRuns: number,
) {
  await fc.assert(
    fc.asyncProperty(jobs, async (workload) => {
      // To the reference, counted processors are the cores of one node.
      const pools = run.processor ? [{ ...run.pools[0]!, nodes: 1, cpus: 6 }] : run.pools;
      const setting = { pools, ties, kill: run.kill ?? true };
      const expected = refStarts(workload, setting, reference());
      expect(await startTimes({ ...run, jobs: workload, checkInvariants: true })).toEqual(expected);
    }),
    { numRuns, seed: 20 },
  );
}

describe.each(PAIRS)(
  "%s %o starts every job when its brute-force reference does",
  (policy, options, reference) => {
    for (const ties of TIES)
      for (const kill of [true, false]) {
        const rule = `${ties}, ${kill ? "kill" : "tolerate"}`;
        it(`on counted processors: ${rule}`, async () => {
          const run = {
            pools: cores(6),
            policy,
            options: { ...options, ties },
            processor: "core" as const,
            kill,
          };
          await compare(countingJobs(), run, ties, () => reference(false), 200);
        });
        // What `pyss` hands over early is, on nodes, only taken where nothing else is free: a matter of where, not pyss'.
        if (ties === "pyss" && policy === "easy") continue;
        it(`on nodes: ${rule}`, async () => {
          const run = { pools: nodePools, policy, options: { ...options, ties }, kill };
          await compare(nodeJobs(2), run, ties, () => reference(true), 80);
        });
      }
  },
);

describe.each([false, true])(
  "gang with skip %s starts every job when its brute-force reference does",
  (skip) => {
    it.each([
      // One size of task: fitting is monotone, and asking everybody again makes no difference.
      [1, false],
      [2, true],
    ])("with up to %i sizes of tasks", async (groups, remember) => {
      const run = { pools: nodePools, policy: "gang", options: { skip } };
      await compare(nodeJobs(groups), run, "instant", () => gang(skip, remember), 150);
    });
  },
);
