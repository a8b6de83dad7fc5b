import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { small } from "../experiment/support/small.js";
import { BIN } from "../support/command-line.js";

/**
 * A disk of a few kilobytes, mounted where nobody else sees it: in a mount namespace of its own, and of a user namespace
 * for those who are not root.
 */
const NAMESPACES = [["--mount"], ["--user", "--map-root-user", "--mount"]];
const own = NAMESPACES.find((options) => {
  const mount = ["sh", "-c", "mount -t tmpfs -o size=100k tmpfs /mnt"];
  return spawnSync("unshare", [...options, ...mount]).status === 0;
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-disk-"));
  writeFileSync(join(folder, "s.yaml"), stringify(small().object));
  mkdirSync(join(folder, "disk"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs shell commands with the disk mounted; `$sweep` writes to it. */
function withDisk(size: string, commands: string) {
  const sweep = `${process.execPath} ${BIN} sweep s.yaml --vary fleet.pools.0.nodes=4..8 --replications 40 --store disk/st -q`;
  const script = `mount -t tmpfs -o size=${size} tmpfs disk\nsweep="${sweep}"\n${commands}`;
  const done = spawnSync("unshare", [...own!, "sh", "-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH },
    timeout: 120_000,
  });
  expect(done.stderr).not.toContain("    at ");
  return { out: done.stdout, err: done.stderr };
}

describe.skipIf(own === undefined)("a disk", () => {
  it("that is full: said so, nothing half-written, and the same command goes on when there is room", () => {
    const { out, err } = withDisk(
      "300k",
      `$sweep --out points.csv; echo $?
find disk/st/unfinished -type f; [ -e points.csv ] && echo points
kept=$(ls disk/st/?? | grep -c json.gz); [ $kept -gt 20 ] && [ $kept -lt 200 ] && echo some
mount -o remount,size=10m disk
$sweep --out points.csv; echo $?
rm -r disk/st
$sweep --out through.csv; cmp points.csv through.csv && echo same`,
    );
    expect(out).toBe("2\nsome\n0\nsame\n");
    expect(err).toContain(`error[store/full]: there is no room left for results in ${folder}/disk/st`);
    expect(err).toContain("make room and run the same command again: what was kept is not run twice");
  });

  it("that turns read-only between two commands: said so, and nothing that is there is lost", () => {
    const { out, err } = withDisk(
      "10m",
      `$sweep --shard 0/2; echo $?
mount -o remount,ro disk
$sweep --out points.csv; echo $?
mount -o remount,rw disk
ls disk/st/?? | grep -c json.gz
$sweep --out points.csv; echo $?`,
    );
    expect(out).toBe("0\n2\n100\n0\n");
    expect(err).toMatch(/error\[store\/unwritable\]: cannot write results to .*disk\/st: EROFS/);
    expect(err).toContain("name another folder with --store");
    expect(readFileSync(join(folder, "points.csv"), "utf8").trimEnd().split("\n")).toHaveLength(201);
  });
});
