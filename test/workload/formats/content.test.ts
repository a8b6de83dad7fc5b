import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RequestOptions, readRequests } from "../../../src/workload/read.js";
import { scratchFolder } from "../../support/scratch.js";
import { sharedPath } from "../../support/shared.js";
import { inMemory, requestNames, requestRecords } from "../support.js";

async function read(lines: string[], options: RequestOptions = {}) {
  const names = requestNames();
  const rows = await readRequests(inMemory(`${lines.join("\n")}\n`), names, options);
  return { rows, contents: (await requestRecords(rows, names)).map(({ content = [] }) => content) };
}

/** Leading tokens that two requests share. */
function common(
  a: readonly (readonly [number, number])[],
  b: readonly (readonly [number, number])[],
): number {
  const flat = (runs: typeof a) =>
    runs.flatMap(([address, tokens]) => Array.from({ length: tokens }, (_, i) => address + i));
  const [x, y] = [flat(a), flat(b)];
  const at = x.findIndex((address, i) => address !== y[i]);
  return at < 0 ? x.length : at;
}

describe("mooncake", () => {
  it("shares as many tokens as leading ids, the cut one included", async () => {
    const { contents } = await read([
      '{"timestamp":0,"input_length":1000,"output_length":52,"hash_ids":[0,1]}',
      '{"timestamp":1,"input_length":1000,"output_length":52,"hash_ids":[0,1]}',
      '{"timestamp":2,"input_length":1030,"output_length":1,"hash_ids":[0,2,3]}',
    ]);
    expect(common(contents[0]!, contents[1]!)).toBe(1000);
    expect(common(contents[0]!, contents[2]!)).toBe(512);
    expect(contents[2]).toHaveLength(2);
  });

  it("takes the block size that it is told", async () => {
    const rows = [
      '{"timestamp":0,"input_length":33,"output_length":5,"hash_ids":[0,1,2]}',
      '{"timestamp":1,"input_length":40,"output_length":5,"hash_ids":[0,1,3]}',
      '{"timestamp":2,"input_length":33,"output_length":5,"hash_ids":[0]}',
      '{"timestamp":3,"input_length":16,"output_length":5,"hash_ids":["0"]}',
      '{"timestamp":4,"input_length":16,"output_length":5,"hash_ids":7}',
    ];
    const { rows: kept, contents } = await read(rows, { hashBlockSize: 16 });
    expect(common(contents[0]!, contents[1]!)).toBe(32);
    expect(kept.counts.dropped).toEqual({
      "hash_ids do not match the prompt length": { count: 1, lines: [3] },
      "not a list of hash ids": { count: 2, lines: [4, 5] },
    });
  });

  it("keeps the ids of two traces apart", async () => {
    const names = requestNames();
    const line = '{"timestamp":0,"input_length":512,"output_length":1,"hash_ids":[0]}\n';
    const [a, b] = await Promise.all(
      [1, 2].map(async () => requestRecords(await readRequests(inMemory(line), names), names)),
    );
    expect(common(a![0]!.content!, b![0]!.content!)).toBe(0);
  });
});

describe("sessions and prefixes of our own formats", () => {
  const header = "arrival,input_tokens,output_tokens,session,prefix,prefix_tokens";

  it("lets a turn take up the one before with its answer", async () => {
    const { rows, contents } = await read([
      header,
      "0,100,50,a,,",
      "1,180,50,a,,",
      "2,100,50,b,,",
      "3,229,50,a,,",
      "4,280,50,a,,",
    ]);
    const [first, second, other, short, after] = contents;
    expect(common(first!, second!)).toBe(150);
    expect(common(first!, other!)).toBe(0);
    // 230 tokens came before: 229 cannot go on with them.
    expect(common(second!, short!)).toBe(0);
    expect(common(short!, after!)).toBe(279);
    expect(rows.counts.adjusted).toEqual({
      "session starts anew: the prompt is shorter than what came before": 1,
    });
  });

  it("puts a session behind its prefix, and prompts of no session too", async () => {
    const { contents } = await read([
      header,
      "0,100,50,a,sys,64",
      "1,200,50,a,sys,64",
      "2,100,50,,sys,64",
      "3,100,50,,sys,40",
      "4,300,50,a,other,64",
    ]);
    const [first, second, alone, shorter, moved] = contents;
    expect(common(first!, second!)).toBe(150);
    expect(common(first!, alone!)).toBe(64);
    expect(alone).toEqual([[first![0]![0], 64]]);
    expect(common(first!, shorter!)).toBe(40);
    expect(common(first!, moved!)).toBe(0);
  });

  it("counts rows whose content contradicts itself", async () => {
    const { rows } = await read([
      `${header},content`,
      "0,100,50,,,,0+150",
      "1,100,50,,,,0+151",
      "2,100,50,a,,,0+10",
      "3,100,50,,sys,,",
      "4,100,50,,,5,",
      "5,100,50,,sys,101,",
      "6,100,50,,,,0+",
      "7,100,50,,,,5+0",
      "8,100,50,,,x,",
    ]);
    expect(
      Object.fromEntries(Object.entries(rows.counts.dropped).map(([k, { count }]) => [k, count])),
    ).toEqual({
      "content does not match the tokens": 1,
      "content beside a session or prefix": 1,
      "prefix without its tokens": 2,
      "prefix does not fit the prompt": 1,
      "not runs of token addresses": 2,
      "not a count": 1,
    });
  });

  it("means the same in JSON Lines", async () => {
    const csv = await read([header, "0,100,50,a,sys,64", "1,200,50,a,sys,64", "2,100,50,7,,"]);
    const json = await read([
      '{"arrival":0,"input_tokens":100,"output_tokens":50,"session":"a","prefix":"sys","prefix_tokens":64}',
      '{"arrival":1,"input_tokens":200,"output_tokens":50,"session_id":"a","prefix_group":"sys","prefix_length":64}',
      '{"arrival":2,"input_tokens":100,"output_tokens":50,"session":7}',
    ]);
    expect(json.contents).toEqual(csv.contents);
  });
});

describe("ragpulse", () => {
  it("hashes the files beside the trace with it", async () => {
    const folder = scratchFolder();
    const keys = ["sys_prompt", "passage", "history", "user_input", "web_search"];
    const names = ["1_sys_prompt", "2_passages", "3_history", "4_user_input", "5_web_search"];
    names.forEach((name, i) => {
      writeFileSync(join(folder, `${name}.jsonl`), `{"${keys[i]}_id":${i},"token_length":10}\n`);
    });
    const path = join(folder, "trace.jsonl");
    const row = { timestamp: "0", input_length: 50, output_length: 5, hash_ids: { sys_prompt: [0] } };
    writeFileSync(path, `${JSON.stringify({ ...row, session_id: "a" })}\n`);
    const hash = async () => (await readRequests({ path, name: "trace.jsonl" }, requestNames())).origin.hash;
    const before = await hash();
    expect(await hash()).toBe(before);
    writeFileSync(join(folder, "2_passages.jsonl"), '{"passage_id":1,"token_length":11}\n');
    expect(await hash()).not.toBe(before);
  });

  it("names the side file that is missing", async () => {
    const row =
      '{"timestamp":"0","input_length":5,"output_length":5,"hash_ids":{"sys_prompt":[]},"session_id":"a"}';
    await expect(read([row])).rejects.toThrow("needs 1_sys_prompt.jsonl beside it");
  });
});

/** Share of blocks that an unbounded cache would find: leading blocks that an earlier prompt had. */
async function hitShare(path: string, blockSize: number): Promise<number> {
  const names = requestNames();
  const rows = await readRequests({ path, name: path }, names);
  const seen = new Set<number>();
  let blocks = 0;
  let hits = 0;
  for (const { content = [] } of await requestRecords(rows, names)) {
    const firsts = content.flatMap(([address, tokens]) =>
      Array.from({ length: Math.ceil(tokens / blockSize) }, (_, i) => address + i * blockSize),
    );
    const miss = firsts.findIndex((address) => !seen.has(address));
    hits += miss < 0 ? firsts.length : miss;
    blocks += firsts.length;
    for (const address of firsts) seen.add(address);
  }
  return hits / blocks;
}

// The shares are those of the README that lies beside the traces, counted there from the ids alone.
describe("public traces", () => {
  const conversation = sharedPath("traces/mooncake/conversation_trace.jsonl.gz");
  it.skipIf(conversation === undefined)(
    "Mooncake conversation: 36.64 % (needs the shared traces)",
    async () => {
      expect((await hitShare(conversation!, 512)).toFixed(4)).toBe("0.3664");
    },
  );

  const synthetic = sharedPath("traces/mooncake/synthetic_trace.jsonl");
  it.skipIf(synthetic === undefined)("Mooncake synthetic: 63.96 % (needs the shared traces)", async () => {
    expect((await hitShare(synthetic!, 512)).toFixed(4)).toBe("0.6396");
  });

  const pulse = sharedPath("traces/ragpulse/0_trace.jsonl");
  it.skipIf(pulse === undefined)(
    "RAGPulse: two weeks one behind the other (needs the shared traces)",
    async () => {
      const rows = await readRequests({ path: pulse!, name: pulse! }, requestNames());
      expect(rows.counts).toMatchObject({ rows: 7106, emitted: 7106, dropped: {}, inversions: 0 });
      expect(rows.lastTime).toBe(1_209_403e6);
    },
  );
});
