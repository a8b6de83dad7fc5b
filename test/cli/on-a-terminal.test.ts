import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { small } from "../experiment/support/small.js";
import { BIN } from "../support/command-line.js";

/** The command line on a terminal of its own, which `script` of util-linux makes. */
const noScript = spawnSync("script", ["--version"]).error !== undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-terminal-"));
  writeFileSync(
    join(folder, "s.yaml"),
    stringify(
      small({ thresholds: ["wait.p95 < 9h"], variants: { fifo: { scheduler: { policy: "fifo" } } } }).object,
    ),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param keys what is typed, one after the other, once the text before it stands on the screen */
function onTerminal(args: readonly string[], keys: readonly (readonly [when: RegExp, typed: string])[] = []) {
  const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", `exec ${command}`, "/dev/null"], {
    cwd: folder,
    env: { PATH: process.env.PATH, SHELL: "/bin/sh", TERM: "xterm" },
  });
  let screen = "";
  const left = [...keys];
  child.stdout.on("data", (chunk) => {
    screen += chunk;
    if (left[0]?.[0].test(screen)) child.stdin.write(left.shift()![1]);
  });
  return new Promise<{ status: number | null; screen: string }>((resolve) =>
    child.on("close", (status) => resolve({ status, screen })),
  );
}

const MANY = ["--vary", "fleet.pools.0.nodes=4..8", "--replications", "2001"];
const CTRL_C = "\u0003";

const ASKED = /\[y\/N\] /;

describe.skipIf(noScript)("on a terminal", () => {
  it.each([
    ["no", [[ASKED, "n\r"]], 2, "error[usage/too-many-points]"],
    ["Ctrl-C", [[ASKED, CTRL_C]], 2, "error[usage/too-many-points]"],
    [
      "yes, and Ctrl-C while it runs, which all of its processes hear",
      [
        [ASKED, "y\r"],
        [/ [1-9]\d* of 10005 points/, CTRL_C],
      ],
      130,
      " of 10,005 points are kept in .whowaits/points; the same command goes on from there",
    ],
  ] as const)(
    "a sweep of more than ten thousand points asks, and says how long it takes: %s",
    async (_, keys, status, text) => {
      const ended = await onTerminal(["sweep", "s.yaml", ...MANY], keys);
      expect(ended.screen).toMatch(
        /10,005 points of about [\d.]+m?s take about .+, \d+ at a time\. Run them\? \[y\/N\]/,
      );
      expect(ended.screen.replaceAll("\r\n", "\n")).toContain(text);
      expect(ended.status).toBe(status);
    },
  );

  it.each([
    ["sweep", ["--vary", "fleet.pools.0.nodes=4..8", "--replications", "40", "--store", "st"], 200],
    ["compare", ["-n", "80", "--no-decisions"], 160],
    ["check", ["-n", "100"], 100],
    ["plan", ["--find", "fleet.pools.0.nodes=4..40", "-n", "20"], undefined],
  ])("%s shows how many runs there are and how long the rest takes", async (command, args, total) => {
    const { status, screen } = await onTerminal([command, "s.yaml", ...args]);
    expect(status).toBe(0);
    expect(screen).toMatch(new RegExp(`[█░]{24} \\d+ of ${total ?? "\\d+"} points \\| [\\d.]+(ms|s|m) left`));
  });
});
