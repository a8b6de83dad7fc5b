import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Names } from "../../src/core/names.js";
import { PriorityQueue } from "../../src/serving/heap-queue.js";
import { FifoQueue } from "../../src/serving/request-queue.js";
import { RequestTable } from "../../src/serving/request-table.js";

const command = fc.record({
  kind: fc.constantFrom("push", "push", "pushFront", "pop", "remove"),
  priority: fc.integer({ min: 0, max: 3 }),
  at: fc.nat(),
});

function table() {
  const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
  const add = (priority: number) =>
    requests.add({
      id: 0,
      service: 0,
      tenant: -1,
      arrival: 0,
      inputTokens: 1,
      outputTokens: 1,
      maxTokens: 1,
      priority,
    });
  return { requests, add };
}

describe("FifoQueue", () => {
  it("is an array with both ends", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const { requests, add } = table();
        const queue = new FifoQueue(requests);
        const model: number[] = [];
        for (const { kind, at } of commands) {
          if (kind === "push" || kind === "pushFront") {
            const request = add(0);
            queue[kind](request);
            if (kind === "push") model.push(request);
            else model.unshift(request);
          } else if (model.length > 0 && kind === "pop") expect(queue.pop()).toBe(model.shift());
          else if (model.length > 0) queue.remove(model.splice(at % model.length, 1)[0]!);
          expect(queue.list()).toEqual(model);
          expect(queue.length).toBe(model.length);
          expect(queue.peek()).toBe(model[0] ?? -1);
        }
      }),
    );
  });
});

describe("PriorityQueue", () => {
  it("is a list sorted by priority, then by arrival", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const { requests, add } = table();
        const queue = new PriorityQueue(requests);
        let model: number[] = [];
        for (const { kind, at, priority } of commands) {
          if (kind === "push" || kind === "pushFront") {
            const request = add(priority);
            queue[kind](request);
            model.push(request);
            model = model.sort(
              (a, b) =>
                requests.priority[a]! - requests.priority[b]! || requests.serial[a]! - requests.serial[b]!,
            );
          } else if (model.length > 0 && kind === "pop") expect(queue.pop()).toBe(model.shift());
          else if (model.length > 0) queue.remove(model.splice(at % model.length, 1)[0]!);
          expect(queue.list()).toEqual(model);
          expect(queue.length).toBe(model.length);
          expect(queue.peek()).toBe(model[0] ?? -1);
        }
      }),
    );
  });
});
