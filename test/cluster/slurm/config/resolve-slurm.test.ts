import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSlurm } from "../../../../src/cluster/slurm/config/resolve-slurm.js";
import { InputError } from "../../../../src/core/errors.js";
import type { PoolSpec } from "../../../../src/fleet/pool.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "resolve-"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(
    "slurm.conf",
    [
      "SchedulerParameters=bf_window=10,bf_continue",
      "PriorityWeightAge=5",
      "AccountingStorageType=accounting_storage/slurmdbd",
      "AccountingStorageEnforce=limits,qos",
      "NodeName=g[1-2] CPUs=16 Gres=gpu:a100:4",
      "NodeName=c[1-4] CPUs=8 Gres=gpu:2",
      "PartitionName=all Nodes=ALL MaxTime=60",
      "PartitionName=gpu Nodes=g[1-2] Default=YES",
    ].join("\n"),
  );
  write("dump.cfg", "Cluster - 'x':Fairshare=1\nParent - 'root'\nAccount - 'lab':Fairshare=4\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const POOLS: PoolSpec[] = [
  { name: "a", nodes: 2, gpusPerNode: 0, cpus: 8, memory: 2 ** 34 },
  {
    name: "b",
    nodes: 1,
    gpu: "H100-SXM",
    gpusPerNode: 8,
    cpus: 0,
    memory: Number.POSITIVE_INFINITY,
    nodesPerRack: 1,
  },
];

function wrong(options: Record<string, unknown>, pools?: PoolSpec[]): string[] {
  try {
    resolveSlurm(options, folder, pools);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ code, message, path, within, at, hint }) =>
      [
        at === undefined ? path?.join(".") : `${at.file}:${at.line}:${at.column}`,
        ...(within === undefined ? [] : [`${within.from} ${within.part}`]),
        code,
        message,
        ...(hint === undefined ? [] : [hint]),
      ].join(" | "),
    );
  }
  return [];
}

describe("a scheduler of kind slurm", () => {
  it("takes its nodes from slurm.conf, in slurmctld's order", () => {
    const { config, pools } = resolveSlurm({ conf: "slurm.conf" }, folder);
    expect(pools).toMatchObject([
      { name: "c[1-4]", nodes: 4, nodeNames: ["c1", "c2", "c3", "c4"], gpu: "gpu", gpusPerNode: 2, cpus: 8 },
      { name: "g[1-2]", nodes: 2, nodeNames: ["g1", "g2"], gpu: "A100-80GB", gpusPerNode: 4, cpus: 16 },
    ]);
    expect(config.partitions.map(({ name, default: standard }) => [name, standard])).toEqual([
      ["all", false],
      ["gpu", true],
    ]);
  });

  it("takes inline settings over those of the file", () => {
    const { config } = resolveSlurm(
      {
        conf: "slurm.conf",
        PriorityWeightAge: 7,
        SchedulerParameters: { bf_max_job_test: 1, bf_continue: false, bf_interval: 9 },
        PartitionName: { all: { MaxTime: "1-0" }, extra: { Nodes: "c[1-2]", MaxNodes: 1 } },
        NodeName: { "c[1-4]": { Weight: 3 } },
      },
      folder,
    );
    expect(config.priority.weightAge).toBe(7);
    expect(config.scheduler.parameters).toMatchObject({
      bf_max_job_test: 1,
      bf_window: 10,
      bf_continue: false,
      bf_interval: 9,
    });
    expect(config.partitions.map(({ name, maxTime }) => [name, maxTime])).toEqual([
      ["all", 1440],
      ["gpu", Number.POSITIVE_INFINITY],
      ["extra", Number.POSITIVE_INFINITY],
    ]);
    expect(config.nodes[0]).toMatchObject({ weight: 3, cpus: 8 });
  });

  it("takes a text of SchedulerParameters in place of the file's", () => {
    const { config } = resolveSlurm({ conf: "slurm.conf", SchedulerParameters: "bf_interval=9" }, folder);
    expect(config.scheduler.parameters).toMatchObject({
      bf_interval: 9,
      bf_window: 1440,
      bf_continue: false,
    });
  });

  it("takes lines as slurm.conf has them", () => {
    const { config } = resolveSlurm(
      { NodeName: ["n[1-2] CPUs=4 Feature=x", "m1 CPUs=2"], PartitionName: "p Nodes=ALL" },
      folder,
    );
    expect(config.nodes.map(({ names, cpus }) => [names, cpus])).toEqual([
      [["m1"], 2],
      [["n1", "n2"], 4],
    ]);
  });

  it("takes its nodes from the fleet when nothing else names them", () => {
    const { config, pools } = resolveSlurm({ PartitionName: { p: { Nodes: "b-0" } } }, folder, POOLS);
    expect(config.nodes).toMatchObject([
      { names: ["a-0", "a-1"], cpus: 8, gres: [], features: ["a"] },
      { names: ["b-0"], cpus: 8, gres: [{ name: "gpu", type: "h100-sxm", count: 8 }] },
    ]);
    expect(config.partitions).toMatchObject([{ name: "p", nodes: ["b-0"], default: true }]);
    expect(config.select.memory).toBe(false);
    expect(config.trackedTres).toEqual(["gres/gpu"]);
    expect(pools).toMatchObject([
      { name: "a", cpus: 8, memory: Number.POSITIVE_INFINITY },
      { name: "b", cpus: 8, nodesPerRack: 1 },
    ]);
  });

  it("makes one partition of a fleet when none is named", () => {
    const { config } = resolveSlurm({}, folder, POOLS);
    expect(config.partitions).toMatchObject([{ name: "main", nodes: ["a-0", "a-1", "b-0"], default: true }]);
    expect(config.accounting).toBeUndefined();
  });

  it("enforces nothing when the accounts of its database are not given, and says so", () => {
    const { config, warnings } = resolveSlurm({ conf: "slurm.conf" }, folder);
    expect(config.enforce).toMatchObject({ associations: false, limits: false, qos: false });
    expect(config.accounting?.accounts).toHaveLength(1);
    expect(warnings.map(({ code }) => code)).toEqual(["slurm/no-accounts"]);
  });

  it("lays accounts over accounts", () => {
    const { config, warnings } = resolveSlurm(
      {
        conf: "slurm.conf",
        accounts: ["dump.cfg", { lab: { Fairshare: 9, Users: ["anna"] } }],
        qos: { high: { Priority: 5 } },
      },
      folder,
    );
    expect(warnings).toEqual([]);
    expect(config.enforce).toMatchObject({ associations: true, limits: true, qos: true });
    expect(config.accounting).toMatchObject({
      qos: [{ name: "normal" }, { name: "high", priority: 5 }],
      accounts: [{ account: "root" }, { account: "lab", fairshare: 9 }],
      users: [{ user: "anna", account: "lab" }],
    });
  });

  it("has operations in order of time", () => {
    const { operations } = resolveSlurm(
      {
        conf: "slurm.conf",
        operations: [
          { at: "1h", cmd: "scancel 7" },
          { at: "300s", cmd: "scontrol update NodeName=g1 State=DOWN Reason=x" },
        ],
      },
      folder,
    );
    expect(operations.map(({ at, operation }) => [at, operation.kind])).toEqual([
      [300, "node-state"],
      [3600, "cancel"],
    ]);
  });

  it("says which GPU a Gres type is", () => {
    const { pools } = resolveSlurm({ conf: "slurm.conf", gpu: { gpu: "L4", a100: "A100-40GB" } }, folder);
    expect(pools.map(({ gpu }) => gpu)).toEqual(["L4", "A100-40GB"]);
  });
});

describe("what is wrong with it is said where it stands", () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      "an unknown key",
      { conf: "slurm.conf", PriortyWeightAge: 1 },
      [
        'scheduler.PriortyWeightAge | slurm/unknown-key | Slurm has no setting "PriortyWeightAge" | did you mean PriorityWeightAge?',
      ],
    ],
    [
      "an unknown parameter",
      { conf: "slurm.conf", SchedulerParameters: { bf_windw: 1 } },
      [
        'scheduler.SchedulerParameters.bf_windw | slurm/unknown-key | SchedulerParameters has no "bf_windw" | did you mean bf_window?',
      ],
    ],
    [
      "a parameter's value",
      { conf: "slurm.conf", SchedulerParameters: { bf_window: 0 } },
      [
        'scheduler.SchedulerParameters.bf_window | slurm/wrong-value | bf_window is a whole number of minutes from 1 to 43200, not "0"',
      ],
    ],
    [
      "a part of a text",
      { conf: "slurm.conf", SchedulerParameters: "bf_interval=9,bf_wndow=1" },
      [
        'scheduler.SchedulerParameters | 14 bf_wndow | slurm/unknown-key | SchedulerParameters has no "bf_wndow" | did you mean bf_window?',
      ],
    ],
    [
      "a partition's nodes",
      { conf: "slurm.conf", PartitionName: { p: { Nodes: "c[1-9]" } } },
      [5, 6, 7, 8, 9].map(
        (i) =>
          `scheduler.PartitionName.p.Nodes | 0 c[1-9] | slurm/wrong-value | there is no node c${i} | did you mean c1?`,
      ),
    ],
    [
      "a version",
      { conf: "slurm.conf", version: "21.08" },
      [
        'scheduler.version | slurm/wrong-value | there is no Slurm version "21.08" to follow | versions: "22.05", "23.11", "24.05", "24.11", "25.05", "25.11", "26.05"',
      ],
    ],
    [
      "a missing file",
      { conf: "slrum.conf" },
      [
        "scheduler.conf | slurm/unreadable | there is no file slrum.conf | paths are relative to the file that names them",
      ],
    ],
    [
      "accounts that are a number",
      { conf: "slurm.conf", accounts: 3 },
      [
        'scheduler.accounts | slurm/wrong-value | "accounts" must be a file that sacctmgr wrote, or a mapping of names to settings',
      ],
    ],
    [
      "an operation",
      { conf: "slurm.conf", operations: [{ at: "5m", cmd: "scontrl update" }] },
      [
        'scheduler.operations.0.cmd | 0 scontrl | slurm/wrong-operation | "scontrl" is not a command that can be given here | there are scontrol, scancel, sprio and sshare',
      ],
    ],
    [
      "an operation without its time",
      { conf: "slurm.conf", operations: [{ cmd: "scancel 1" }] },
      [
        "scheduler.operations.0 | slurm/wrong-value | an operation is a time and a command | such as { at: 300s, cmd: scontrol update NodeName=n4 State=DOWN }, or { at: 0s, every: 5m, cmd: sprio -l }",
      ],
    ],
    [
      "a GPU that there is not",
      { conf: "slurm.conf", gpu: { a100: "A1000" } },
      ['scheduler.gpu.a100 | fleet/unknown-gpu | no GPU type is called "A1000" | did you mean "A100"?'],
    ],
    [
      "no nodes at all",
      {},
      [
        'scheduler | scenario/missing-key | there are no nodes: neither a slurm.conf with NodeName lines nor a "fleet" | conf: slurm.conf, or fleet: { pools: [ … ] }',
      ],
    ],
  ])("%s", (_, options, problems) => expect(wrong(options)).toEqual(problems));

  it("nodes that are there twice", () => {
    expect(wrong({ conf: "slurm.conf" }, POOLS)).toEqual([
      "fleet | scenario/contradiction | the nodes are given twice: by the fleet, and by NodeName lines of slurm.conf | leave the fleet out, or the nodes",
    ]);
  });
});
