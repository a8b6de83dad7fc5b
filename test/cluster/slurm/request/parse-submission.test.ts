import { describe, expect, it } from "vitest";
import { parseSubmission } from "../../../../src/cluster/slurm/request/parse-submission.js";
import { goldenCase, goldenNames, type WorkloadJob } from "../support/case.js";
import { goldenJobs } from "../support/jobs.js";

/** The options that the recorder gave to sbatch, for a job or a component of a heterogeneous one. */
function options(job: WorkloadJob): string {
  const given: (string | false | undefined)[] = [
    job.nodes !== undefined && `-N ${job.nodes}`,
    job.exclusive ? "--exclusive" : undefined,
    !job.exclusive && job.ntasks ? `-n ${job.ntasks}` : undefined,
    !job.exclusive && job.ntasks && job.ntasks_per_node
      ? `--ntasks-per-node=${job.ntasks_per_node}`
      : undefined,
    !job.exclusive &&
      !job.ntasks &&
      (job.ntasks_per_node ?? 1) > 0 &&
      `--ntasks-per-node=${job.ntasks_per_node ?? 1}`,
    !job.exclusive && job.cpus !== undefined && `-c ${job.cpus}`,
    job.gpus_per_node ? `--gres=gpu:${job.gpus_per_node}` : undefined,
    job.gpus ? `--gpus=${job.gpus}` : undefined,
    job.limit_min !== undefined && `-t ${job.limit_min}`,
    job.partition && `-p ${job.partition}`,
    job.account && `-A ${job.account}`,
    job.qos && `-q ${job.qos}`,
    job.array && `-a ${job.array}`,
    job.licenses && `-L ${job.licenses}`,
    job.constraint && `-C '${job.constraint}'`,
    job.nodelist && `-w ${job.nodelist}`,
    job.exclude && `-x ${job.exclude}`,
    job.mem_mb !== undefined && `--mem=${job.mem_mb}`,
    job.mem_per_cpu_mb !== undefined && `--mem-per-cpu=${job.mem_per_cpu_mb}`,
    job.time_min_min !== undefined && `--time-min=${job.time_min_min}`,
    job.reservation && `--reservation=${job.reservation}`,
    job.contiguous && "--contiguous",
    job.oversubscribe && "--oversubscribe",
    job.nice ? `--nice=${job.nice}` : undefined,
    job.begin_s ? `--begin=now+${job.begin_s}` : undefined,
    job.requeue === undefined ? undefined : job.requeue ? "--requeue" : "--no-requeue",
  ];
  return given.filter(Boolean).join(" ");
}

describe("what the recorder asked sbatch for", () => {
  it.each(goldenNames)("%s", (name) => {
    for (const job of goldenJobs(goldenCase(name))) {
      const { submission, mistakes } = parseSubmission(options(job.source));
      expect(mistakes).toEqual([]);
      expect({ ...submission.request, id: 0 }).toEqual({ ...job.request, id: 0 });
      expect(submission).toMatchObject({
        account: job.account,
        qos: job.qos,
        partitions: job.partitions,
        timeLimit: job.timeLimit,
        timeMin: job.timeMin,
        nice: job.nice,
        array: job.array,
        requeue: job.source.requeue,
      });
    }
  });
});

const request = (text: string) => {
  const { submission, mistakes } = parseSubmission(text);
  expect(mistakes).toEqual([]);
  return submission.request;
};

describe("sbatch's options", () => {
  it.each([
    ["-N4", { minNodes: 4, maxNodes: 4, nodesGiven: true, ntasks: 0, minCpus: 4 }],
    ["-N 2-4 -c 8", { minNodes: 2, maxNodes: 4, cpusPerTask: 8, minCpus: 16 }],
    ["--nodes=2 --ntasks-per-node 4", { ntasks: 8, ntasksPerNode: 4, minCpus: 8 }],
    ["-n 2 -N 5", { minNodes: 2, maxNodes: 2, ntasks: 2 }],
    ["-w n[1-3]", { minNodes: 3, nodelist: ["n1", "n2", "n3"], nodesGiven: false }],
    ["--mem=2G", { memPerNode: 2048 }],
    ["--mem=1500K", { memPerNode: 2 }],
    ["--mem=1G --mem-per-cpu=500", { memPerNode: undefined, memPerCpu: 500 }],
    ["-Hs --exclus", { overSubscribe: true, exclusive: true }],
    ["--exclusive=user", { exclusive: false, exclusiveUser: true }],
    ["--switches=1@2:00", { switches: { count: 1, wait: 120 } }],
    [
      "-L a:2,b",
      {
        licenses: [
          { name: "a", count: 2 },
          { name: "b", count: 1 },
        ],
      },
    ],
  ])("%s", (text, expected) => expect(request(text)).toMatchObject(expected));

  it.each([
    ["--gres=gpu:2", [["gpu", "", 0, 2, 0, 0]]],
    [
      "--gres=gpu:A100:2,shard:3",
      [
        ["gpu", "a100", 0, 2, 0, 0],
        ["shard", "", 0, 3, 0, 0],
      ],
    ],
    ["-G 3", [["gpu", "", 3, 0, 0, 0]]],
    [
      "--gpus=volta:3,kepler:1",
      [
        ["gpu", "volta", 3, 0, 0, 0],
        ["gpu", "kepler", 1, 0, 0, 0],
      ],
    ],
    ["--gpus=8 --gpus-per-node=4", [["gpu", "", 8, 4, 0, 0]]],
    ["-n 4 --gpus-per-task=1", [["gpu", "", 0, 0, 1, 0]]],
    ["-n 8 --ntasks-per-gpu=2", [["gpu", "", 4, 0, 0, 0]]],
    ["--gres=none", []],
  ])("%s", (text, expected) =>
    expect(
      request(text).gres.map(({ name, type, perJob, perNode, perTask, perSocket }) => [
        name,
        type,
        perJob,
        perNode,
        perTask,
        perSocket,
      ]),
    ).toEqual(expected),
  );

  it.each([
    ["-t 90", 90],
    ["-t 1:30", 2],
    ["-t 1:00:00", 60],
    ["-t 2-12", 3600],
    ["-t 1-0:30", 1470],
    ["-t 1-01:00:01", 1501],
    ["--time=0", Number.POSITIVE_INFINITY],
    ["--time UNLIMITED", Number.POSITIVE_INFINITY],
    ["-n 1", undefined],
  ])("%s is a limit of %s minutes", (text, limit) =>
    expect(parseSubmission(text).submission.timeLimit).toBe(limit),
  );

  it.each([
    ["-a 0-6:3,9%2", { tasks: [0, 3, 6, 9], maxRunning: 2 }],
    ["--array=3,1-2", { tasks: [1, 2, 3], maxRunning: Number.POSITIVE_INFINITY }],
  ])("%s", (text, array) => expect(parseSubmission(text).submission.array).toEqual(array));

  it("has dependencies by the names of the trace", () => {
    expect(parseSubmission("-d afterok:20:21_3,after:a+5,singleton").submission.dependencies).toEqual([
      { kind: "afterok", job: "20", delay: 0, or: false },
      { kind: "afterok", job: "21_3", delay: 0, or: false },
      { kind: "after", job: "a", delay: 5, or: false },
      { kind: "singleton", job: "", delay: 0, or: false },
    ]);
    expect(parseSubmission("-d 20?afterany:21").submission.dependencies).toMatchObject([
      { kind: "afterany", job: "20", or: true },
      { kind: "afterany", job: "21", or: true },
    ]);
  });

  it("has begin times after the submission, and dates when the run has a calendar", () => {
    expect(parseSubmission("-b now+2hours --deadline=now+90").submission).toMatchObject({
      begin: { after: 7200 },
      deadline: { after: 90 },
    });
    const epoch = Date.UTC(2026, 0, 1) / 1000;
    expect(parseSubmission("--begin=2026-01-01T00:10:00", { epoch }).submission.begin).toEqual({ at: 600 });
  });

  it("has components", () => {
    const { submission, mistakes } = parseSubmission("sbatch -N1 -p a : -N2 --gres=gpu:1 job.sh -N 9");
    expect(mistakes).toEqual([]);
    expect(submission.request.minNodes).toBe(1);
    expect(submission.het.map(({ request: { minNodes, gres } }) => [minNodes, gres[0]?.perNode])).toEqual([
      [2, 1],
    ]);
  });

  it("has words in quotes", () => {
    expect(parseSubmission(`-J "a job" --constraint='[a*2&b]' --comment=x\\ y`)).toMatchObject({
      mistakes: [],
      submission: { name: "a job", request: { constraint: "[a*2&b]" } },
    });
  });

  it("tells what is not modelled", () => {
    expect([...parseSubmission("--tmp=3G -S 1 --mail-type=END -o out").unmodelled]).toEqual([
      ["--tmp", "asks for nodes with a temporary disk"],
      ["--core-spec", "leaves cores to the system"],
    ]);
  });

  it.each([
    [
      "--gpu-per-node=2",
      0,
      "--gpu-per-node",
      "sbatch has no option --gpu-per-node",
      "did you mean --gpus-per-node?",
    ],
    ["-N 2 -y 3", 5, "-y", "sbatch has no option -y", "see sbatch(1)"],
    ["-N two", 3, "two", `--nodes must be a number of nodes, or least-most, not "two"`, undefined],
    [
      "-n 4 -t 1:2:3:4",
      8,
      "1:2:3:4",
      `--time must be a time: minutes, M:S, H:M:S, D-H, D-H:M or D-H:M:S, not "1:2:3:4"`,
      undefined,
    ],
    ["gpus=4", 0, "gpus=4", `"gpus=4" is not an option`, "options begin with - or --, such as --gpus=4"],
    ["-n", 0, "-n", "-n needs a value", undefined],
    ["--contiguous=yes", 0, "--contiguous=yes", "--contiguous takes no value", undefined],
    [
      "-N 1 -w n[1-2]",
      0,
      "-N 1 -w n[1-2]",
      "sbatch refuses these options: invalid number of nodes (-N 2-1)",
      undefined,
    ],
    ["-J 'x", 0, "-J 'x", "a quote has no end", undefined],
    [
      "-d afterok:1,2?3",
      3,
      "afterok:1,2?3",
      `--dependency must be such as afterok:20:21 or singleton; all joined by , or all by ?, not "afterok:1,2?3"`,
      undefined,
    ],
  ])("refuses %s", (text, from, part, message, hint) => {
    const [mistake] = parseSubmission(text).mistakes;
    expect(mistake).toEqual({ message, part, from, ...(hint === undefined ? {} : { hint }) });
  });
});
