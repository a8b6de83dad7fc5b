import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { looseDependencies } from "../../src/workload/dependencies.js";
import { findCircles } from "../../src/workload/dependency-circles.js";
import { readJobs } from "../../src/workload/read.js";
import { inMemory, jobContext } from "./support.js";

function read(rows: readonly string[], header = "submit,run,id,sbatch") {
  return readJobs(inMemory([header, ...rows].join("\n"), 64, "jobs.csv"), jobContext());
}

async function problemsOf(rows: readonly string[], header?: string) {
  try {
    await read(rows, header);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  return expect.unreachable("it was read");
}

describe("dependencies of a trace", () => {
  it("that form a circle are an error, at the first job of it that waits for a later one", async () => {
    const problems = await problemsOf([
      "0,9,1,-n 1",
      '5,9,2,"-n 1 -d afterok:1,after:4+2"',
      "6,9,3,-n 1 -d afterany:2",
      "7,9,4,-n 1 --dependency=afternotok:3?afterok:1",
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: "trace/circular-dependency",
      message: "jobs depend on each other in a circle: 2 waits for 4 waits for 3 waits for 2",
      at: { file: "jobs.csv", line: 3, column: 32, length: 1 },
    });
    expect(problems[0]!.at!.text!.slice(31, 32)).toBe("4");
    expect(problems[0]!.hint).toContain("Circular job dependency");
  });

  it("on itself are one, also by a task of its own array and by a component", async () => {
    const problems = await problemsOf([
      "0,9,arr,-n 1 -a 0-3 -d afterok:arr_2",
      "1,9,het,-n 1 -d afterany:het : -n 2",
      "2,9,plain,-n 1 -dafterok:plain",
    ]);
    expect(problems.map(({ message, at }) => `${at!.line}:${at!.column}+${at!.length} ${message}`)).toEqual([
      "2:32+5 job arr depends on itself",
      "3:26+3 job het depends on itself",
      "4:26+5 job plain depends on itself",
    ]);
  });

  it("are shown for five circles, and the others counted", async () => {
    const rows = Array.from({ length: 7 }, (_, i) => [
      `0,9,a${i},-n 1 -d afterok:b${i}`,
      `0,9,b${i},-n 1 -d afterok:a${i}`,
    ]).flat();
    const problems = await problemsOf(rows);
    expect(problems).toHaveLength(6);
    expect(problems[5]!.message).toBe("2 more circles of dependencies");
  });

  it("of rows out of order count by their time", async () => {
    const { looseDependencies: loose } = await read([
      "50,9,2,-n 1 -d afterok:1",
      "10,9,1,-n 1",
      "5,9,3,-n 1 -d afterok:1",
    ]);
    expect(loose).toEqual({
      unknown: { count: 0, first: [] },
      later: { count: 1, first: ["3 on 1 at line 4"] },
    });
  });

  it("on jobs that are not there are named once, with what is made of them", async () => {
    const { looseDependencies: loose } = await read([
      "0,9,1,-n 1 -d afterok:99",
      "1,9,arr,-n 1 -a 1-2",
      "2,9,2,-n 1 -d afterany:arr_2:arr:1",
      "3,9,3,-n 1 -d afterany:x:y",
      "4,9,4,-n 1 -d singleton",
      "5,9,5,-n 1 -d after:6",
      "5,9,6,-n 1",
    ]);
    expect(loose).toEqual({
      unknown: { count: 2, first: ["1 on 99 at line 2", "3 on x at line 5"] },
      later: { count: 1, first: ["5 on 6 at line 7"] },
    });
    expect(looseDependencies(loose!)).toEqual([
      "2 jobs depend on jobs that the trace does not have (1 on 99 at line 2; 3 on x at line 5): taken as met, as Slurm takes ids that it does not know, or no longer knows",
      "1 job depends on jobs that are submitted later (5 on 6 at line 7): taken as met, as when sbatch is given an id that is not there yet",
    ]);
  });

  it("of sacct are those of SubmitLine", async () => {
    const header = "JobID|User|Submit|Start|End|State|TimelimitRaw|ReqTRES|SubmitLine";
    const row = (id: string, line: string) =>
      `${id}|u|2026-01-01T00:00:0${id[0]}|2026-01-01T00:01:00|2026-01-01T00:02:00|COMPLETED|5|cpu=1,node=1|${line}`;
    const { looseDependencies: loose } = await read(
      [
        row("1", "sbatch -n1 a.sh"),
        row("2", "sbatch -n1 -d afterok:1:7 b.sh"),
        row("3_1", "sbatch -n1 -a 1 c.sh"),
      ],
      header,
    );
    expect(loose!.unknown).toEqual({ count: 1, first: ["2 on 7 at line 3"] });
    const problems = await problemsOf(
      [row("4", "sbatch -n1 --dep=afterok:5 a.sh"), row("5", "sbatch -n1 -d afterok:4 b.sh")],
      header,
    );
    expect(problems[0]).toMatchObject({
      at: { line: 2 },
      message: expect.stringContaining("4 waits for 5 waits for 4"),
    });
  });
});

describe("circles in a graph", () => {
  const graph = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 });

  it("are found when there are any, and each that is found is one", () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const next = (one: number) => edges[one] ?? [];
        const circles = findCircles(edges.keys(), next);
        for (const circle of circles)
          for (const [i, one] of circle.entries())
            expect(next(one)).toContain(circle[(i + 1) % circle.length]);
        // Whoever waits for nobody that is left can be taken away; what stays waits in circles.
        const left = new Set(edges.keys());
        for (let before = -1; before !== left.size; ) {
          before = left.size;
          for (const one of left) if (!next(one).some((other) => left.has(other))) left.delete(one);
        }
        expect(circles.length > 0).toBe(left.size > 0);
      }),
    );
  });

  it("are looked for along chains of any length", () => {
    const length = 200_000;
    const ring = Array.from({ length }, (_, i) => i);
    expect(findCircles(ring, (one) => (one + 1 < length ? [one + 1] : []))).toEqual([]);
    expect(findCircles(ring, (one) => [(one + 1) % length])[0]).toHaveLength(length);
  });
});
