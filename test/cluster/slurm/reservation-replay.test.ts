import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SECOND } from "../../../src/core/units.js";
import type { RunFacts } from "../../../src/journal/facts.js";
import { loadScenario } from "../../../src/scenario/load.js";
import { simulate } from "../../../src/scenario/simulate.js";

const dump = `JobID|User|Submit|Start|End|ElapsedRaw|State|TimelimitRaw|ReqTRES|Reservation|SubmitLine
1|ann|2026-01-01T00:00:00|2026-01-01T00:05:00|2026-01-01T00:06:00|60|COMPLETED|5|cpu=16,node=1|course|sbatch -N1 --exclusive --reservation=course a.sh
2|ann|2026-01-01T00:00:10|2026-01-01T00:05:00|2026-01-01T00:06:00|60|COMPLETED|5|cpu=16,node=1|course|sbatch -N1 --exclusive b.sh
3|bob|2026-01-01T00:00:20|2026-01-01T00:00:20|2026-01-01T00:01:00|40|COMPLETED|5|cpu=16,node=1|other|sbatch -N1 --exclusive --reservation=other c.sh
4|ann|2026-01-01T00:00:30|2026-01-01T00:05:00|2026-01-01T00:06:00|60|COMPLETED|5|cpu=1,node=1|course|
`;

it("jobs of a dump ask for the reservations that operations make, and for no others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "whowaits-reservations-"));
  const starts: Record<string, number> = {};
  let facts: RunFacts;
  const replay = async (operations: unknown[]) => {
    for (const id of Object.keys(starts)) delete starts[id];
    const trace = join(folder, "dump.sacct");
    writeFileSync(trace, dump);
    const object = {
      name: "reservations",
      fleet: { pools: [{ name: "n", nodes: 4, cpus: 16 }] },
      scheduler: { policy: "slurm", operations },
      jobs: { trace },
    };
    const { result } = await simulate(await loadScenario({ object, name: "reservations" }), {
      listeners: [
        {
          runStart: (_time, given) => {
            facts = given;
          },
          start: (time, job) => {
            starts[facts.jobs.id(job)] = time / SECOND;
          },
        },
      ],
    });
    return result.warnings.map(({ message }) => message).join("\n");
  };
  try {
    const cmd =
      "scontrol create reservation ReservationName=course StartTime=300s Duration=10 Nodes=n-[0-2] Users=ann";
    const told = await replay([{ at: "0s", cmd }]);
    expect(told).toContain("1 row of dump.sacct changed: ran in a reservation, which is not known here");
    for (const id of [1, 2, 4]) {
      expect(starts[id], `job ${id}`).toBeGreaterThanOrEqual(300);
      expect(starts[id], `job ${id}`).toBeLessThan(310);
    }
    expect(starts[3]).toBeLessThan(30);
    expect(await replay([])).toContain("2 rows of dump.sacct changed: ran in a reservation");
    for (const id of [1, 2, 3, 4]) expect(starts[id], `job ${id}`).toBeLessThan(60);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
