import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { loadScenario } from "../../src/scenario/load.js";

const JOBS =
  "jobs: { generate: { count: 1, arrivals: { process: fixed, every: 1s }, run: 1s, shapes: [ { cpus: 1 } ] } }";
const scenario = (thresholds: string) =>
  loadScenario({
    text: `fleet: { pools: [ { name: n, nodes: 1 } ] }\n${JOBS}\nthresholds:\n${thresholds}`,
    name: "s.yaml",
  });

async function problemsOf(thresholds: string): Promise<string[]> {
  try {
    await scenario(thresholds);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ code, message, at }) => {
      const marked = at!.text!.slice(at!.column - 1, at!.column - 1 + at!.length);
      return `${at!.line}:${at!.column} <${marked}> ${code}: ${message}`;
    });
  }
}

describe("thresholds of a scenario", () => {
  it("are text or mappings, and no part of its hash", async () => {
    const loaded = await scenario(
      "  - wait.p95 < 2h\n  - { expect: ttft.p99 < 1s, allowEmpty: true, level: warn, significance: 0.01 }\n",
    );
    expect(loaded.thresholds).toMatchObject([
      { text: "wait.p95 < 2h", allowEmpty: false, level: "error" },
      { text: "ttft.p99 < 1s", allowEmpty: true, level: "warn", significance: 0.01 },
    ]);
    expect(loaded.hash).toBe((await scenario("  - jain{over=user} > 0.5\n")).hash);
  });

  it("are shown where they are wrong, to the character, however they are quoted", async () => {
    expect(
      await problemsOf(
        "  - wiat.p95 < 2h\n  - \"wait.p59 < 2h\"\n  - { expect: 'jain{ovr=user} > 1' }\n  - wait.p95 < 7\n",
      ),
    ).toEqual([
      '4:5 <wiat> scenario/threshold: there is no metric "wiat"',
      '5:11 <p59> scenario/threshold: "p59" is not a statistic',
      '6:21 <ovr> scenario/threshold: jain has no label "ovr"',
      '7:16 <7> scenario/threshold: "7" is not a value in units of time',
    ]);
  });

  it.each([
    ["wait.p95 < 1h", "wait.p95 > 2h"],
    ["wait.p95 < 1h", "wait.p95 >= 1h"],
    ["wait.p95{queue=a} == 1h", "wait.p95{queue=a} > 1h"],
    ["jct.p50 > 5m", "turnaround.p50 <= 5m"],
  ])("%s contradicts %s", async (one, other) => {
    expect(await problemsOf(`  - ${one}\n  - ${other}\n`)).toEqual([
      `5:5 <${other}> scenario/contradiction: nothing can meet both "${one}" and "${other}"`,
    ]);
  });

  it.each([
    ["wait.p95 < 2h", "wait.p95 > 1h"],
    ["wait.p95 <= 1h", "wait.p95 >= 1h"],
    ["wait.p95{queue=a} < 1h", "wait.p95{queue=b} > 2h"],
    ["wait.p95 < 1h", "wait.p99 > 2h"],
  ])("%s goes with %s", async (one, other) => {
    expect(await problemsOf(`  - ${one}\n  - ${other}\n`)).toEqual([]);
  });
});
