import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compareRuns, metricKey, type Side } from "../../../src/experiment/compare/compare.js";
import { DecisionLog } from "../../../src/experiment/compare/decision-log.js";
import { diverge } from "../../../src/experiment/compare/divergence.js";
import { recordInto } from "../../../src/experiment/compare/record.js";
import { contendersOf, divergencesOf } from "../../../src/experiment/compare/run-sides.js";
import { comparisonWarnings, undecided } from "../../../src/experiment/compare/warnings.js";
import type { Metric, Result } from "../../../src/metrics/result.js";
import { journalWriter } from "../../../src/report/journal-jsonl.js";
import { readDecisions } from "../../../src/report/read-decisions.js";
import { loadScenario } from "../../../src/scenario/load.js";
import { simulate } from "../../../src/scenario/simulate.js";
import { repoPath } from "../../support/shared.js";

const BOUNDS = { confidence: 0.95, tolerance: 0.01 };
const folder = mkdtempSync(join(tmpdir(), "whowaits-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run that holds these metrics only. */
function run(seed: string, values: Record<string, number | null>, changes: Partial<Result> = {}): Result {
  const metrics = Object.entries(values).map(
    ([name, value]): Metric => ({
      name,
      labels: {},
      unit: "us",
      direction: name.startsWith("run-time") ? "neutral" : "lower",
      population: "",
      n: 1,
      censored: 0,
      value,
      method: "",
    }),
  );
  return { seed, metrics, warnings: [], partial: false, traceHashes: {}, ...changes } as unknown as Result;
}

const side = (name: string, column: (number | null)[], seeds = ["1", "2", "3"]): Side => ({
  name,
  runs: column.map((value, i) => run(seeds[i]!, { "wait.mean": value, "run-time.mean": value })),
});

describe("a comparison", () => {
  it("judges each metric over pairs of replications", () => {
    const { rows, paired } = compareRuns(
      [side("a", [10, 20, 30]), side("b", [12, 22.1, 32.2]), side("c", [10, 20, 30])],
      BOUNDS,
      "1",
    );
    expect(paired).toBe(true);
    expect(rows[0]).toMatchObject({
      metric: { name: "wait.mean" },
      values: [20, (12 + 22.1 + 32.2) / 3, 20],
      judgements: [{ verdict: "worse", difference: { method: "paired Student" } }, { verdict: "no change" }],
    });
    expect(rows[0]!.judgements[0]!.relative).toBeCloseTo(0.105, 6);
  });

  it("judges nothing of which neither way is better", () => {
    const { rows } = compareRuns([side("a", [1, 2, 3]), side("b", [2, 3, 4])], BOUNDS, "1");
    expect(rows[1]!.judgements).toEqual([undefined]);
  });

  it("leaves out replications in which one side has no sample", () => {
    const { rows } = compareRuns([side("a", [10, null, 30]), side("b", [11, 5, 31])], BOUNDS, "1");
    expect(rows[0]!.values).toEqual([20, 47 / 3]);
    expect(rows[0]!.judgements[0]).toMatchObject({ difference: { estimate: 1, low: 1, high: 1 } });
    const none = compareRuns([side("a", [null]), side("b", [5])], BOUNDS, "1");
    expect(none.rows[0]!.judgements).toEqual([undefined]);
  });

  it("does not pair other seeds", () => {
    const others = ["7", "8", "9"];
    const { rows, paired } = compareRuns(
      [side("a", [10, 20, 30]), side("b", [12, 22, 32], others)],
      BOUNDS,
      "1",
    );
    expect(paired).toBe(false);
    expect(rows[0]!.judgements[0]).toMatchObject({ verdict: "no change", difference: { method: "Welch" } });
  });

  it("writes metrics with their labels", () => {
    expect(metricKey({ name: "wait.p95", labels: { user: "ada", queue: "q" } })).toBe(
      "wait.p95{queue=q,user=ada}",
    );
  });
});

describe("warnings", () => {
  it("name large differences that chance may have made", () => {
    const { rows } = compareRuns([side("a", [10, 20, 30]), side("b", [30, 1, 60])], BOUNDS, "1");
    expect(rows[0]!.judgements[0]!.verdict).toBe("no change");
    expect(undecided(rows, 3)).toEqual([
      "wait.mean differed by more than 10 % on average and still no change could be told from chance: more replications would decide, such as -n 12",
    ]);
    expect(
      undecided(compareRuns([side("a", [10, 20, 30]), side("b", [10, 20, 31])], BOUNDS, "1").rows, 3),
    ).toEqual([]);
  });

  const warned = (code: string) => ({ warnings: [{ code, message: "it grew" }] });
  it("of single runs come once, with all whom they concern", () => {
    const saturated = (name: string) => ({ name, runs: [run("1", {}, warned("jobs/saturated"))] });
    expect(comparisonWarnings([saturated("a"), saturated("b")])).toEqual(["a: it grew (likewise b)"]);
  });

  it("tell of replications that are alike, and of other traces", () => {
    const same = { name: "a", runs: [run("1", { x: 1 }), run("2", { x: 1 })] };
    expect(comparisonWarnings([same])[0]).toMatch(/^nothing here is random/);
    const other = { name: "b", runs: [run("1", { x: 2 }, { traceHashes: { "t.csv": "ff" } })] };
    expect(comparisonWarnings([{ name: "a", runs: [run("1", { x: 1 })] }, other])).toEqual([
      "b and a read different traces",
    ]);
  });
});

const QUICKSTART = repoPath("scenarios/quickstart.yaml");
const HOURS = { set: ["until=5h", "services.chat.requests.generate.arrivals.rate=1/m"] };

describe("decisions of real runs", () => {
  it("A against A is the same to the last one, although a scenario file and its copy are different files", async () => {
    const copy = join(folder, "copy.yaml");
    writeFileSync(copy, `extends: ${QUICKSTART}\nname: copy\n`);
    const contenders = await contendersOf([QUICKSTART, copy], HOURS);
    const [divergence] = await divergencesOf(contenders, async () => false);
    expect(divergence!.first).toBeUndefined();
    expect(divergence!.moves.map(({ kind, all }) => [kind, all.earlier, all.later])).toEqual([
      ["job", 0, 0],
      ["request", 0, 0],
    ]);
    expect(divergence!.moves[1]!.all.same).toBeGreaterThan(200);
  });

  it("are the same from a saved journal as from the run itself", async () => {
    const logs: { live: DecisionLog; saved: DecisionLog }[] = [];
    for (const policy of ["easy", "fifo"]) {
      const loaded = await loadScenario(QUICKSTART, { set: [...HOURS.set, `scheduler.policy=${policy}`] });
      const live = new DecisionLog();
      const chunks: string[] = [];
      await simulate(loaded, { listeners: [recordInto(live), journalWriter((chunk) => chunks.push(chunk))] });
      const file = join(folder, `${policy}.jsonl`);
      writeFileSync(file, chunks.join(""));
      logs.push({ live, saved: await readDecisions(file) });
    }
    const [easy, fifo] = logs as [(typeof logs)[0], (typeof logs)[0]];
    expect(diverge(easy.live, easy.saved).first).toBeUndefined();
    const live = diverge(easy.live, fifo.live);
    expect(diverge(easy.saved, fifo.saved)).toEqual(live);
    expect(live.first).toMatchObject({
      before: { act: "start" },
      after: { act: "wait", reason: "Priority" },
    });
    expect(live.moves[0]!.onlyBefore).toBeGreaterThan(0);
  });
});
