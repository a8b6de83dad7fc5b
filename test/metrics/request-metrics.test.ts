import { describe, expect, it } from "vitest";
import { ReplicaState, RequestOutcome } from "../../src/journal/journal.js";
import { metricOptions } from "../../src/metrics/options.js";
import { RequestMetrics } from "../../src/metrics/request-metrics.js";
import { WaitReasons } from "../../src/metrics/wait-reasons.js";
import { fakeRun } from "../support/fake-facts.js";
import { metricOf, metricsOf, numberOf } from "../support/metrics.js";

const MS = 1000;
const SLO = { ttft: 100 * MS, tpot: 25 * MS };

/** The window is the second from 1 s to 2 s; the run lasts 3 s. */
function measured() {
  const { facts } = fakeRun({
    services: [
      { name: "chat", model: "m", gpusPerReplica: 2, slo: SLO },
      { name: "embed", model: "m", gpusPerReplica: 1, slo: {} },
    ],
    reasons: ["max_num_seqs", "no free KV blocks"],
    requests: [
      { id: "early", tenant: "x", input: 7 },
      { id: "good", tenant: "x", input: 10 },
      { id: "slow", tenant: "y", input: 20 },
      { id: "refused", tenant: "y", input: 1 },
      { id: "hangs", tenant: "x", input: 5 },
      { id: "late", tenant: "x", input: 5 },
    ],
  });
  const metrics = new RequestMetrics(
    metricOptions({ window: { from: 1000 * MS, to: 2000 * MS }, groupBy: ["tenant"] }),
  );
  const reasons = new WaitReasons({ from: 0, to: Number.POSITIVE_INFINITY });
  const both = [metrics, reasons];
  for (const l of both) l.runStart(0, facts);
  metrics.replicaState(0, 0, 0, ReplicaState.Pending);
  metrics.replicaState(500 * MS, 0, 0, ReplicaState.Starting);
  metrics.replicaState(900 * MS, 0, 0, ReplicaState.Ready);

  for (const l of both) l.requestArrive(950 * MS, 0);
  for (const l of both) l.requestSchedule(950 * MS, 0);
  metrics.tokens(980 * MS, 0, 1);
  metrics.tokens(1050 * MS, 0, 1);
  for (const l of both) l.requestEnd(1050 * MS, 0, RequestOutcome.Completed);

  for (const l of both) l.requestArrive(1000 * MS, 1);
  for (const l of both) l.requestArrive(1000 * MS, 2);
  reasons.requestReason(1000 * MS, 2, 0);
  metrics.prefixHit(1010 * MS, 1, 4, 2, 0);
  for (const l of both) l.requestSchedule(1010 * MS, 1);
  metrics.tokens(1060 * MS, 1, 1);
  metrics.tokens(1080 * MS, 1, 1);
  metrics.tokens(1110 * MS, 1, 2);
  for (const l of both) l.requestEnd(1110 * MS, 1, RequestOutcome.Completed);
  metrics.batch(900 * MS, 0, 1200 * MS, 1, 1, 30, 100);
  metrics.batch(1200 * MS, 0, 1300 * MS, 1, 1, 90, 100);

  for (const l of both) l.requestSchedule(1200 * MS, 2);
  metrics.tokens(1250 * MS, 2, 1);
  for (const l of both) l.requestPreempt(1260 * MS, 2);
  metrics.prefixHit(1300 * MS, 2, 16, 0, 0);
  reasons.requestReason(1260 * MS, 2, 1);
  for (const l of both) l.requestSchedule(1300 * MS, 2);
  metrics.tokens(1350 * MS, 2, 1);
  for (const l of both) l.requestEnd(1350 * MS, 2, RequestOutcome.Length);

  for (const l of both) l.requestArrive(1400 * MS, 3);
  for (const l of both) l.requestEnd(1400 * MS, 3, RequestOutcome.Rejected);
  for (const l of both) l.requestArrive(1500 * MS, 4);
  metrics.replicaState(1750 * MS, 0, 0, ReplicaState.Stopped);
  for (const l of both) l.requestArrive(2000 * MS, 5);
  for (const l of both) l.requestSchedule(2000 * MS, 5);
  metrics.tokens(2001 * MS, 5, 1);
  for (const l of both) l.requestEnd(2001 * MS, 5, RequestOutcome.Completed);
  for (const l of both) l.runEnd(3000 * MS);
  return { all: metricsOf(metrics), reasons: metricsOf(reasons) };
}

describe("RequestMetrics, by hand", () => {
  const { all, reasons } = measured();
  const chat = all.filter((m) => m.labels.service === "chat" && m.labels.tenant === undefined);

  it.each([
    ["arrived", 4],
    ["ended", 2],
    ["rejected", 1],
    ["aborted", 0],
    ["censored", 1],
  ])("counts %s requests of the window", (state, expected) => {
    expect(numberOf(chat, "requests.count", { state })).toBe(expected);
  });

  it("latencies of those who arrived in the window", () => {
    expect(metricOf(chat, "ttft.mean")).toMatchObject({ value: 155 * MS, n: 2, censored: 1 });
    expect(numberOf(chat, "ttft.max")).toBe(250 * MS);
    expect(metricOf(chat, "queue-time.max")).toMatchObject({ value: 200 * MS, n: 2, censored: 1 });
    expect(metricOf(chat, "tpot.mean")).toMatchObject({ value: (50 / 3 + 100) * (MS / 2), n: 2 });
    expect(metricOf(chat, "e2e.mean")).toMatchObject({ value: (110 + 350) * (MS / 2), n: 2, censored: 1 });
    expect(metricOf(chat, "itl.max")).toMatchObject({ value: 100 * MS, n: 3, method: "exact" });
    expect(metricOf(chat, "itl.p50").method).toBe("sketch 0.1%");
    expect(numberOf(chat, "itl.p50")! / (30 * MS)).toBeCloseTo(1, 2);
  });

  it("rates over the window, whoever they belong to", () => {
    expect(numberOf(chat, "request-throughput")).toBe(3);
    expect(numberOf(chat, "output-throughput")).toBe(7);
    expect(numberOf(chat, "output-throughput-per-gpu")).toBe(7 / (0.75 * 2));
    expect(numberOf(chat, "request-preemptions.count")).toBe(1);
  });

  it("KV use over the time in passes, cut to the window", () => {
    expect(numberOf(chat, "kv-use.mean")).toBe((200 * 0.3 + 100 * 0.9) / 300);
    expect(numberOf(chat, "kv-use.max")).toBe(0.9);
  });

  it("prompt tokens found cached, by tier, when a request first runs and not when it comes back", () => {
    const share = (tier: string) => metricOf(chat, "prefix-hit-share", { service: "chat", tier });
    // `good` has 10 tokens and `slow` 20; who arrived outside the window does not count.
    expect(share("gpu")).toMatchObject({ value: 4 / 30, n: 30 });
    expect(share("host")).toMatchObject({ value: 2 / 30 });
    expect(chat.filter((m) => m.name === "prefix-hit-share")).toHaveLength(2);
  });

  it("targets: one met, one too slow, one refused, one hopeless", () => {
    expect(metricOf(chat, "slo-attainment")).toMatchObject({ value: 0.25, n: 4, censored: 0 });
    // `good` and, by its single 70 ms gap against 25 ms, not `early`.
    expect(numberOf(chat, "goodput")).toBe(1);
    expect(all.some((m) => m.labels.service === "embed" && m.name === "goodput")).toBe(false);
  });

  it("tenants: tokens in the window, and the slowest first token", () => {
    // x: early's last token, good's 10 + 4; y: slow's 20 + 2.
    expect(metricOf(chat, "jain", { over: "tenant" })).toMatchObject({
      value: 37 ** 2 / (2 * (15 ** 2 + 22 ** 2)),
      n: 2,
    });
    expect(numberOf(all, "share", { over: "tenant", tenant: "x" })).toBe(15 / 37);
    expect(metricOf(all, "worst-mean-ttft", { tenant: "y" })).toMatchObject({ value: 250 * MS, n: 1 });
    expect(metricOf(all, "ttft.max", { tenant: "x" })).toMatchObject({ value: 60 * MS, n: 1, censored: 1 });
  });

  it("a service without requests has no numbers", () => {
    const embed = all.filter((m) => m.labels.service === "embed");
    expect(metricOf(embed, "ttft.p50")).toMatchObject({ value: null, n: 0 });
    expect(metricOf(embed, "kv-use.max").value).toBeNull();
    expect(metricOf(embed, "output-throughput-per-gpu").value).toBeNull();
  });

  it("where the requests' waiting went", () => {
    const reason = (name: string) => numberOf(reasons, "wait-reason", { service: "chat", reason: name });
    expect(reason("max_num_seqs")).toBe(200 * MS);
    expect(reason("no free KV blocks")).toBe(40 * MS);
    expect(reason("unexplained")).toBe((10 + 1500) * MS);
  });
});

it("an unfinished request within its targets is censored, one past them has missed", () => {
  const { facts } = fakeRun({
    services: [{ name: "chat", model: "m", gpusPerReplica: 1, slo: { ttft: 100, e2e: 1000 } }],
    requests: ["a", "b", "c", "d"].map((id) => ({ id })),
  });
  const metrics = new RequestMetrics(metricOptions());
  metrics.runStart(0, facts);
  metrics.requestArrive(0, 0); // 2000 µs old at the end: past e2e
  metrics.tokens(50, 0, 1);
  metrics.requestArrive(1500, 1); // no token after 500 µs: past ttft
  metrics.requestArrive(1500, 2); // first token late
  metrics.tokens(1700, 2, 1);
  metrics.requestArrive(1500, 3); // may still make it
  metrics.tokens(1550, 3, 1);
  metrics.runEnd(2000);
  expect(metricOf(metricsOf(metrics), "slo-attainment")).toMatchObject({ value: 0, n: 3, censored: 1 });
});
