import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Names } from "../../../src/core/names.js";
import { RequestTable } from "../../../src/serving/request-table.js";
import { type EvictionPolicy, evictionPolicies } from "../../../src/serving/sglang/eviction.js";
import { RadixMemory } from "../../../src/serving/sglang/radix-memory.js";
import { RadixTree, ROOT } from "../../../src/serving/sglang/radix-tree.js";
import { RequestBatch } from "../../../src/workload/batch.js";
import { Runs } from "../../../src/workload/content.js";

/** A request of which the first `shared` tokens are those of a document, and the others its own. */
interface Prompt {
  document: number;
  shared: number;
  own: number;
  priority: number;
}

const prompt: fc.Arbitrary<Prompt> = fc.record({
  document: fc.integer({ min: 0, max: 2 }),
  shared: fc.integer({ min: 0, max: 40 }),
  own: fc.integer({ min: 0, max: 10 }),
  priority: fc.integer({ min: 0, max: 2 }),
});

/** Documents 1 and 2 begin alike: their first 12 tokens are a run of their own. */
function addressOf(document: number, place: number): number {
  return place < 12 && document > 0 ? 5000 + place : document * 1000 + place;
}

function add(requests: RequestTable, { document, shared, own, priority }: Prompt): number {
  const inputTokens = Math.max(1, shared + own);
  const request = requests.add({
    id: 0,
    service: 0,
    tenant: -1,
    arrival: 0,
    inputTokens,
    outputTokens: 1,
    maxTokens: 1,
    priority,
  });
  const runs = new Runs();
  for (let at = 0; at < shared; at++) runs.add(addressOf(document, at), 1);
  const batch = new RequestBatch(1);
  batch.setRuns(runs);
  batch.length = 1;
  requests.setContent(request, batch, 0);
  return request;
}

/** The tokens as text: equal texts, equal tokens. */
function text({ document, shared, own }: Prompt, serial: number): string[] {
  const tokens = Array.from({ length: shared }, (_, at) => String(addressOf(document, at)));
  while (tokens.length < Math.max(1, shared + own)) tokens.push(`own ${serial}`);
  return tokens;
}

function common(a: readonly string[], b: readonly string[]): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

const pageSize = fc.constantFrom(1, 1, 4, 5);

describe("the radix tree", () => {
  it("finds whole pages of what was inserted, whatever was inserted before", () => {
    fc.assert(
      fc.property(fc.array(prompt, { minLength: 1, maxLength: 20 }), pageSize, (prompts, page) => {
        const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
        const tree = new RadixTree(requests, page, "lru");
        const inserted: string[][] = [];
        const floor = (tokens: number) => tokens - (tokens % page);
        let total = 0;
        for (const [serial, each] of prompts.entries()) {
          const request = add(requests, each);
          const tokens = text(each, serial);
          const known = Math.max(0, ...inserted.map((other) => floor(common(tokens, other))));
          tree.match(request, tokens.length);
          expect(tree.matched).toBe(known);
          tree.insert(request, tokens.length, true);
          expect(tree.matched).toBe(known);
          total += floor(tokens.length) - known;
          inserted.push(tokens.slice(0, floor(tokens.length)));
          expect(tree.evictable).toBe(total);
          tree.match(request, tokens.length);
          expect(tree.matched).toBe(floor(tokens.length));
        }
        expect(tree.evict(Number.POSITIVE_INFINITY)).toBe(total);
        expect(tree.nodes).toBe(0);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each(evictionPolicies)(
    "evicts leaf by leaf in the order of %s, and nothing that is locked",
    (policy) => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(prompt, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 20 }),
          pageSize,
          (steps, page) => {
            const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
            const tree = new RadixTree(requests, page, policy);
            const locks: number[] = [];
            for (const [each, counts, locked] of steps) {
              const request = add(requests, each);
              const node = tree.insert(request, requests.input[request]!, counts);
              if (locked) {
                tree.lock(node);
                locks.push(node);
              }
            }
            while (locks.length > 0) {
              for (let first = firstToGo(tree, policy); first >= 0; first = firstToGo(tree, policy)) {
                const length = tree.length[first]!;
                expect(tree.evict(1)).toBe(length);
                expect(tree.list()).not.toContain(first);
              }
              expect(tree.evictable).toBe(0);
              tree.unlock(locks.pop()!);
            }
            tree.evict(Number.POSITIVE_INFINITY);
            expect(tree.nodes).toBe(0);
            expect(tree.locked).toBe(0);
          },
        ),
        { numRuns: 60, seed: 2 },
      );
    },
  );
});

describe("hits of a node", () => {
  const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
  const long = { document: 1, shared: 20, own: 0, priority: 0 };
  const hitsAlong = ({ parent, hits }: RadixTree, from: number) => {
    const all: number[] = [];
    for (let node = from; node !== ROOT; node = parent[node]!) all.unshift(hits[node]!);
    return all;
  };

  it("are insertions that came through, and both parts of a split node have them", () => {
    const tree = new RadixTree(requests, 1, "lfu");
    const [first, second] = [add(requests, long), add(requests, { ...long, shared: 15, own: 5 })];
    tree.insert(first, 20, true);
    const branch = tree.insert(second, 20, true);
    expect(hitsAlong(tree, branch)).toEqual([2, 1]);
    expect(hitsAlong(tree, tree.match(first, 20))).toEqual([2, 1]);
    tree.insert(first, 20, true);
    expect(hitsAlong(tree, tree.match(first, 20))).toEqual([3, 2]);
    // A look-up counts nothing, even where it splits.
    expect(hitsAlong(tree, tree.match(first, 18))).toEqual([3, 2]);
  });

  it("do not count the chunks of a prompt, only the prompt", () => {
    const memory = new RadixMemory(requests, 100, 1, true, "lfu");
    const request = add(requests, long);
    memory.hold(request, ROOT, 0);
    memory.take(request, 8);
    requests.computed[request] = 8;
    memory.cache(request, 8, true);
    expect(hitsAlong(memory.tree, memory.held(request))).toEqual([0]);
    memory.take(request, 12);
    requests.computed[request] = 20;
    memory.cache(request, 20, false);
    expect(hitsAlong(memory.tree, memory.held(request))).toEqual([1, 1]);
  });
});

it("makes room for a page of each request that decodes, even where none needs one", () => {
  const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
  const memory = new RadixMemory(requests, 40, 4, true, "lru");
  const alone = { document: 0, shared: 0, own: 8, priority: 0 };
  for (let i = 0; i < 2; i++) {
    const request = add(requests, alone);
    memory.hold(request, ROOT, 0);
    memory.take(request, 8);
    requests.computed[request] = 8;
    memory.free(request, false);
  }
  const decoding = [0, 1, 2].map(() => add(requests, alone));
  for (const request of decoding) {
    memory.hold(request, ROOT, 0);
    memory.take(request, 5);
    requests.computed[request] = 5;
  }
  expect([memory.available, memory.tree.evictable]).toEqual([0, 16]);
  memory.takeDecode(Int32Array.from(decoding), 3);
  expect([memory.available, memory.tree.evictable]).toEqual([16, 0]);
});

/** The leaf that the policy's definition names, found by looking at all of them; -1 when none can go. */
function firstToGo(tree: RadixTree, policy: EvictionPolicy): number {
  const { access, created, hits, priority, locks, parent } = tree;
  const parents = new Set(tree.list().map((node) => parent[node]!));
  const leaves = tree.list().filter((node) => node !== ROOT && !parents.has(node) && locks[node] === 0);
  const keys: Record<EvictionPolicy, (node: number) => number[]> = {
    lru: (node) => [access[node]!],
    lfu: (node) => [hits[node]!, access[node]!],
    slru: (node) => [hits[node]! < 2 ? 0 : 1, access[node]!],
    fifo: (node) => [created[node]!],
    filo: (node) => [-created[node]!],
    mru: (node) => [-access[node]!],
    priority: (node) => [priority[node]!, access[node]!],
  };
  const key = keys[policy];
  leaves.sort((a, b) => key(a)[0]! - key(b)[0]! || (key(a)[1] ?? 0) - (key(b)[1] ?? 0));
  return leaves[0] ?? -1;
}
