import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRequests } from "../../src/workload/read.js";
import { inMemory, requestNames, requestRecords } from "./support.js";

type Content = readonly (readonly [address: number, tokens: number])[];

async function contents(lines: string[], sharedOnly: boolean): Promise<Content[]> {
  const names = requestNames();
  const rows = await readRequests(inMemory(`${lines.join("\n")}\n`), names, { sharedOnly });
  return (await requestRecords(rows, names)).map(({ content = [] }) => content);
}

/** Leading tokens that two requests share, addresses being unique to what stands before them. */
function common(a: Content, b: Content): number {
  const flat = (runs: Content) => runs.flatMap(([at, n]) => Array.from({ length: n }, (_, i) => at + i));
  const [x, y] = [flat(a), flat(b)];
  const at = x.findIndex((address, i) => address !== y[i]);
  return at < 0 ? x.length : at;
}

const total = (runs: Content) => runs.reduce((sum, [, tokens]) => sum + tokens, 0);

describe("keeping only what several requests share", () => {
  it("keeps for each request exactly the longest beginning that another one has too", async () => {
    // Prompts as paths through a tree of blocks; each id stands for its path.
    const path = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(path, { minLength: 1, maxLength: 12 }), async (paths) => {
        const ids = new Map<string, number>();
        const lines = paths.map((steps, i) => {
          const hash_ids = steps.map((_, k) => {
            const key = steps.slice(0, k + 1).join();
            if (!ids.has(key)) ids.set(key, ids.size);
            return ids.get(key);
          });
          const input_length = 512 * steps.length - (i % 3);
          return JSON.stringify({ timestamp: i, input_length, output_length: 1, hash_ids });
        });
        const whole = await contents(lines, false);
        const kept = await contents(lines, true);
        for (const [i, content] of whole.entries()) {
          const others = whole.filter((_, k) => k !== i);
          expect(total(kept[i]!)).toBe(Math.max(0, ...others.map((other) => common(content, other))));
          expect(common(kept[i]!, content)).toBe(total(kept[i]!));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps the turns of sessions and their prefixes, but not the last answer", async () => {
    const header = "arrival,input_tokens,output_tokens,session,prefix,prefix_tokens";
    const lines = [header, "0,100,50,a,sys,64", "1,200,50,a,sys,64", "2,100,50,b,sys,40", "3,90,50,c,,"];
    const kept = await contents(lines, true);
    expect(kept.map(total)).toEqual([150, 150, 40, 0]);
  });
});
