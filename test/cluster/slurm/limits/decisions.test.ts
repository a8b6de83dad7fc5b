import { describe, expect, it } from "vitest";
import type { SlurmJob } from "../../../../src/cluster/slurm/model/job.js";
import { Books } from "../support/books.js";
import { type GoldenCase, goldenCase } from "../support/case.js";
import { decayTicks } from "../support/decay-phase.js";

const limitReason = /^(QOS|Assoc|Max)/;

/** The reason that our limits give a pending job now, if any; whether nodes are free or not. */
function reasonOf({ limits }: Books, job: SlurmJob): string | undefined {
  const [partition] = job.partitions;
  return limits.preSelect(job, partition!) ?? limits.postSelect(job, partition!, job.request.minNodes);
}

const cases = ["i-limits", "t-tres-limits", "t-tres-limits-safe", "w-association-limits"];

describe("limits let start what Slurm started", () => {
  it.each(cases)("%s", (name) => {
    const golden = goldenCase(name);
    const held: string[] = [];
    let starts = 0;
    const books = new Books(golden, decayTicks(name), {
      starts(job, label) {
        starts++;
        const { limits } = books;
        const reason =
          limits.preSelect(job, job.partition) ?? limits.postSelect(job, job.partition, job.allocation!);
        if (reason !== undefined) held.push(`${label} at ${books.state.now}: ${reason}`);
      },
    });
    books.advance(Number.POSITIVE_INFINITY);
    expect(held).toEqual([]);
    expect(starts).toBe(golden.observed.start_order.length);
  });
});

describe("limits give the reasons that squeue showed", () => {
  it.each(cases)("%s", (name) => {
    const golden = goldenCase(name);
    const given = new Map<string, { t: number; reason: string | undefined }[]>();
    const books = new Books(golden, decayTicks(name), {
      passed(t) {
        for (const [label, job] of books.jobs) {
          if (!books.state.pending.has(job)) continue;
          if (!given.has(label)) given.set(label, []);
          given.get(label)!.push({ t, reason: reasonOf(books, job) });
        }
      },
    });
    books.advance(Number.POSITIVE_INFINITY);
    const shown = golden.observed.timeline.filter(([, , , reason]) => limitReason.test(reason));
    const missing = shown.filter(
      ([t, label, , reason]) =>
        !given.get(label)?.some((one) => one.t <= t + 1 && one.t > t - 12 && one.reason === reason),
    );
    expect(missing).toEqual([]);
    expect(shown.length).toBeGreaterThan(5);
  });
});

describe("used-up minutes kill the jobs that Slurm killed", () => {
  it("t-tres-limits", () => {
    const golden = goldenCase("t-tres-limits");
    const logged = kills(golden);
    const found: Kill[] = [];
    const books = new Books(golden, decayTicks("t-tres-limits"), {
      ends(job, label) {
        const record = golden.observed.jobs.find((one) => one.id === label)!;
        if (record.state !== "TIMEOUT") return;
        const [first] = books.limits.exhausted();
        expect(first, `${label} is the next to go`).toBe(job);
        const { qos } = job;
        const used = qos!.usage.tresRaw[books.state.tres.index("gres/gpu")]! / 60;
        found.push({ label, qos: qos!.name, used: Math.trunc(used) });
      },
    });
    for (let t = 0; t < 1200; t++) books.advance(t);
    expect(found).toEqual(logged);
  });

  it("w-association-limits", () => {
    const golden = goldenCase("w-association-limits");
    const gone: string[] = [];
    const books = new Books(golden, decayTicks("w-association-limits"), {
      ends(job, label) {
        const record = golden.observed.jobs.find((one) => one.id === label)!;
        if (record.state !== "TIMEOUT") return;
        const [first] = books.limits.exhausted();
        expect(first, `${label} is the next to go`).toBe(job);
        gone.push(label);
      },
    });
    books.advance(400);
    expect(gone).toEqual(["a0", "d0", "d1"]);
    expect([...books.limits.exhausted()]).toEqual([]);
  });

  it("t-tres-limits-safe: nothing", () => {
    const golden = goldenCase("t-tres-limits-safe");
    const books = new Books(golden, decayTicks("t-tres-limits-safe"));
    for (let t = 0; t < 1200; t++) {
      books.advance(t);
      expect([...books.limits.exhausted()]).toEqual([]);
    }
  });
});

interface Kill {
  label: string;
  qos: string;
  /** Minutes of GPUs. */
  used: number;
}

function kills(golden: GoldenCase): Kill[] {
  const pattern =
    /JobId=(\d+) timed out, .* QOS (\w+)'s group max tres\(gres\/gpu\) minutes of \d+ with (\d+)/;
  return golden.events.flatMap(({ text }) => {
    const [, id, qos, used] = pattern.exec(text) ?? [];
    return id === undefined ? [] : [{ label: golden.observed.ids[id]!, qos: qos!, used: Number(used) }];
  });
}
