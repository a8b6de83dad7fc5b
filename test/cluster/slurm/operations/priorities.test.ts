import { describe, expect, it } from "vitest";
import { goldenCase } from "../support/case.js";
import { trajectoryOf } from "../support/trajectory.js";

/** The job that has several partitions and a priority of its own: sprio prints numbers of which it knows nothing. */
const unreadable = "p4";

/** Before this snapshot the decay thread came a second late. */
const late = 111.2;

describe("priorities after scontrol update, hold and release", () => {
  it("w-usage-threshold: are those that sprio printed, term by term", async () => {
    const golden = goldenCase("w-usage-threshold");
    const { ids } = golden.observed;
    const snapshots = golden.observed.snapshots.filter(({ t }) => t !== late);
    const operation = { kind: "print", what: "sprio", command: "sprio -l" } as const;
    const prints = snapshots.map(({ t }) => ({ at: t + 0.3, operation }));
    const { notes } = await trajectoryOf(golden, 210, prints);
    const ours = notes.map(({ lines }) =>
      lines.slice(1).map((line) => {
        const [id, _partition, _user, ...numbers] = line.trim().split(/\s+/);
        return [id, ...numbers].join("|");
      }),
    );
    const recorded = snapshots.map(({ sprio_weighted: rows }) =>
      rows!.map((row) => {
        const [id, ...numbers] = row.split("|");
        return [ids[id!], ...numbers.slice(0, -1)].join("|");
      }),
    );
    const readable = (listings: string[][]) =>
      listings.map((rows) => rows.filter((row) => !row.startsWith(`${unreadable}|`)).sort());
    expect(readable(ours)).toEqual(readable(recorded));
    expect(recorded.flat().length).toBeGreaterThan(40);
  });
});
