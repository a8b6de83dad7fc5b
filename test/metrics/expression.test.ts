import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MILLISECOND } from "../../src/core/units.js";
import { parseExpectation } from "../../src/metrics/expression.js";
import { ExpressionError } from "../../src/metrics/expression-error.js";

const value = (value: number) => ({ kind: "value", value });

describe("an expectation", () => {
  it.each([
    ["wait.p95 < 2h", "wait.p95", {}, "<", value(2 * HOUR)],
    ["wait.p95{queue=prod}<2h", "wait.p95", { queue: "prod" }, "<", value(2 * HOUR)],
    [
      'wait.p99.9{ user = ada , queue="a b" } >= 0',
      "wait.p99.9",
      { user: "ada", queue: "a b" },
      ">=",
      value(0),
    ],
    ["ttft.p99 < 800ms", "ttft.p99", {}, "<", value(800 * MILLISECOND)],
    ["jain{over=user} > 0.85", "jain", { over: "user" }, ">", value(0.85)],
    ["utilisation{resource=gpu} >= 85%", "utilisation", { resource: "gpu" }, ">=", value(0.85)],
    ["jct.mean <= 1d", "turnaround.mean", {}, "<=", value(24 * HOUR)],
    ["bsld.p95 < 20", "bounded-slowdown.p95", {}, "<", value(20)],
    ["jobs.count{state=ended} >= 10k", "jobs.count", { state: "ended" }, ">=", value(10_000)],
    ["preemptions.count == 0", "preemptions.count", {}, "==", value(0)],
    ["throughput > 2/min", "throughput", {}, ">", value(120)],
    ["request-throughput > 7200/h", "request-throughput", {}, ">", value(2)],
    ["output-throughput > 5000 tokens/s", "output-throughput", {}, ">", value(5000)],
    ["wait.p95 < baseline", "wait.p95", {}, "<", { kind: "baseline", share: 0, amount: 0 }],
    ["wait.p95 <= baseline + 5%", "wait.p95", {}, "<=", { kind: "baseline", share: 0.05, amount: 0 }],
    ["wait.p95 <= baseline+10m", "wait.p95", {}, "<=", { kind: "baseline", share: 0, amount: HOUR / 6 }],
    [
      "jain{over=user} > baseline - 0.02",
      "jain",
      { over: "user" },
      ">",
      { kind: "baseline", share: 0, amount: 0.02 },
    ],
  ])("%s", (text, name, labels, operator, bound) => {
    const parsed = parseExpectation(text);
    expect({ ...parsed, metric: { name: parsed.metric.name, labels: parsed.metric.labels } }).toEqual({
      text,
      metric: { name, labels },
      operator,
      bound,
    });
  });

  it.each([
    ["wait.p95", "<wait.p95> there is nothing to compare with (such as wait.p95 < 2h)"],
    ["< 2h", "< > the metric is missing (docs/metrics.md lists all of them)"],
    ["wiat.p95 < 2h", '<wiat> there is no metric "wiat" (did you mean wait?)'],
    [
      "slowdown.p95 < 2",
      '<slowdown> there is no metric "slowdown" (did you mean bounded-slowdown or jain-slowdown or worst-mean-slowdown?)',
    ],
    [
      "wait < 2h",
      "<wait> wait needs a statistic (one of mean, p50, p90, p95, p99, p99.9, max, such as wait.mean)",
    ],
    ["wait.p59 < 2h", '<p59> "p59" is not a statistic (wait has mean, p50, p90, p95, p99, p99.9, max)'],
    ["wait.count < 2", "<count> wait has no count (wait has mean, p50, p90, p95, p99, p99.9, max)"],
    ["jain.mean{over=user} > 1", "<mean> jain is a single number and has no statistic (write jain)"],
    ["jain{ovr=user} > 0.8", '<ovr> jain has no label "ovr" (it has over, service)'],
    ["wait.p95{queue} < 2h", "<queue> a label is written name=value (such as {queue=prod})"],
    ["wait.p95{queue=prod < 2h", "<{queue=prod> the brace is never closed ()"],
    ["wait.p95{queue=a} now < 2h", "<now> an operator must come here (one of <, <=, >, >= and ==)"],
    ["wait.p95 <", "<<> the number is missing (write a duration, such as 800ms or 2h)"],
    ["wait.p95 < 2", '<2> "2" is not a value in units of time (write a duration, such as 800ms or 2h)'],
    [
      "jain > 2h",
      '<2h> "2h" is not a value in plain numbers (write a number or a share, such as 0.85 or 85%)',
    ],
    ["throughput > 3 tokens", '<3 tokens> "3 tokens" is not a value in 1/h (write a number in 1/h)'],
    [
      "wait.p95 < baseline - 5%",
      "<baseline - 5%> < tolerates baseline + something (such as < baseline + 5%)",
    ],
    [
      "wait.p95 == baseline + 5%",
      "<baseline + 5%> equal to the baseline leaves nothing to tolerate (write == baseline)",
    ],
    [
      "wait.p95 < baseline + 5",
      '<5> "5" is not a value in units of time (write a duration, such as 800ms or 2h)',
    ],
    [
      "wait.p95 < baselines",
      "<baselines> a baseline is followed by + or - and what is tolerated (such as baseline + 5%)",
    ],
  ])("%s is refused", (text, expected) => {
    const error = refusal(text);
    expect(`<${error.part}> ${error.message} (${error.hint ?? ""})`).toBe(expected);
  });

  it("marks an operator that nothing follows", () => {
    expect(refusal("wait.p95  >= ")).toMatchObject({ from: 10, part: ">=" });
  });

  it("that is refused marks a part of its text, whatever the text", () => {
    const words = fc.constantFrom(
      "wait",
      "jain",
      ".p95",
      "{",
      "}",
      "over=user",
      ",",
      "<",
      ">=",
      " ",
      "2h",
      "0.5",
      "baseline",
      "+",
      "5%",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        try {
          parseExpectation(text);
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error;
          if (error.part.trim() !== "" && text !== "")
            expect(text.startsWith(error.part, error.from)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function refusal(text: string): ExpressionError {
  try {
    parseExpectation(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}
