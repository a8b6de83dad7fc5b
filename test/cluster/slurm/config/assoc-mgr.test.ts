import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAssocMgr, readAssocMgr } from "../../../../src/cluster/slurm/config/accounts/assoc-mgr.js";
import type { AccountRecord } from "../../../../src/cluster/slurm/config/accounts/records.js";
import type { Problem } from "../../../../src/core/errors.js";
import { goldenCase } from "../support/case.js";

const [recorded] = goldenCase("z-usage-before").observed.snapshots;
const text = recorded!.assoc_mgr!;
const oneLineEach = recorded!.assoc_mgr_o!;

function read(given: string): { records: string[]; problems: Problem[] } {
  const problems: Problem[] = [];
  return { records: readAssocMgr(given, "assoc.txt", problems).map(show), problems };
}

function show({ kind, name, settings }: AccountRecord): string {
  return [kind, name.value, ...settings.map(({ key, value }) => `${key}=${value}`)].join(" ");
}

function told({ problems }: { problems: Problem[] }): string[] {
  return problems.map(({ message, at }) => `${at?.line}:${at?.column}+${at?.length} ${message}`);
}

describe("what scontrol show assoc_mgr printed", () => {
  it("is read with what was used of each association and QOS, with and without -o", () => {
    const { records, problems } = read(text);
    expect(problems).toEqual([]);
    expect(read(oneLineEach)).toEqual({ records, problems: [] });
    expect(records.map((one) => one.split(" ").slice(0, 2).join(" "))).toEqual([
      "account root",
      "user root",
      "account acct",
      "user daemon",
      "account org",
      "account labm",
      "user sys",
      "account labw",
      "user bin",
      "qos normal",
      "qos mins",
      "qos wall",
      "qos keep",
    ]);
    for (const qos of ["wall", "keep"]) {
      const printed = new RegExp(
        `^QOS=${qos}\\(.*UsageRaw=(\\S+) .*GrpWall=\\S+\\((\\S+)\\) .*GrpTRESMins=\\S*node=N\\((\\d+)`,
        "m",
      ).exec(oneLineEach)!;
      expect(records.find((one) => one.startsWith(`qos ${qos} `))).toMatch(
        new RegExp(`RawUsage=${printed[1]} GrpWallRaw=${printed[2]} GrpTRESRaw=cpu=.*,node=${printed[3]},`),
      );
    }
  });

  it("is told apart from tables by its first line", () => {
    expect(isAssocMgr(text)).toBe(true);
    expect(isAssocMgr(oneLineEach.slice(oneLineEach.indexOf("ClusterName=")))).toBe(true);
    expect(isAssocMgr(oneLineEach.slice(oneLineEach.indexOf("QOS=")))).toBe(true);
    expect(isAssocMgr("Account|User|RawUsage\n lab||5\n")).toBe(false);
    expect(isAssocMgr("")).toBe(false);
  });

  it("takes the digits of UsageRaw where minutes of CPUs or of billing are the same", () => {
    const line = (raw: string, minutes: string) =>
      `QOS=a(1) UsageRaw=${raw} GrpWall=N(0.50) GrpTRESMins=${minutes} User Limits=No Users`;
    expect(read(line("150.000000", "cpu=9(2),billing=N(2),node=N(2)")).records).toEqual([
      "qos a RawUsage=150.000000 GrpWallRaw=0.50 GrpTRESRaw=cpu=2.500000000,billing=2.500000000,node=2",
    ]);
    expect(read(line("150.000000", "cpu=9(7),billing=N(2)")).records).toEqual([
      "qos a RawUsage=150.000000 GrpWallRaw=0.50 GrpTRESRaw=cpu=7,billing=2.500000000",
    ]);
  });

  it("that was cut off anywhere is an error, or has lost whole records only", () => {
    for (const whole of [text, oneLineEach]) {
      const { records } = read(whole);
      fc.assert(
        fc.property(fc.integer({ min: 20, max: whole.length }), (length) => {
          const cut = read(whole.slice(0, length));
          if (cut.problems.length > 0) for (const { at } of cut.problems) expect(at).toBeDefined();
          else expect(cut.records).toEqual(records.slice(0, cut.records.length));
        }),
        { numRuns: 300 },
      );
    }
  });

  it.each([
    [
      "QOS=a(1) UsageRaw=many GrpWall=N(0.50) GrpTRESMins=cpu=N(1)",
      '1:19+4 UsageRaw must have a number, not "many"',
    ],
    [
      "QOS=a(1) UsageRaw=-5 GrpWall=N(0.50) GrpTRESMins=cpu=N(1)",
      '1:19+2 UsageRaw must have a number, not "-5"',
    ],
    ["QOS=a(1) UsageRaw=5 GrpWall=6 GrpTRESMins=cpu=N(1)", '1:29+1 GrpWall must have a number, not "6"'],
    [
      "QOS=a(1) UsageRaw=5 GrpWall=N(1) GrpTRESMins=cpu=N(1),mem=N(",
      '1:55+6 "mem=N(" is not TRES=limit(used minutes)',
    ],
    ["QOS=a(1) UsageRaw=5 GrpWall=N(1) GrpTRESMins=cup=N(1)", '1:46+8 "cup" is not a TRES'],
    [
      "QOS=a(1)\n    UsageRaw=5\n    GrpJobs=N(0) GrpWall=6(1.50)",
      "3:5+28 this record ends before GrpTRESMins",
    ],
    ["QOS=a(1) UsageRaw=5 GrpWall=N(1) GrpTRESMins=cpu=N(1)", "1:1+53 this record ends before User Limits"],
    [
      "Current Association Manager state\n\nUser Records\n\nUserName=ann(5) DefA",
      "5:1+20 nothing here says what was used: there is no association and no QOS",
    ],
    [
      "QOS Records\n\nQ0S=a(1) UsageRaw=5",
      '3:1+19 "Q0S=a(1) UsageRaw=5" is no record of scontrol show assoc_mgr',
    ],
  ])("of which something cannot be read is an error at its place: %j", (given, problem) => {
    expect(told(read(given))).toContain(problem);
  });
});
