import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { hasFailed, type ScenarioCheck } from "../../../src/experiment/check/assertion.js";
import { baselineText, parseBaseline } from "../../../src/experiment/check/baseline.js";
import { type CheckOptions, checkRuns } from "../../../src/experiment/check/check.js";
import type { Metric, Result } from "../../../src/metrics/result.js";
import { githubAnnotations } from "../../../src/report/check/annotations.js";
import { checkJunit } from "../../../src/report/check/junit.js";
import { checkMarkdown } from "../../../src/report/check/markdown.js";
import { checkText } from "../../../src/report/check/text.js";
import { loadScenario } from "../../../src/scenario/load.js";
import { junitProblems } from "../../support/junit.js";

const SECOND = 1e6;
const TOOL = { name: "whowaits", version: "1.2.3" };
const OPTIONS: CheckOptions = { tolerance: 0.01, significance: 0.05 };

const scenario = (thresholds: readonly unknown[] = [], changes: Record<string, unknown> = {}) =>
  loadScenario({
    object: {
      name: "day",
      fleet: { pools: [{ name: "n", nodes: 4 }] },
      jobs: {
        generate: { count: 9, arrivals: { process: "fixed", every: "1s" }, run: "1s", shapes: [{ cpus: 1 }] },
      },
      thresholds,
      ...changes,
    },
  });

type Values = Record<string, readonly (number | null)[]>;

/** Replications with these metrics: `name{label=value}` by values. */
function runs(values: Values, changes: Partial<Result> = {}): Result[] {
  const count = Math.max(...Object.values(values).map((column) => column.length));
  return Array.from({ length: count }, (_, i) => {
    const metrics = Object.entries(values).map(([key, column]): Metric => {
      const [name = "", inner = ""] = key.split(/[{}]/);
      const labels = Object.fromEntries(
        inner
          .split(",")
          .filter(Boolean)
          .map((part) => part.split("=")),
      );
      const higher = /^(jain|throughput|goodput)/.test(name);
      const direction = higher ? "higher" : name.startsWith("jobs") ? "neutral" : "lower";
      const unit = /^(wait|ttft)/.test(name) ? "us" : "1";
      return {
        name,
        labels,
        unit,
        direction,
        population: "",
        n: 1,
        censored: 0,
        value: column[i]!,
        method: "",
      };
    });
    const fixed = { tool: TOOL, traceHashes: { "t.csv": "abc" }, warnings: [], partial: false as const };
    return { ...fixed, seed: String(i + 1), metrics, ...changes } as Result;
  });
}

async function check(
  thresholds: readonly unknown[],
  values: Values,
  options = OPTIONS,
): Promise<ScenarioCheck> {
  return { ...checkRuns(await scenario(thresholds), runs(values), options), partial: false };
}

describe("a threshold", () => {
  const one = async (threshold: unknown, values: Values) => (await check([threshold], values)).assertions[0]!;

  it("is held against the mean over replications, and says them all", async () => {
    const values = { "wait.p95": [10, 20, 60].map((s) => s * SECOND) };
    expect(await one("wait.p95 < 31s", values)).toMatchObject({
      passed: true,
      found: 30 * SECOND,
      values: [10e6, 20e6, 60e6],
      seeds: ["1", "2", "3"],
      expected: "< 31s",
    });
    expect(await one("wait.p95 < 30s", values)).toMatchObject({ passed: false, found: 30 * SECOND });
    expect(await one("wait.p95 <= 30s", values)).toMatchObject({ passed: true });
    expect(await one("wait.p95 == 30s", values)).toMatchObject({ passed: true });
    expect(await one("wait.p95 > 30s", values)).toMatchObject({ passed: false });
    expect(await one("wait.p95 >= 30s", values)).toMatchObject({ passed: true });
  });

  it("without samples fails unless that is allowed", async () => {
    const none = { "wait.p95": [null, null] };
    expect(await one("wait.p95 < 1h", none)).toMatchObject({ passed: false, reason: "no samples" });
    expect(await one({ expect: "wait.p95 < 1h", allowEmpty: true }, none)).toMatchObject({ passed: true });
    const some = { "wait.p95": [SECOND, null] };
    expect(await one("wait.p95 < 1h", some)).toMatchObject({
      passed: false,
      reason: "no samples in 1 of 2 replications",
    });
    expect(await one({ expect: "wait.p95 < 1h", allowEmpty: true }, some)).toMatchObject({ passed: true });
  });

  it("on a label that is not there names those that are", async () => {
    const values = { "wait.p95{queue=prod}": [1], "wait.p95{queue=test}": [1] };
    expect(await one("wait.p95{queue=prd} < 1h", values)).toMatchObject({
      passed: false,
      reason: "there are queue=prod, queue=test",
    });
    expect(await one("ttft.p95 < 1h", values)).toMatchObject({
      passed: false,
      reason: "the result has no such metric",
    });
  });

  it("without labels means the whole if there is one, and else every part: the worst decides", async () => {
    const values = {
      "wait.p95": [1],
      "wait.p95{queue=slow}": [9e9],
      "ttft.p99{service=a}": [1],
      "ttft.p99{service=b}": [2e6],
    };
    expect(await one("wait.p95 < 1s", values)).toMatchObject({ passed: true, labels: {} });
    expect(await one("ttft.p99 < 1s", values)).toMatchObject({ passed: false, labels: { service: "b" } });
    expect(await one("ttft.p99{service=a} < 1s", values)).toMatchObject({ passed: true });
  });

  it("that only warns does not fail the check", async () => {
    const values = { "wait.p95": [2e6] };
    expect(hasFailed([await check([{ expect: "wait.p95 < 1s", level: "warn" }], values)])).toBe(false);
    expect(hasFailed([await check(["wait.p95 < 1s"], values)])).toBe(true);
  });
});

describe("a baseline", () => {
  const BEFORE = {
    "wait.p95": [100e6, 110e6, 90e6],
    "jain{over=user}": [0.9, 0.8, 0.85],
    "wait.max": [null, null, null],
  };

  async function saved(
    thresholds: readonly unknown[] = [],
    values: Values = BEFORE,
    results: Partial<Result> = {},
  ) {
    const { entry } = checkRuns(await scenario(thresholds), runs(values, results), OPTIONS);
    return parseBaseline(baselineText(results.tool ?? TOOL, { day: entry }), "b.json");
  }

  async function against(
    values: Values,
    thresholds: readonly unknown[] = [],
    options: Partial<CheckOptions> = {},
  ) {
    const baseline = { content: await saved(thresholds), file: "b.json" };
    const { assertions } = await check(thresholds, values, { ...OPTIONS, baseline, ...options });
    return Object.fromEntries(assertions.map(({ name, passed }) => [name, passed]));
  }

  it("tells of large differences that pass only because chance may have made them", async () => {
    const baseline = { content: await saved(), file: "b.json" };
    const noisy = await check([], { ...BEFORE, "wait.p95": [160e6, 95e6, 94e6] }, { ...OPTIONS, baseline });
    expect(await checkText([noisy])).toContain("1 metric differed from the baseline by more than 10 %");
    const same = await check([], BEFORE, { ...OPTIONS, baseline });
    expect(await checkText([same])).not.toContain("differed");
  });

  it("of the same runs passes everything, what has no sample too", async () => {
    expect(await against(BEFORE)).toEqual({
      "wait.p95 <= baseline + 1%": true,
      "jain{over=user} >= baseline - 1%": true,
      "wait.max <= baseline + 1%": true,
    });
  });

  it("fails what got worse: significantly, and by more than the tolerance", async () => {
    const slower = (by: number) => ({ ...BEFORE, "wait.p95": BEFORE["wait.p95"].map((x, i) => x * by + i) });
    expect((await against(slower(1.03)))["wait.p95 <= baseline + 1%"]).toBe(false);
    expect((await against(slower(0.9)))["wait.p95 <= baseline + 1%"]).toBe(true);
    const loose = await against(slower(1.03), [], { tolerance: 0.05 });
    expect(loose["wait.p95 <= baseline + 5%"]).toBe(true);
    // On average 3 % worse, but one replication is better: no proof.
    const noisy = { ...BEFORE, "wait.p95": [120e6, 95e6, 94e6] };
    expect((await against(noisy))["wait.p95 <= baseline + 1%"]).toBe(true);
    const unfair = { ...BEFORE, "jain{over=user}": [0.8, 0.7, 0.75] };
    expect((await against(unfair))["jain{over=user} >= baseline - 1%"]).toBe(false);
  });

  it("is asked only where thresholds say so, when any does", async () => {
    const thresholds = ["wait.p95 <= baseline + 10s", "wait.p95 < 1h"];
    const slower = (by: number) => ({ ...BEFORE, "wait.p95": BEFORE["wait.p95"].map((x) => x + by) });
    expect(await against(slower(9e6), thresholds)).toEqual({
      [thresholds[0]!]: true,
      [thresholds[1]!]: true,
    });
    expect((await against(slower(11e6), thresholds))[thresholds[0]!]).toBe(false);
    const none = await check(["wait.p95 <= baseline"], BEFORE);
    expect(none.assertions[0]).toMatchObject({ passed: false, reason: "no baseline was given" });
    expect(await against(slower(1), ["wait.p95 == baseline"])).toEqual({ "wait.p95 == baseline": false });
  });

  it("shows which values are put to the test", async () => {
    const baseline = { content: await saved(), file: "b.json" };
    const loaded = await scenario([], { scheduler: { policy: "gang" }, description: "x" });
    const { changes } = checkRuns(loaded, runs(BEFORE), { ...OPTIONS, baseline });
    expect(changes).toContainEqual({ key: "scheduler.policy", before: "fifo", after: "gang" });
    expect(changes.every(({ key }) => key.startsWith("scheduler."))).toBe(true);
  });

  it("shows which files that are named say something else, and leaves traces to the check of traces", async () => {
    const loaded = await scenario();
    const [before, now] = [
      { "slurm.conf": "a".repeat(64), "t.csv": "abc", "gone.js": "c" },
      { "slurm.conf": "b".repeat(64), "t.csv": "abd", "new.js": "d" },
    ];
    const { entry } = checkRuns(loaded, runs(BEFORE), OPTIONS, before);
    expect(Object.keys(entry.files)).toEqual(["gone.js", "slurm.conf"]);
    expect(entry.configuration).toEqual({});
    const content = parseBaseline(baselineText(TOOL, { day: entry }), "b.json");
    const { changes } = checkRuns(
      loaded,
      runs(BEFORE),
      { ...OPTIONS, baseline: { content, file: "b.json" } },
      now,
    );
    expect(changes).toEqual([{ key: "slurm.conf", before: "aaaaaaaaaaaa", after: "bbbbbbbbbbbb" }]);
  });

  it.each([
    [
      "another version",
      {},
      { tool: { name: "whowaits", version: "9.9.9" } },
      "b.json was made by whowaits 1.2.3, this is 9.9.9",
    ],
    [
      "another trace",
      {},
      { traceHashes: { "t.csv": "xyz" } },
      "the trace t.csv is not that of b.json: abc, now xyz",
    ],
    ["other seeds", {}, { seed: "7" }, "b.json has the seeds 1, 2, 3, and these are 7, 7, 7"],
    ["another window", { measure: { from: "5s" } }, {}, "measure.from of day was 0s in b.json, and is 5s"],
    ["another scenario", { name: "night" }, {}, "b.json has no scenario called night, but day"],
  ])("of %s is refused with the difference", async (_, changes, results, message) => {
    const baseline = { content: await saved(), file: "b.json" };
    const loaded = await scenario([], changes);
    const attempt = () => checkRuns(loaded, runs(BEFORE, results), { ...OPTIONS, baseline });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(message);
  });

  it("is a file that is refused when it is something else", () => {
    expect(() => parseBaseline("{", "x")).toThrow("x is not a baseline");
    expect(() => parseBaseline('{"kind":"whowaits-run"}', "x")).toThrow("x is not a baseline");
    const later = '{"kind":"whowaits-baseline","schemaVersion":"2.0","scenarios":{}}';
    expect(() => parseBaseline(later, "x")).toThrow(
      "x is a baseline of version 2.0, and this program reads 1.0",
    );
  });
});

describe("reports of a check", () => {
  const NASTY = 'a < b & "c"\u0001';
  const checks: ScenarioCheck[] = [
    {
      scenario: NASTY,
      seeds: ["1", "2"],
      changes: [{ key: "scheduler.x", before: 100, after: 1 }],
      partial: false,
      assertions: [
        {
          scenario: NASTY,
          name: "jain{over=user} > 0.5",
          passed: true,
          level: "error",
          unit: "1",
          expected: "> 0.5",
          found: 0.8,
          labels: { over: "user" },
          values: [0.8, 0.8],
          seeds: ["1", "2"],
        },
        {
          scenario: NASTY,
          name: "wait.p95 < 1s",
          passed: false,
          level: "error",
          unit: "us",
          expected: "< 1s",
          found: 2e6,
          labels: { service: "chat" },
          values: [1e6, 3e6],
          seeds: ["1", "2"],
          at: { file: "s,1.yaml", line: 7, column: 5, length: 3 },
        },
        {
          scenario: NASTY,
          name: "wait.max < 5%",
          passed: false,
          level: "warn",
          unit: "us",
          expected: "< 5%",
          found: null,
          labels: {},
          values: [null, null],
          seeds: ["1", "2"],
          reason: "no samples",
        },
      ],
    },
  ];

  it("for people have failures first, with all that is known", async () => {
    expect((await checkText(checks)).split("\n")).toEqual([
      `${NASTY}, 2 replications: 1 of 3 failed, 1 warning`,
      "Changed since the baseline: scheduler.x 100 -> 1",
      "                      expected  found",
      "FAIL wait.p95             < 1s     2s",
      "     s,1.yaml:7; for service=chat; replications 1s, 3s",
      "warn wait.max             < 5%      -",
      "     no samples",
      "pass jain{over=user}     > 0.5    0.8",
      "",
    ]);
    // Where there is no room for columns.
    expect(await checkText(checks, { width: 50 })).toContain(
      "FAIL wait.p95 < 1s: found 2s\n     s,1.yaml:7;",
    );
  });

  it("in JUnit XML are valid, with a case for each assertion, whatever names hold", async () => {
    const xml = checkJunit(checks);
    expect(await junitProblems(xml)).toEqual([]);
    // The schema is in force: what Jenkins does not know, or misses, is found.
    expect(await junitProblems(xml.replace('errors="0">', 'errors="0" skipped="1">'))).toHaveLength(1);
    expect(
      await junitProblems(xml.replace("<failure ", "<failed ").replace("</failure>", "</failed>")),
    ).not.toEqual([]);
    expect(await junitProblems(xml.replace(' classname="', ' class="'))).toHaveLength(1);
    expect(await junitProblems(xml.replace('<testcase name="jain', '<testcase nam="jain'))).not.toEqual([]);
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml).toContain('<testsuites name="whowaits check" tests="3" failures="1" errors="0">');
    expect(xml).toContain('classname="a &lt; b &amp; &quot;c&quot;\ufffd"');
    expect(xml).toContain('<failure message="expected &lt; 1s, found 2s" type="threshold">s,1.yaml:7\n');
  });

  it("for GitHub mark the threshold's line, with what would end a command escaped", () => {
    const [error, warning] = githubAnnotations(checks).split("\n");
    expect(error).toBe(
      `::error file=s%2C1.yaml,line=7,col=5,title=${NASTY}%3A wait.p95 < 1s::found 2s%0Afor service=chat%0Areplications 1s, 3s`,
    );
    expect(warning).toBe(`::warning title=${NASTY}%3A wait.max < 5%25::found -%0Ano samples`);
  });

  it("in Markdown fold what passed", () => {
    const text = checkMarkdown(checks);
    expect(text).toContain('### a &lt; b & "c"\u0001: 1 of 3 failed, 1 warning');
    expect(text).toContain("| scheduler.x | 100 | 1 |");
    expect(text).toContain(
      "| `wait.p95` | **fail** | &lt; 1s | 2s | - | for service=chat; replications 1s, 3s |",
    );
    expect(text).toMatch(/<details>\n<summary>1 passed<\/summary>\n\n\| metric/);
  });
});
