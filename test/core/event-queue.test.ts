import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventHandle, EventQueue } from "../../src/core/event-queue.js";

interface Plain {
  time: number;
  phase: number;
  arg: number;
  handle: EventHandle;
}

/** The order that the queue promises, by sorting: (time, phase, insertion). */
function first(events: readonly Plain[]): Plain | undefined {
  return [...events].sort((a, b) => a.time - b.time || a.phase - b.phase || a.arg - b.arg)[0];
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ push: fc.constantFrom(0, 0, 1, 2, 7, 1000, 2 ** 20, 2 ** 33), phase: fc.nat(4) }),
  },
  { weight: 3, arbitrary: fc.constant("pop" as const) },
  { weight: 1, arbitrary: fc.constant("peek" as const) },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
);

describe("EventQueue", () => {
  it("behaves like a sorted list under any sequence of pushes, pops, peeks and cancellations", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EventQueue();
        let model: Plain[] = [];
        const handed: Plain[] = [];
        let now = 0;
        let arg = 0;
        for (const s of steps) {
          if (s === "pop") {
            const expected = first(model);
            expect(queue.pop()).toBe(expected !== undefined);
            if (expected === undefined) continue;
            expect([queue.time, queue.phase, queue.arg]).toEqual([
              expected.time,
              expected.phase,
              expected.arg,
            ]);
            now = expected.time;
            model = model.filter((e) => e !== expected);
          } else if (s === "peek") {
            const expected = first(model);
            expect(queue.peekTime()).toBe(expected?.time ?? Number.POSITIVE_INFINITY);
            if (expected !== undefined) expect(queue.peekPhase()).toBe(expected.phase);
          } else if ("push" in s) {
            const event = { time: now + s.push, phase: s.phase, arg: arg++, handle: 0 };
            event.handle = queue.push(event.time, event.phase, 3, event.arg);
            model.push(event);
            handed.push(event);
          } else if (handed.length > 0) {
            const event = handed[s.cancel % handed.length]!;
            expect(queue.cancel(event.handle)).toBe(model.includes(event));
            model = model.filter((e) => e !== event);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes an event before one that was peeked at", () => {
    const queue = new EventQueue();
    queue.push(1000, 0, 0, 1);
    expect(queue.peekTime()).toBe(1000);
    queue.push(700, 0, 0, 2);
    expect(queue.peekTime()).toBe(700);
    queue.pop();
    expect(queue.arg).toBe(2);
  });

  it("keeps two million events of one instant in order", () => {
    const queue = new EventQueue();
    const count = 2_000_000;
    for (let i = 0; i < count; i++) queue.push(5, 1, 0, i);
    let inOrder = 0;
    while (queue.pop()) if (queue.arg === inOrder) inOrder++;
    expect(inOrder).toBe(count);
  });

  it("orders times close to 2^53", () => {
    const queue = new EventQueue();
    const last = Number.MAX_SAFE_INTEGER;
    for (const time of [last, last - 2, 1, last - 1]) queue.push(time, 0, 0, 0);
    const times: number[] = [];
    while (queue.pop()) times.push(queue.time);
    expect(times).toEqual([1, last - 2, last - 1, last]);
  });
});
