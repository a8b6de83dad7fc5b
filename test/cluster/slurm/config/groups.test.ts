import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveSlurm } from "../../../../src/cluster/slurm/config/resolve-slurm.js";
import type { InputError } from "../../../../src/core/errors.js";

const folder = mkdtempSync(join(tmpdir(), "whowaits-groups-"));
afterAll(() => rmSync(folder, { recursive: true }));

const resolve = (groups: unknown, allowed = "staff,guests") =>
  resolveSlurm(
    {
      NodeName: { "n[1-2]": { CPUs: 16 } },
      PartitionName: { open: { Nodes: "ALL" }, own: { Nodes: "ALL", AllowGroups: allowed } },
      ...(groups === undefined ? {} : { groups }),
    },
    folder,
  );

const users = (groups: unknown, allowed?: string) => {
  const { config, warnings } = resolve(groups, allowed);
  expect(warnings).toEqual([]);
  return config.partitions.map(({ allowUsers }) => allowUsers && [...allowUsers].sort());
};

/** What is wrong, by line of the file or by key. */
function wrong(groups: unknown): string[] {
  try {
    resolve(groups);
  } catch (error) {
    return (error as InputError).problems.map(
      ({ message, at, path }) => `${at === undefined ? path?.join(".") : `${at.file}:${at.line}`} ${message}`,
    );
  }
  return [];
}

describe("groups", () => {
  it("say whom AllowGroups admits; a group that there is not admits nobody", () => {
    expect(users({ staff: ["ann", "bob"], guests: "eve", others: ["joe"] })).toEqual([
      undefined,
      ["ann", "bob", "eve"],
    ]);
    expect(users({ others: ["joe"] })).toEqual([undefined, []]);
    expect(users({ others: ["joe"] }, "ALL")).toEqual([undefined, undefined]);
  });

  it("are read from what getent prints, primary groups included", () => {
    writeFileSync(
      join(folder, "groups.txt"),
      "root:x:0:\nstaff:x:50:ann,bob\nguests:x:60:\n\nann:x:1:50:Ann:/home/ann:/bin/sh\neve:x:2:60::/:/bin/sh\n",
    );
    expect(users("groups.txt")).toEqual([undefined, ["ann", "bob", "eve"]]);
  });

  it("must be there for AllowGroups to mean anything", () => {
    const { config, warnings } = resolve(undefined);
    expect(config.partitions[1]!.allowUsers).toBeUndefined();
    expect(warnings.map(({ message }) => message)).toEqual([
      "one setting is not modelled: AllowGroups (admits only users of these groups: `groups` says who they are)",
    ]);
  });

  it("that are wrong are said where they stand", () => {
    expect(wrong(5)).toEqual([
      'scheduler.groups "groups" must be a file that getent wrote, or a mapping of groups to lists of users',
    ]);
    expect(wrong({ staff: ["ann", 7], guests: ["eve joe"] })).toEqual([
      "scheduler.groups.staff the group staff must be a list of users, not 7",
      'scheduler.groups.guests the group guests must be a list of users, not "eve joe"',
    ]);
    expect(wrong("none.txt")).toEqual(["scheduler.groups there is no file none.txt"]);
    writeFileSync(join(folder, "bad.txt"), "staff:x:50:ann\nstaff ann bob\nguests:60\n");
    expect(wrong("bad.txt")).toEqual([
      "bad.txt:2 this is no line of groups or users",
      "bad.txt:3 this is no line of groups or users",
    ]);
  });
});
