import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSlurmConf } from "../../../../src/cluster/slurm/config/read-slurm-conf.js";
import { InputError } from "../../../../src/core/errors.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conf-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Reads `slurm.conf` of the given files. */
function read(conf: string, others: Record<string, string> = {}) {
  for (const [name, text] of Object.entries({ "slurm.conf": conf, ...others })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return readSlurmConf({ path: join(folder, "slurm.conf"), name: "slurm.conf" });
}

/** Everything wrong: `file:line:column+length code: message (hint)`. */
function wrong(conf: string, others: Record<string, string> = {}): string[] {
  try {
    read(conf, others);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(
      ({ at, code, message, hint }) =>
        `${at?.file}:${at?.line}:${at?.column}+${at?.length} ${code}: ${message}${hint ? ` (${hint})` : ""}`,
    );
  }
  return [];
}

const NODES = "NodeName=n[1-4] CPUs=8\nPartitionName=p Nodes=ALL Default=YES\n";

describe("slurm.conf", () => {
  it("has comments, continued lines, quoted values and keys in any case", () => {
    const { config } = read(
      [
        "# a comment",
        "clustername=x # behind a value",
        'KILLWAIT = 11  Licenses="a:2,b"',
        "SchedulerParameters=bf_window=10,\\",
        "bf_interval=7",
        "NodeName=n1 \\",
        "  CPUs=8 RealMemory=1000",
        "PartitionName=p Nodes=n1",
      ].join("\r\n"),
    );
    expect(config.killWait).toBe(11);
    expect(config.licenses).toEqual({ a: 2, b: 1 });
    expect(config.scheduler.parameters).toMatchObject({ bf_window: 10, bf_interval: 7, bf_max_time: 7 });
    expect(config.nodes).toMatchObject([{ names: ["n1"], cpus: 8, realMemory: 1000 }]);
  });

  it("has escaped characters: no comment, no continuation", () => {
    const { config } = read(`ClusterName=a\\#b KillWait=7 # c \\\nLicenses=x\n${NODES}`);
    expect(config.killWait).toBe(7);
    expect(config.licenses).toEqual({ x: 1 });
  });

  it("weighs memory by the unit behind its weight, else by MiB", () => {
    const { config } = read(
      "PriorityWeightTRES=CPU=10,Mem=2\nNodeName=n1\nPartitionName=p Nodes=n1 TRESBillingWeights=CPU=0.5,Mem=0.25G,GRES/gpu=2\n",
    );
    expect(config.priority.weightTres).toEqual({ cpu: 10, mem: 2 });
    expect(config.partitions[0]!.tresBillingWeights).toEqual({ cpu: 0.5, mem: 0.25 / 1024, "gres/gpu": 2 });
  });

  it("includes files relative to the one that names them", () => {
    const { config } = read(`Include sub/nodes.conf\n${NODES.replace("n[1-4]", "a1")}`, {
      "sub/nodes.conf": "include more.conf\nNodeName=b1\n",
      "sub/more.conf": "KillWait=5\n",
    });
    expect(config.killWait).toBe(5);
    expect(config.nodes.flatMap((line) => line.names)).toEqual(["a1", "b1"]);
  });

  it("has DEFAULT lines that hold for those after them", () => {
    const { config } = read(
      [
        "NodeName=a1",
        "NodeName=DEFAULT CPUs=16 CoresPerSocket=8 Weight=3",
        "NodeName=DEFAULT RealMemory=500",
        "NodeName=b1",
        "NodeName=c1 CPUs=8",
        "PartitionName=DEFAULT Nodes=ALL MaxTime=2:00:00 PriorityTier=4",
        "PartitionName=p Default=YES",
        "PartitionName=q MaxTime=1-0 Nodes=b1",
      ].join("\n"),
    );
    expect(config.nodes).toMatchObject([
      { names: ["a1"], cpus: 1, weight: 1, realMemory: 1 },
      { names: ["b1"], cpus: 16, sockets: 2, weight: 3, realMemory: 500 },
      { names: ["c1"], cpus: 8, sockets: 1, weight: 3, realMemory: 500 },
    ]);
    expect(config.partitions).toMatchObject([
      { name: "p", nodes: ["a1", "b1", "c1"], maxTime: 120, priorityTier: 4, default: true },
      { name: "q", nodes: ["b1"], maxTime: 1440, priorityTier: 4, default: false },
    ]);
  });

  it("orders nodes by name, as slurmctld does, and knows node sets and DownNodes", () => {
    const { config } = read(
      [
        "NodeName=n[9-12] CPUs=4 Feature=fast",
        "NodeName=n[1-2] CPUs=8",
        "DownNodes=n10 State=DRAIN",
        "NodeSet=quick Feature=fast",
        "NodeSet=some Nodes=n[2,9]",
        "PartitionName=p Nodes=quick,n1",
        "PartitionName=q Nodes=some",
      ].join("\n"),
    );
    expect(config.nodes.map(({ names, state }) => [names, state])).toEqual([
      [["n1", "n2"], "UP"],
      [["n9"], "UP"],
      [["n10"], "DRAIN"],
      [["n11", "n12"], "UP"],
    ]);
    expect(config.partitions.map(({ nodes }) => nodes)).toEqual([
      ["n1", "n9", "n10", "n11", "n12"],
      ["n2", "n9"],
    ]);
  });

  it("reads Gres, and types and sockets from gres.conf", () => {
    const { config } = read(
      [
        "GresTypes=gpu",
        "NodeName=a1 CPUs=16 Sockets=2 CoresPerSocket=8 Gres=gpu:A100:4(S:0-1),gpu:t4:2,shard:16",
        "NodeName=b1 CPUs=16 Sockets=2 CoresPerSocket=8 Gres=gpu:4",
        "PartitionName=p Nodes=ALL",
      ].join("\n"),
      {
        "gres.conf": [
          "NodeName=b1 Name=gpu Type=h100 File=/dev/nvidia[0-1] Cores=0-7",
          "NodeName=b1 Name=gpu Type=h100 File=/dev/nvidia[2-3] Cores=8-15",
        ].join("\n"),
      },
    );
    expect(config.nodes.map(({ gres }) => gres)).toEqual([
      [
        { name: "gpu", type: "a100", count: 4, sockets: [0, 1] },
        { name: "gpu", type: "t4", count: 2 },
        { name: "shard", type: "", count: 16 },
      ],
      [
        { name: "gpu", type: "h100", count: 2, sockets: [0] },
        { name: "gpu", type: "h100", count: 2, sockets: [1] },
      ],
    ]);
  });

  it("reads the topology.conf beside it", () => {
    const { config } = read(`TopologyPlugin=topology/tree\n${NODES}`, {
      "topology.conf": "SwitchName=a Nodes=n[1-2]\nSwitchName=b Nodes=n[3-4]\nSwitchName=top Switches=a,b\n",
    });
    expect(config.topology.switches).toEqual([
      { name: "a", nodes: ["n1", "n2"], switches: [] },
      { name: "b", nodes: ["n3", "n4"], switches: [] },
      { name: "top", nodes: [], switches: ["a", "b"] },
    ]);
  });

  it("tells once what is not modelled, with what it would do", () => {
    const { warnings } = read(
      `JobSubmitPlugins=lua\nSlurmdPort=7003\nProlog=/x\nSchedulerParameters=max_rpc_cnt=100,no_env_cache\nMCSPlugin=mcs/none\n${NODES}`,
    );
    expect(warnings).toMatchObject([
      {
        code: "slurm/not-modelled",
        message:
          "3 settings are not modelled: JobSubmitPlugins (may change or refuse jobs when they are submitted); " +
          "Prolog (delays the start of jobs, and may drain nodes); max_rpc_cnt (skips passes while slurmctld is busy with requests)",
        at: { line: 1, column: 1 },
      },
    ]);
  });
});

describe("what is wrong in a slurm.conf is said where it stands", () => {
  it.each<[what: string, conf: string, problems: string[]]>([
    [
      "an unknown key",
      `PriortyType=priority/basic\n${NODES}`,
      [
        'slurm.conf:1:1+11 slurm/unknown-key: Slurm has no setting "PriortyType" (did you mean PriorityType?)',
      ],
    ],
    [
      "an unknown key of a node",
      `${NODES}NodeName=x CPU=4\n`,
      ['slurm.conf:3:12+3 slurm/unknown-key: a NodeName line has no "CPU" (did you mean CPUs?)'],
    ],
    [
      "a number that is none",
      `KillWait=soon\n${NODES}`,
      ['slurm.conf:1:10+4 slurm/wrong-value: KillWait must be a whole number from 0 to 65533, not "soon"'],
    ],
    [
      "what a GPU brings with it, of the cluster and of a partition",
      `DefCpuPerGPU=two\nDefMemPerGPU=4G\n${NODES}PartitionName=g DefCPUPerGPU=-1 DefMemPerGPU=1.5 MaxMemPerCPU=2G\n`,
      [
        'slurm.conf:5:30+2 slurm/wrong-value: DefCPUPerGPU must be a whole number of at least 0, not "-1"',
        'slurm.conf:5:46+3 slurm/wrong-value: DefMemPerGPU must be a whole number of at least 0, not "1.5"',
        'slurm.conf:5:63+2 slurm/wrong-value: MaxMemPerCPU must be a whole number of at least 0 or UNLIMITED, not "2G"',
        'slurm.conf:1:14+3 slurm/wrong-value: DefCpuPerGPU must be a whole number of at least 0, not "two"',
        'slurm.conf:2:14+2 slurm/wrong-value: DefMemPerGPU must be a whole number of at least 0, not "4G"',
      ],
    ],
    [
      "an option of SchedulerParameters on a continued line",
      `SchedulerParameters=bf_window=10,\\\nbf_max_job_tset=5,bf_interval=99999,bf_continue=maybe\n${NODES}`,
      [
        'slurm.conf:2:1+15 slurm/unknown-key: SchedulerParameters has no "bf_max_job_tset" (did you mean bf_max_job_test?)',
        'slurm.conf:2:31+5 slurm/wrong-value: bf_interval is a whole number of seconds from 1 to 10800, or -1, not "99999"',
        'slurm.conf:2:49+5 slurm/wrong-value: bf_continue is a switch and takes no value, not "maybe"',
      ],
    ],
    [
      "a plugin",
      `SelectType=select/cons_tress\n${NODES}`,
      [
        'slurm.conf:1:12+17 slurm/wrong-value: SelectType must be one of select/cons_tres, select/cons_res, select/linear, not "select/cons_tress" (did you mean select/cons_tres?)',
      ],
    ],
    [
      "a period after which usage is forgotten",
      `PriorityUsageResetPeriod=DALY\n${NODES}`,
      [
        'slurm.conf:1:26+4 slurm/wrong-value: PriorityUsageResetPeriod must be one of NONE, NOW, DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY, not "DALY" (did you mean DAILY?)',
      ],
    ],
    [
      "a partition on nodes that there are not",
      "NodeName=node[01-04]\nPartitionName=p Nodes=node[01-05]\n",
      ["slurm.conf:2:23+11 slurm/wrong-value: there is no node node05 (did you mean node01?)"],
    ],
    [
      "a host list",
      "NodeName=n[1-\n",
      ["slurm.conf:1:10+4 slurm/wrong-value: this bracket has no partner (such as n[1-8,12])"],
    ],
    [
      "a line that is no Key=Value",
      `ClusterName=a b\n${NODES}`,
      [
        'slurm.conf:1:15+1 slurm/syntax: "b" is not Key=Value (a value has no blanks unless it is quoted; comments begin with #)',
      ],
    ],
    [
      "an include that is not there",
      `${NODES}Include more.conf\n`,
      [
        "slurm.conf:3:9+9 slurm/unreadable: there is no file more.conf (paths are relative to the file that names them)",
      ],
    ],
    [
      "CPUs that contradict sockets and cores",
      "NodeName=n1 CPUs=10 Sockets=2 CoresPerSocket=4\n",
      [
        "slurm.conf:1:18+2 slurm/wrong-value: 10 CPUs are not 2 sockets x 4 cores x 1 threads (CPUs=8, or other Sockets, CoresPerSocket or ThreadsPerCore)",
      ],
    ],
    [
      "preemption that does not fit together",
      `PreemptType=preempt/qos\nPreemptMode=SUSPEND\n${NODES}`,
      ["slurm.conf:2:13+7 slurm/wrong-value: PreemptMode=SUSPEND needs GANG (PreemptMode=SUSPEND,GANG)"],
    ],
    [
      "a node and a partition that are there twice",
      `${NODES}NodeName=n2\nPartitionName=p\n`,
      [
        "slurm.conf:3:10+2 slurm/wrong-value: the node n2 is defined twice",
        "slurm.conf:4:15+1 slurm/wrong-value: the partition p is defined twice",
      ],
    ],
    [
      "a weight that names no TRES",
      `PriorityWeightTRES=CPU=10,GPU=4\n${NODES}`,
      ['slurm.conf:1:27+5 slurm/wrong-value: "gpu" is not a TRES (did you mean gres/gpu?)'],
    ],
  ])("%s", (_, conf, problems) => expect(wrong(conf)).toEqual(problems));

  it.each([
    ["BlockSizes=2,4,x", "16+1", 'a block size must be a number of nodes, not "x"'],
    ["BlockSizes=2,4,0", "16+1", 'a block size must be a number of nodes, not "0"'],
    ["BlockSizes=2,4,6", "16+1", 'a block size must be 2 times a power of two, not "6"'],
  ])("block sizes that are none: %s", (sizes, at, message) => {
    const blocks = "BlockName=a Nodes=n[1-2]\nBlockName=b Nodes=n[3-4]\n";
    expect(
      wrong(`TopologyPlugin=topology/block\n${NODES}`, { "topology.conf": `${blocks}${sizes}\n` }),
    ).toEqual([`topology.conf:3:${at} slurm/wrong-value: ${message} (such as BlockSizes=4,8,16)`]);
  });

  it("an include of itself", () => {
    expect(wrong(`${NODES}Include slurm.conf\n`)).toEqual([
      "slurm.conf:3:9+10 slurm/include-cycle: slurm.conf includes itself",
    ]);
  });

  it("a file that is none", () => {
    expect(wrong(`\0\x01${NODES}`)).toEqual([
      "slurm.conf:1:1+1 slurm/unreadable: slurm.conf is not a text file (Slurm's configuration is plain text)",
    ]);
  });
});

describe("what is read and not followed", () => {
  it("is told: states that stay up, groups, and not blocks", () => {
    const { config, warnings } = read(
      "SuspendExcStates=DRAIN\nTopologyPlugin=topology/block\nNodeName=n[1-4]\nPartitionName=p Nodes=ALL AllowGroups=staff\nPartitionName=q Nodes=ALL AllowGroups=ALL\n",
      { "topology.conf": "BlockName=a Nodes=n[1-2]\nBlockName=b Nodes=n[3-4]\nBlockSizes=2,4\n" },
    );
    expect(config.topology).toMatchObject({
      type: "block",
      blocks: [
        { name: "a", nodes: ["n1", "n2"] },
        { name: "b", nodes: ["n3", "n4"] },
      ],
      blockSizes: [2, 4],
    });
    expect(warnings[0]!.message).toBe(
      "2 settings are not modelled: SuspendExcStates (keeps nodes in these states up); " +
        "AllowGroups (admits only users of these groups: `groups` says who they are)",
    );
  });

  it("is not told of what is off", () => {
    expect(read(`SuspendTime=-1\nJobSubmitPlugins=\nPowerPlugin=power/none\n${NODES}`).warnings).toEqual([]);
  });
});
