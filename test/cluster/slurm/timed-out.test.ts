import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/core/units.js";
import type { RunFacts } from "../../../src/journal/facts.js";
import { JobOutcome } from "../../../src/journal/journal.js";
import { loadScenario } from "../../../src/scenario/load.js";
import { simulate } from "../../../src/scenario/simulate.js";

/** Limits of an hour: one job was killed at it, one by its reservation's end, one was cancelled, one ended by itself. */
const dump = `JobID|User|Submit|Start|End|ElapsedRaw|State|ExitCode|TimelimitRaw|ReqTRES
1|u|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T01:00:22|3622|TIMEOUT|0:0|60|cpu=1,node=1
2|u|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:30:00|1800|TIMEOUT|0:0|60|cpu=1,node=1
3|u|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:20:00|1200|CANCELLED by 7|0:15|60|cpu=1,node=1
4|u|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:59:59|3599|COMPLETED|0:0|60|cpu=1,node=1
`;

async function replay(scheduler: Record<string, unknown>, jobs: Record<string, unknown> = {}) {
  const ends: Record<string, { at: number; outcome: JobOutcome }> = {};
  let facts: RunFacts;
  const folder = mkdtempSync(join(tmpdir(), "whowaits-timed-out-"));
  try {
    const trace = join(folder, "dump.sacct");
    writeFileSync(trace, dump);
    const object = {
      name: "timed-out",
      fleet: { pools: [{ name: "n", nodes: 2, cpus: 16 }] },
      scheduler,
      jobs: { trace, ...jobs },
    };
    const { result } = await simulate(await loadScenario({ object, name: "timed-out" }), {
      listeners: [
        {
          runStart: (_time, given) => {
            facts = given;
          },
          end: (time, job, outcome) => {
            ends[facts.jobs.id(job)] = { at: time / SECOND, outcome };
          },
        },
      ],
    });
    return { ends, result };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** It is found at the next check, which comes every 30 s. */
function expectKilled(job: { at: number; outcome: JobOutcome }, seconds: number) {
  expect(job.outcome).toBe(JobOutcome.TimedOut);
  expect(job.at).toBeGreaterThanOrEqual(seconds);
  expect(job.at).toBeLessThanOrEqual(seconds + 32);
}

describe("a job that was killed at its limit", () => {
  it("is killed at the limit that it has here, whatever that is; others run as long as they ran", async () => {
    const asIs = await replay({ policy: "slurm" });
    expectKilled(asIs.ends["1"]!, 3600);
    const others = (ends: typeof asIs.ends) =>
      [2, 3, 4].map((id) => [Math.round(ends[id]!.at) - Math.round(asIs.ends[id]!.at), ends[id]!.outcome]);
    expect(asIs.ends["2"]!.at).toBeLessThan(1810);
    expect(asIs.ends["3"]).toMatchObject({ outcome: JobOutcome.Failed });
    expect(asIs.ends["4"]).toMatchObject({ outcome: JobOutcome.Completed });

    const tolerant = await replay({ policy: "slurm", OverTimeLimit: 7 });
    expectKilled(tolerant.ends["1"]!, 3600 + 420);
    expect(others(tolerant.ends)).toEqual(others(asIs.ends));

    const longer = await replay({
      policy: "slurm",
      operations: [{ at: "10s", cmd: "scontrol update JobId=1 TimeLimit=2:30:00" }],
    });
    expectKilled(longer.ends["1"]!, 9000);
    expect(others(longer.ends)).toEqual(others(asIs.ends));
  });

  it("without any limit ends at ten times the one it had, and so does the run", async () => {
    const { ends } = await replay({
      policy: "slurm",
      operations: [{ at: "10s", cmd: "scontrol update JobId=1 TimeLimit=UNLIMITED" }],
    });
    expect(Math.round(ends["1"]!.at)).toBe(36_000);
  });

  it("is killed at its estimate by other policies; with overrun: tolerate it runs as long as it ran", async () => {
    const killed = await replay({ policy: "fifo" });
    expect(killed.ends["1"]).toEqual({ at: 3600, outcome: JobOutcome.TimedOut });
    const tolerated = await replay({ policy: "fifo" }, { overrun: "tolerate" });
    expect(tolerated.ends["1"]).toMatchObject({ at: 3622 });
  });

  it("is counted, and so is one that was killed before its limit", async () => {
    const { result } = await replay({ policy: "slurm" });
    const told = result.warnings.map(({ message }) => message).join("\n");
    expect(told).toContain(
      "1 row of dump.sacct changed: killed at its limit: runs until it is killed at the limit that it has here",
    );
    expect(told).toContain("1 row of dump.sacct changed: killed before its limit: runs as long as it ran");
  });
});
