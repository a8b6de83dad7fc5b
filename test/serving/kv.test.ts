import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvariantError } from "../../src/core/errors.js";
import { Names } from "../../src/core/names.js";
import type { BlockIdentity } from "../../src/serving/kv/block-identity.js";
import { BlockPool } from "../../src/serving/kv/block-pool.js";
import { KvCache } from "../../src/serving/kv/kv-cache.js";
import { PrefixIndex } from "../../src/serving/kv/prefix-index.js";
import { RequestTable } from "../../src/serving/request-table.js";

describe("BlockPool", () => {
  it("hands out like a queue of blocks with owners", () => {
    const kinds = ["take", "share", "release"] as const;
    const command = fc.record({ kind: fc.constantFrom(...kinds), at: fc.nat() });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(command, { maxLength: 80 }), (size, commands) => {
        const pool = new BlockPool(size);
        let free = Array.from({ length: size - 1 }, (_, i) => i + 1);
        const owners = new Map<number, number>();
        for (const { kind, at } of commands) {
          const block = 1 + (at % (size - 1));
          if (kind === "share") {
            pool.share(block);
            free = free.filter((b) => b !== block);
            owners.set(block, (owners.get(block) ?? 0) + 1);
          }
          const row = new Int32Array(size);
          if (kind === "take") {
            const count = at % (free.length + 1);
            pool.take(row, 1, 1 + count);
            const taken = free.splice(0, count);
            expect([...row.subarray(1, 1 + count)]).toEqual(taken);
            for (const one of taken) owners.set(one, 1);
          } else if (kind === "release") {
            const held = [...owners].filter(([, count]) => count > 0).map(([one]) => one);
            const some = held.slice(0, at % (held.length + 1));
            row.set(some);
            pool.release(row, some.length);
            for (const one of some.toReversed()) {
              owners.set(one, owners.get(one)! - 1);
              if (owners.get(one) === 0) free.push(one);
            }
          }
          expect(pool.freeQueue(size)).toEqual(free);
          expect(pool.free).toBe(free.length);
          expect(pool.used).toBe(size - 1 - free.length);
        }
      }),
    );
  });

  it("refuses to free a block twice, or to hand out one of none", () => {
    const pool = new BlockPool(2);
    const row = new Int32Array(2);
    pool.take(row, 0, 1);
    expect(() => pool.take(row, 1, 2)).toThrow(InvariantError);
    pool.release(row, 1);
    expect(() => pool.release(row, 1)).toThrow(InvariantError);
  });
});

describe("PrefixIndex", () => {
  it("finds the first block of each content, like a map of ordered sets", () => {
    // Few keys and few blocks: collisions, duplicates and deletions in the middle of a chain.
    const key = fc.oneof(fc.nat({ max: 12 }), fc.integer({ min: 2 ** 40, max: 2 ** 40 + 3 }));
    const command = fc.record({ insert: fc.boolean(), key, block: fc.nat({ max: 15 }) });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const index = new PrefixIndex(16);
        const model = new Map<number, Set<number>>();
        const contents = new Map<number, number>();
        for (const { insert, key: k, block } of commands) {
          if (insert && !contents.has(block)) {
            index.insert(k, block);
            contents.set(block, k);
            model.set(k, (model.get(k) ?? new Set()).add(block));
          } else if (!insert) {
            index.evict(block);
            const held = contents.get(block);
            if (held !== undefined) {
              contents.delete(block);
              model.get(held)!.delete(block);
            }
          }
          for (const [known, blocks] of model) {
            const [first = -1] = blocks;
            expect(index.find(known)).toBe(first);
          }
          expect(index.size).toBe(contents.size);
          expect(index.holds(block)).toBe(contents.has(block));
        }
      }),
    );
  });
});

describe("KvCache", () => {
  function cache(blocks: number, prefixCaching: boolean, shared: boolean) {
    const requests = new RequestTable({ ids: new Names(), tenants: new Names() });
    // Everybody's block j has the content j.
    const identity: BlockIdentity = {
      shared: () => Number.MAX_SAFE_INTEGER,
      keys: (_, from, to, keys) => {
        for (let block = from; block < to; block++) keys[block - from] = block;
      },
    };
    const kv = new KvCache(requests, blocks, 4, prefixCaching, shared ? identity : undefined);
    const add = (inputTokens: number) =>
      requests.add({
        id: 0,
        service: 0,
        tenant: -1,
        arrival: 0,
        inputTokens,
        outputTokens: 9,
        maxTokens: 9,
        priority: 0,
      });
    return { requests, kv, add };
  }

  it("shares blocks of equal content, but never the one with the last token", () => {
    const { kv, add } = cache(10, true, true);
    const first = add(8);
    expect(kv.lookup(first)).toBe(0);
    expect(kv.admit(first, 8, 8, 8)).toBe(true);
    const second = add(8);
    expect(kv.lookup(second)).toBe(4);
    expect(kv.admit(second, 8, 8, 8)).toBe(true);
    expect(kv.blockIds(first)).toEqual([1, 2]);
    expect(kv.blockIds(second)).toEqual([1, 3]);
    kv.free(first, false);
    kv.free(second, false);
    expect(kv.pool.freeQueue(9)).toEqual([4, 5, 6, 7, 8, 9, 2, 3, 1]);
    expect(kv.lookup(add(13))).toBe(8);
    expect(kv.stats).toMatchObject({ requests: 3, queries: 29, hits: 12 });
  });

  it("counts found blocks that are free as needed", () => {
    const { kv, add } = cache(4, true, true);
    const first = add(8);
    kv.lookup(first);
    kv.admit(first, 8, 8, 8);
    kv.free(first, false);
    const second = add(16);
    expect(kv.lookup(second)).toBe(8);
    expect(kv.admit(second, 16, 16, 16)).toBe(false);
    expect(kv.pool.free).toBe(3);
    expect(kv.admit(second, 12, 12, 12)).toBe(true);
    expect(kv.blockIds(second)).toEqual([1, 2, 3]);
  });

  it("lets a request find its own blocks again after a preemption, and nobody else", () => {
    for (const shared of [false, true]) {
      const { requests, kv, add } = cache(10, true, shared);
      const first = add(9);
      kv.lookup(first);
      kv.admit(first, 9, 9, 9);
      kv.free(first, true);
      requests.preemptions[first] = 1;
      expect(kv.lookup(first)).toBe(8);
      expect(kv.lookup(add(9))).toBe(shared ? 8 : 0);
    }
  });

  it("finds nothing without prefix caching", () => {
    const { kv, add } = cache(10, false, true);
    const first = add(9);
    kv.lookup(first);
    kv.admit(first, 9, 9, 9);
    expect(kv.lookup(add(9))).toBe(0);
    expect(kv.cachedBlocks()).toEqual([]);
  });

  it("changes nothing when there is no room", () => {
    const { kv, add } = cache(3, false, false);
    const first = add(8);
    kv.lookup(first);
    expect(kv.admit(first, 8, 12, 8)).toBe(false);
    expect(kv.admit(first, 8, 8, 8)).toBe(true);
    expect(kv.grow(first, 9, 9)).toBe(false);
    expect(kv.blockIds(first)).toEqual([1, 2]);
  });
});
