import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR } from "../../src/core/units.js";
import { Journal, NodeState } from "../../src/journal/journal.js";
import { NodeTimes } from "../../src/metrics/node-times.js";
import { MetricSink } from "../../src/metrics/sink.js";
import { fakeRun } from "../support/fake-facts.js";
import { numberOf } from "../support/metrics.js";

/** What becomes of a fleet of nodes with 8 GPUs each, whose states change at these times (µs). */
function metricsOf(
  nodes: number,
  changes: readonly { t: number; node: number; state: NodeState }[],
  end: number,
  window = { from: 0, to: Number.POSITIVE_INFINITY },
) {
  const times = new NodeTimes(window);
  const journal = new Journal();
  journal.listen(times);
  journal.runStart(0, fakeRun({ nodes, gpus: 8 * nodes }).facts);
  for (const { t, node, state } of changes) journal.nodeState(t, node, state);
  journal.runEnd(end);
  const sink = new MetricSink();
  times.collect(sink);
  return sink.sorted();
}

describe("the time that nodes spend in each state", () => {
  it("adds up to all there is, whatever happens to them and whatever is measured", () => {
    const change = fc.record({
      after: fc.nat(50),
      node: fc.nat(3),
      state: fc.constantFrom(...Object.values(NodeState)),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1 }), fc.nat(100), fc.nat(200), (list, from, length) => {
        let t = 0;
        const changes = list.map(({ after, node, state }) => {
          t += after;
          return { t, node, state };
        });
        const end = t + 10;
        const window = { from, to: from + length };
        const metrics = metricsOf(4, changes, end, window);
        const sum = metrics
          .filter(({ name }) => name === "node-time")
          .reduce((all, { value }) => all + value!, 0);
        expect(sum * HOUR).toBeCloseTo(4 * Math.max(0, Math.min(end, window.to) - Math.min(end, from)), 3);
      }),
    );
  });

  it("counts the GPUs of nodes without power", () => {
    const metrics = metricsOf(
      2,
      [
        { t: HOUR, node: 1, state: NodeState.PoweringDown },
        { t: 2 * HOUR, node: 1, state: NodeState.PoweredDown },
        { t: 5 * HOUR, node: 1, state: NodeState.PoweringUp },
        { t: 6 * HOUR, node: 1, state: NodeState.Up },
      ],
      10 * HOUR,
    );
    expect(numberOf(metrics, "node-time", { state: "powered-down" })).toBe(3);
    expect(numberOf(metrics, "node-time", { state: "up" })).toBe(15);
    expect(numberOf(metrics, "gpu-time", { state: "powered-down" })).toBe(24);
  });

  it("is not told of a fleet whose nodes were up all the time", () => {
    expect(metricsOf(2, [], HOUR)).toEqual([]);
  });
});
