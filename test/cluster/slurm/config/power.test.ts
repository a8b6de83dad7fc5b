import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSlurm } from "../../../../src/cluster/slurm/config/resolve-slurm.js";
import { bootTimes, powerTimes } from "../../../../src/cluster/slurm/power/times.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { InputError } from "../../../../src/core/errors.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "power-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAMS = "SuspendProgram=/usr/sbin/off\nResumeProgram=/usr/sbin/on";
const NODES = "NodeName=n[1-4] CPUs=8\nNodeName=c[1-2] CPUs=8 State=CLOUD";
const PARTITIONS =
  "PartitionName=main Nodes=n[1-4] Default=YES\nPartitionName=cloud Nodes=c[1-2],n4 SuspendTime=60 ResumeTimeout=600";

/** Reads a slurm.conf of these lines, nodes and partitions. */
function read(lines: string, options: Record<string, unknown> = {}) {
  writeFileSync(join(folder, "slurm.conf"), `${lines}\n${NODES}\n${PARTITIONS}\n`);
  return resolveSlurm({ conf: "slurm.conf", ...options }, folder);
}

/** What is said of them: place, message, hint. */
function wrong(lines: string, options: Record<string, unknown> = {}): string[] {
  try {
    read(lines, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(
      ({ message, path, within, at, hint }) =>
        `${at === undefined ? path?.join(".") : `${at.line}:${at.column}`}${within === undefined ? "" : ` ${within.part}`}: ${message}${hint === undefined ? "" : ` (${hint})`}`,
    );
  }
  return [];
}

describe("power saving in slurm.conf", () => {
  it("has Slurm's defaults, and is off without a SuspendTime", () => {
    const { config, warnings } = read(PROGRAMS.replace("PartitionName", "#"));
    expect(config.power).toMatchObject({
      enabled: true,
      suspendTime: Number.POSITIVE_INFINITY,
      suspendTimeout: 30,
      resumeTimeout: 60,
      suspendRate: 60,
      resumeRate: 300,
      interval: 10,
      minInterval: 0,
      idleOnSuspend: false,
      rebootProgram: false,
    });
    expect(warnings).toEqual([]);
  });

  it("PowerDownOnIdle is read, also inline and from PartitionName=DEFAULT", () => {
    const idle = (lines: string, options: Record<string, unknown> = {}) => {
      const { config, warnings } = read(lines, options);
      expect(warnings).toEqual([]);
      return config.partitions.map((one) => one.powerDownOnIdle);
    };
    expect(idle(PROGRAMS)).toEqual([false, false]);
    expect(idle(PROGRAMS, { PartitionName: { cloud: { PowerDownOnIdle: true } } })).toEqual([false, true]);
    expect(idle(`${PROGRAMS}\nPartitionName=DEFAULT PowerDownOnIdle=YES`)).toEqual([true, true]);
    expect(wrong(PROGRAMS, { PartitionName: { cloud: { PowerDownOnIdle: "soon" } } })).toEqual([
      'scheduler.PartitionName.cloud.PowerDownOnIdle: PowerDownOnIdle must be YES or NO, not "soon"',
    ]);
  });

  it("is read, and written inline as well", () => {
    const { config } = read(
      `${PROGRAMS}\nSuspendTime=600\nSuspendTimeout=20\nResumeTimeout=300\nSuspendRate=4\nResumeRate=0\nSuspendExcNodes=n[1-3]:2,n4\nSuspendExcParts=cloud\nRebootProgram=/sbin/reboot\nSlurmctldParameters=idle_on_node_suspend,power_save_interval=5,power_save_min_interval=2`,
      { SuspendRate: 8 },
    );
    expect(config.power).toMatchObject({
      suspendTime: 600,
      suspendTimeout: 20,
      resumeTimeout: 300,
      suspendRate: 8,
      resumeRate: 0,
      excludedNodes: [
        { nodes: ["n1", "n2", "n3"], count: 2 },
        { nodes: ["n4"], count: Number.POSITIVE_INFINITY },
      ],
      excludedPartitions: ["cloud"],
      interval: 5,
      minInterval: 2,
      idleOnSuspend: true,
      rebootProgram: true,
    });
  });

  it("takes the longest of a node's partitions that set a time, else the cluster's", () => {
    const { config } = read(`${PROGRAMS}\nSuspendTime=600\nResumeTimeout=90`);
    const { nodes } = buildState(config);
    const { suspendTime, resumeTimeout, suspendTimeout } = powerTimes(config, nodes);
    const of = (times: Float64Array) =>
      Object.fromEntries(nodes.names.map((name, node) => [name, times[node]]));
    expect(of(suspendTime)).toEqual({ c1: 60, c2: 60, n1: 600, n2: 600, n3: 600, n4: 60 });
    expect(of(resumeTimeout)).toEqual({ c1: 600, c2: 600, n1: 90, n2: 90, n3: 90, n4: 600 });
    expect(new Set(suspendTimeout)).toEqual(new Set([30]));
  });

  it("boots nodes in half of their ResumeTimeout, or as the scenario says", () => {
    const boots = (boot?: unknown) => {
      const { config } = read(
        `${PROGRAMS}\nSuspendTime=600\nResumeTimeout=90`,
        boot === undefined ? {} : { boot },
      );
      const { nodes } = buildState(config);
      const time = bootTimes(config, nodes, powerTimes(config, nodes));
      return nodes.names.map((name) => time(name, 0));
    };
    expect(boots()).toEqual([300, 300, 45, 45, 45, 300]);
    expect(boots("80s")).toEqual([80, 80, 80, 80, 80, 80]);
    expect(boots({ default: "30s", "c[1-2]": "4m", n4: "never" })).toEqual([
      240,
      240,
      30,
      30,
      30,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it("is off, with a warning, where slurmctld switches it off", () => {
    const { config, warnings } = read("SuspendTime=600\nSuspendProgram=/usr/sbin/off");
    expect(config.power.enabled).toBe(false);
    expect(warnings.map(({ message, at }) => `${at?.line}: ${message}`)).toEqual([
      "1: power saving is off, as slurmctld has it: there is no ResumeProgram",
    ]);
    expect(
      read("SuspendTime=600\nSuspendProgram=off\nResumeProgram=/on").warnings.map(({ message }) => message),
    ).toEqual(["power saving is off, as slurmctld has it: SuspendProgram is not an absolute path"]);
  });
});

describe("what cannot be", () => {
  it.each([
    [`${PROGRAMS}\nSuspendExcNodes=n[1-2],m7`, "3:24: there is no node m7"],
    [`${PROGRAMS}\nSuspendExcNodes=n[1-3]:two`, '3:24: "two" is not a number of nodes (such as n[1-4]:2)'],
    [`${PROGRAMS}\nSuspendExcParts=main,clod`, "3:22: there is no partition clod (did you mean cloud?)"],
    [
      `${PROGRAMS}\nSuspendTime=soon`,
      '3:13: SuspendTime must be a whole number of at least 0 or UNLIMITED, not "soon"',
    ],
    [`${PROGRAMS}\nResumeRate=-4`, '3:12: ResumeRate must be a whole number from 0 to 65533, not "-4"'],
  ])("%s", (lines, message) => {
    expect(wrong(lines)).toEqual([message]);
  });

  it.each([
    ["5 apples", "scheduler.boot: how long a node takes to boot must be a duration, or never"],
    [{ "n[1-": "5s" }, "scheduler.boot.n[1-"],
    [{ n9: "5s" }, "scheduler.boot.n9: there is no node n9"],
    [
      "61s",
      "scheduler.boot: n1 would take 61 s to boot, and is DOWN when it is not up within its ResumeTimeout of 60 s",
    ],
    [{ default: "2m", "n[1-3]": "never", c1: "11m" }, "scheduler.boot.c1: c1 would take 660 s to boot"],
    [{ n1: 5 }, "scheduler.boot.n1: how long a node takes to boot must be a duration, or never"],
  ])("boot: %j", (boot, message) => {
    const found = wrong(PROGRAMS, { boot });
    expect(found.length).toBe(1);
    expect(found[0]).toContain(message);
  });

  it.each([
    [
      "",
      "scontrol update NodeName=n1 State=POWER_DOWN",
      "State: power saving is off: no node can be powered down or up",
    ],
    ["", "scontrol reboot ASAP n1", "reboot: there is no RebootProgram: scontrol reboot does nothing"],
    ["RebootProgram=/r", "scontrol reboot ASAP n9", "n9: there is no node n9"],
    ["RebootProgram=/r", "scontrol reboot ASAP", "reboot: scontrol reboot names no node"],
    [
      "RebootProgram=/r",
      "scontrol reboot nextstate=IDLE n1",
      'IDLE: nextstate is not "IDLE" (it is RESUME or DOWN)',
    ],
    [
      "RebootProgram=/r",
      "scontrol reboot reson=x n1",
      'reson: scontrol reboot takes no "reson" (did you mean "reason"?)',
    ],
    ["RebootProgram=/r", "scontrol cancel_reboot", "cancel_reboot: scontrol cancel_reboot names no node"],
    ["", "scontrol update NodeName=n[1-9] State=DRAIN", "n5: there is no node n5"],
  ])("%s %s", (lines, cmd, message) => {
    const found = wrong(lines, { operations: [{ at: "5m", cmd }] });
    expect(found.length).toBe(1);
    expect(found[0]).toContain(`scheduler.operations.0.cmd ${message}`);
  });
});
