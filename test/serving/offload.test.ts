import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { OffloadTiers, Tier } from "../../src/serving/kv/offload-tiers.js";
import { Recorder } from "./recorder.js";
import { rowsStream, serve, setUp, timing } from "./support.js";

describe("OffloadTiers", () => {
  it("keeps what a list of the least recently used would, in one tier each, and loses no count", () => {
    const command = fc.record({ kind: fc.constantFrom("store", "read"), key: fc.nat({ max: 9 }) });
    const capacity = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(
        capacity,
        fc.nat({ max: 4 }),
        fc.array(command, { maxLength: 60 }),
        (host, disk, commands) => {
          const tiers = new OffloadTiers({ blocks: host, blockTime: 2 }, { blocks: disk, blockTime: 5 });
          let inHost: number[] = [];
          let onDisk: number[] = [];
          const keep = (key: number) => {
            inHost.push(key);
            if (inHost.length > host) onDisk.push(inHost.shift()!);
            onDisk = onDisk.slice(Math.max(0, onDisk.length - disk));
          };
          for (const { kind, key } of commands) {
            const was = inHost.includes(key) ? Tier.Host : onDisk.includes(key) ? Tier.Disk : Tier.None;
            expect(tiers.where(key)).toBe(was);
            if (kind === "read" && was === Tier.None) continue;
            inHost = inHost.filter((one) => one !== key);
            onDisk = onDisk.filter((one) => one !== key);
            keep(key);
            if (kind === "store") tiers.store(key);
            else {
              expect(tiers.read(key)).toBe(was === Tier.Host ? 2 : 7);
              tiers.keep(key);
            }
            expect(tiers.hostBlocks).toBe(inHost.length);
            expect(tiers.diskBlocks).toBe(onDisk.length);
            const { gpuToHost, dropped } = tiers.moved;
            expect(gpuToHost - dropped).toBe(inHost.length + onDisk.length);
          }
        },
      ),
    );
  });
});

/** Blocks of 16 tokens, 2 MiB each: 20 on the GPU; a host block takes 32.768 µs over 64 GB/s, a disk block 299.593 µs more. */
const BLOCK = 2 ** 21;
const service = (host: number, disk: number) => ({
  time: { model: timing(1000) },
  options: {
    num_gpu_blocks_override: 21,
    kv_offloading_size: (host * BLOCK) / 2 ** 30,
    kv_offloading_disk_size: (disk * BLOCK) / 2 ** 30,
  },
});
const HOST_TIME = (BLOCK * 1e6) / 64e9;
const DISK_TIME = (BLOCK * 1e6) / 7e9;

/** A text of 256 tokens, another one that drives it off the GPU, the first again with 44 more. */
const rows = [
  { arrival: 0, inputTokens: 256, outputTokens: 1, content: [[0, 256]] as const },
  { arrival: 10_000, inputTokens: 256, outputTokens: 1, content: [[1000, 256]] as const },
  { arrival: 20_000, inputTokens: 300, outputTokens: 1, content: [[0, 256]] as const },
];

async function last(host: number, disk: number) {
  const found: number[][] = [];
  const starts: number[] = [];
  const run = await serve(
    [{ ...service(host, disk), requests: [rowsStream(rows)] }],
    [
      {
        prefixHit: (_time, _request, ...tokens) => found.push(tokens),
        batch: (start) => starts.push(start),
      },
    ],
  );
  // The last request came at 20,000.
  return { found, wait: starts.at(-1)! - 20_000, offload: run.serving.replicas[0]!.engine.kv.offload };
}

describe("offloading KV blocks", () => {
  it("reads from host memory what the GPU has lost, and computes the rest when it is there", async () => {
    const { found, wait, offload } = await last(40, 0);
    // Freed from its tail on, the first text has kept its first 4 blocks on the GPU.
    expect(found).toEqual([[64, 192, 0]]);
    expect(wait).toBe(Math.round(12 * HOST_TIME));
    expect(offload!.moved).toMatchObject({ gpuToHost: 34, hostToGpu: 12, hostToDisk: 0, dropped: 0 });
  });

  it("reads from disk what host memory has lost", async () => {
    const { found, wait, offload } = await last(20, 100);
    // Of the first text's 16 blocks, host memory has the last 4, and the GPU the first 4, which host memory gets anew.
    expect(found).toEqual([[64, 64, 128]]);
    expect(wait).toBe(Math.round(12 * HOST_TIME + 8 * DISK_TIME));
    expect(offload!.moved).toMatchObject({ gpuToHost: 38, hostToGpu: 12, diskToHost: 8, dropped: 4 });
  });

  it("computes again what nobody has any more", async () => {
    const { found, wait } = await last(16, 0);
    expect(found).toEqual([[64, 0, 0]]);
    expect(wait).toBe(0);
  });

  it("lets others go on while it reads, one request after the other", async () => {
    // Four texts of four blocks, on a GPU that holds three of them; then two that were driven out, and one of its own.
    const text = (arrival: number, name: number) => ({
      arrival,
      inputTokens: 65,
      outputTokens: 2,
      content: [[name * 1000, 64]] as const,
    });
    const texts = [
      ...[0, 1, 2, 3, 4, 5].map((name) => text(name * 10_000, name)),
      text(100_000, 0),
      text(100_000, 1),
      { arrival: 100_000, inputTokens: 10, outputTokens: 3 },
    ];
    const recorder = new Recorder();
    const { options } = service(100, 0);
    const time = { model: timing(100) };
    await serve(
      [{ time, options: { ...options, async_scheduling: false }, requests: [rowsStream(texts)] }],
      [recorder],
    );
    const [first, second, third] = [6, 7, 8].map((row) => recorder.requests.get(row)!);
    expect(third!.events.at(1)).toBe("100000 schedule");
    expect(third!.tokens).toEqual([100_100, 100_200, 100_300]);
    // Four blocks each over one link: there after 131 and 262 us, and let in by the next pass.
    for (const { reasons } of [first!, second!]) expect(reasons).toEqual([[100_000, "KV load"]]);
    expect(first!.events.at(1)).toBe("100200 schedule");
    expect(second!.events.at(1)).toBe("100300 schedule");
  });

  it("lets a request in when what it would have read from there is gone, leaping or not", async () => {
    // With the prefix of 9 blocks the last prompt wants the whole GPU. Each block that the third request fills pushes one out
    // of host memory; the fifth, at 80 tokens, pushes out the prefix's first, and 15 tokens alone fit at once.
    const texts = [
      { arrival: 0, inputTokens: 160, outputTokens: 1, content: [[0, 160]] as const },
      { arrival: 150, inputTokens: 160, outputTokens: 1, content: [[1000, 160]] as const },
      { arrival: 300, inputTokens: 16, outputTokens: 100 },
      { arrival: 400, inputTokens: 160, outputTokens: 1, content: [[0, 160]] as const },
    ];
    const options = {
      ...service(24, 0).options,
      num_gpu_blocks_override: 11,
      max_num_batched_tokens: 16,
      max_num_seqs: 8,
      scheduler_reserve_full_isl: false,
      async_scheduling: false,
    };
    const run = async (stepping: boolean) => {
      const recorder = new Recorder();
      const time = { model: timing(10) };
      await serve([{ time, options, requests: [rowsStream(texts)] }], [recorder], { stepping });
      return [...recorder.requests.values()].map(({ events, ended }) => ({ events, ended }));
    };
    const leapt = await run(false);
    expect(leapt).toEqual(await run(true));
    expect(leapt[3]!.events.at(1)).toBe("940 schedule");
  });

  it("needs prefix caching, and host memory on the way to the disk", () => {
    const options = { enable_prefix_caching: false, kv_offloading_size: 1 };
    expect(() => setUp([{ options }])).toThrow(InputError);
    expect(() => setUp([{ options: { kv_offloading_disk_size: 1 } }])).toThrow("without kv_offloading_size");
  });

  it("understands vllm's own flag", () => {
    const run = setUp([{ args: "--kv-offloading-size 4" }]);
    expect(run.serving.replicas[0]!.engine.kv.offload!.host.blocks).toBe((4 * 2 ** 30) / BLOCK);
    expect(run.serving.services[0]!.plan.notModelled).toEqual([]);
  });
});
