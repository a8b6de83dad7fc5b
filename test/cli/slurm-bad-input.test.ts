import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whowaits } from "../support/command-line.js";
import { repoPath } from "../support/shared.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slurm-bad-"));
  for (const name of ["slurm.conf", "sacct.txt"])
    copyFileSync(repoPath(`test/oracles/slurm-accounting/${name}`), join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = (...args: string[]) => whowaits(folder, args);

/** A scenario of the recorded slurm.conf and a trace. */
function scenario(name: string, trace: string, text: string, more = ""): string {
  write(trace, text);
  const format = trace.endsWith(".csv") ? "" : ", format: sacct";
  write(
    `${name}.yaml`,
    `scheduler: { policy: slurm, conf: slurm.conf${more} }\njobs: { trace: ${trace}${format} }\n`,
  );
  return `${name}.yaml`;
}

const sacct = () => readFileSync(join(folder, "sacct.txt"), "utf8").trim().split("\n");

/** The dump with cells of some rows replaced. */
function changed(column: string, cells: Record<number, string>): string {
  const [head, ...rows] = sacct();
  const at = head!.split("|").indexOf(column);
  return [
    head,
    ...rows.map((row, i) =>
      row
        .split("|")
        .map((cell, k) => (k === at ? (cells[i] ?? cell) : cell))
        .join("|"),
    ),
    "",
  ].join("\n");
}

describe("a broken slurm.conf", () => {
  it("ends import with every mistake at its place, and writes nothing", () => {
    write(
      "broken.conf",
      "NodeName=n1 CPUs=x\nFoo=1\nInclude nope.conf\nNodeName=n[1-\nSchedulerParameters=bf_window=-4\n",
    );
    const done = run("import", "slurm", "--conf", "broken.conf", "--out", "never.yaml");
    expect(done.status).toBe(2);
    for (const place of [
      'broken.conf:1:18 error[slurm/wrong-value]: CPUs must be a whole number from 1 to 65533, not "x"',
      'broken.conf:2:1 error[slurm/unknown-key]: Slurm has no setting "Foo"',
      "broken.conf:3:9 error[slurm/unreadable]: there is no file nope.conf",
      "broken.conf:4:10 error[slurm/wrong-value]: this bracket has no partner",
      "broken.conf:5:31 error[slurm/wrong-value]: bf_window is a whole number of minutes from 1 to 43200",
    ])
      expect(done.err).toContain(place);
    expect(done.err).not.toContain("    at ");
    expect(() => readFileSync(join(folder, "never.yaml"))).toThrow();
  });
});

describe("a wrong setting written in the scenario", () => {
  it("is marked where it stands: a key that is not there itself, a wrong value at the value", () => {
    const more =
      ", PriorityWeigthAge: 3, SchedulerParameters: { bf_windw: 3, bf_interval: often }, testTime: { mian: 1s, backfill: -20ms }";
    const done = run("run", scenario("inline", "sacct.txt", `${sacct().join("\n")}\n`, more));
    expect(done.status).toBe(2);
    const line = readFileSync(join(folder, "inline.yaml"), "utf8").split("\n")[0]!;
    for (const [text, message] of [
      ["PriorityWeigthAge", 'error[slurm/unknown-key]: Slurm has no setting "PriorityWeigthAge"'],
      ["bf_windw", 'error[slurm/unknown-key]: SchedulerParameters has no "bf_windw"'],
      ["often", "error[slurm/wrong-value]: bf_interval is a whole number"],
      ["mian", 'error[slurm/unknown-key]: testTime has no "mian"'],
      ["-20ms", "error[slurm/wrong-value]: how long a job takes to be tried must be a duration"],
    ] as const) {
      const column = line.indexOf(text);
      expect(done.err).toContain(`inline.yaml:1:${column + 1} ${message}`);
      expect(done.err).toContain("^".repeat(text.length));
    }
  });
});

describe("what scontrol show assoc_mgr printed", () => {
  const used = (head: string, minutes: string, end: string) =>
    `${head}\n    UsageRaw${end === "User Limits" ? "" : "/Norm/Efctv"}=7200.00\n    GrpWall=N(30.00)\n    GrpTRESMins=${minutes}\n    ${end}\n`;
  const account = (name: string) =>
    used(
      `ClusterName=c Account=${name} UserName= Partition= Priority=0 ID=1`,
      "cpu=N(120)",
      "MinPrioThresh=",
    );
  const qos = (name: string) => used(`QOS=${name}(1)`, "cpu=60(120),node=N(30)", "User Limits");
  const more =
    ", accounts: { lab: { Users: [ann] } }, qos: { normal: {}, high: { GrpTRESMins: cpu=60 } }, usage: assoc.txt";
  const jobs = "submit,run,id,user,sbatch\n0,60,a,ann,-n1 -q high\n0,60,b,ann,-n1\n";

  it("that was cut off is an error at the place", () => {
    const text = account("lab") + qos("high");
    write("assoc.txt", text.slice(0, text.lastIndexOf("node=N(30)") + 7));
    const done = run("run", scenario("assoc-cut", "assoc.csv", jobs, more));
    expect(done.status).toBe(2);
    expect(done.err).toContain(
      'assoc.txt:9:29 error[slurm/wrong-value]: "node=N(" is not TRES=limit(used minutes)',
    );
    expect(done.err.match(/error\[/g)).toHaveLength(1);
    expect(done.err).toContain("the file may have been cut off: make it again by scontrol show assoc_mgr");
  });

  it("of accounts and QOS that are not there is left out, by name; what is there counts", () => {
    write("assoc.txt", account("lab") + account("gone") + qos("high") + qos("old"));
    const enforced =
      ", AccountingStorageType: accounting_storage/slurmdbd, AccountingStorageEnforce: limits, PriorityType: priority/multifactor, PriorityDecayHalfLife: 0";
    const done = run("run", scenario("assoc", "assoc.csv", jobs, more + enforced), "--json", "--out", "used");
    expect(done.status).toBe(0);
    expect(done.err + done.out).toContain(
      "usage of 2 that are not among the accounts and QOS is left out: gone, QOS old",
    );
    expect(JSON.parse(readFileSync(join(folder, "used/result.json"), "utf8")).neverRan).toMatchObject([
      { reason: "QOSGrpCPUMinutesLimit", jobs: ["a"] },
    ]);
  });
});

describe("a dump of sacct", () => {
  it("that is cut in the middle of a row is used up to there, and the row counted", () => {
    const text = readFileSync(join(folder, "sacct.txt"), "utf8");
    const file = scenario("cut", "cut.txt", text.slice(0, text.indexOf("|multi|") + 60));
    const done = run("run", file, "--json");
    expect(done.status).toBe(0);
    expect(done.out).toContain("1 row of cut.txt left out: row without its end");
    const strict = run("run", file, "--strict");
    expect(strict.status).toBe(2);
    expect(strict.err).toMatch(
      /cut\.txt:\d+:1 error\[trace\/bad-row\]: this row cannot be used: row without its end/,
    );
  });

  it("with unknown states leaves these rows out by count, and is an error at the cell when strict", () => {
    const file = scenario("states", "states.txt", changed("State", { 1: "FINISHD", 4: "EXPLODED by 0" }));
    const done = run("run", file, "--json");
    expect(done.status).toBe(0);
    expect(done.out).toContain("2 rows of states.txt left out: unknown job state (first at line 3)");
    const strict = run("run", file, "--strict");
    expect(strict.status).toBe(2);
    const column =
      sacct()[2]!.split("|").slice(0, sacct()[0]!.split("|").indexOf("State")).join("|").length + 2;
    expect(strict.err).toContain(
      `states.txt:3:${column} error[trace/bad-row]: this row cannot be used: unknown job state`,
    );
    expect(strict.err).toMatch(/\| +\^{7}\n/);
  });

  it("of jobs on nodes that no longer exist replays them where there are nodes, and counts them", () => {
    const done = run(
      "run",
      scenario("gone", "gone.txt", changed("NodeList", { 1: "old[7-9]", 2: "n9" })),
      "--json",
    );
    expect(done.status).toBe(0);
    expect(done.out).toContain("2 rows of gone.txt changed: ran on nodes that no longer exist");
  });
});

describe("dependencies", () => {
  it("in a circle are an error before the run, at the row to mend", () => {
    const rows = [
      "submit,run,id,sbatch",
      "0,9,a,-n 1",
      "1,9,b,-n 1 -d afterok:a:c",
      "2,9,c,-n 1 -d afterany:b",
      "",
    ];
    const done = run("run", scenario("circle", "circle.csv", rows.join("\n")));
    expect(done.status).toBe(2);
    expect(done.out).toBe("");
    expect(done.err).toContain(
      [
        "circle.csv:3:25 error[trace/circular-dependency]: jobs depend on each other in a circle: b waits for c waits for b",
        "  3 | 1,9,b,-n 1 -d afterok:a:c",
        "    |                         ^",
        "    = none of them could ever run, and Slurm refuses it (Circular job dependency): let each depend on jobs submitted before it",
      ].join("\n"),
    );
  });

  it("on jobs that are not there are named, and hold nobody back", () => {
    const rows = [
      "submit,run,id,sbatch",
      "0,9,a,-n 1 -d afterok:77",
      "1,9,b,-n 1 -d afterok:c",
      "2,9,c,-n 1",
      "",
    ];
    const done = run("run", scenario("loose", "loose.csv", rows.join("\n")), "--json");
    expect(done.status).toBe(0);
    expect(done.out).toContain(
      "loose.csv: 1 job depends on jobs that the trace does not have (a on 77 at line 2): taken as met, as Slurm takes ids that it does not know, or no longer knows",
    );
    expect(done.out).toContain(
      "loose.csv: 1 job depends on jobs that are submitted later (b on c at line 3)",
    );
    expect(JSON.parse(done.out).neverRan).toBeUndefined();
  });

  it("that scontrol would make a circle of are refused, and the refusal is told", () => {
    const rows = [
      "submit,run,id,sbatch",
      "0,99,z,-N4 --exclusive",
      "1,9,a,-n 1 -d afterok:z",
      "2,9,b,-n 1 -d afterok:a",
      "",
    ];
    const operations = ', operations: [{ at: 5s, cmd: "scontrol update JobId=a Dependency=afterok:b" }]';
    const done = run("run", scenario("update", "update.csv", rows.join("\n"), operations), "--json");
    expect(done.status).toBe(0);
    expect(done.out).toContain(
      "operations that Slurm refuses, without effect: at 5s scontrol update JobId=a Dependency=afterok:b: Circular job dependency",
    );
  });
});

describe("jobs whose limits can never be met", () => {
  const conf = `ClusterName=c
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PriorityType=priority/multifactor
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageEnforce=associations,limits,qos
NodeName=n[1-4] CPUs=16 Feature=skylake
PartitionName=main Nodes=ALL MaxTime=1:00:00 DefaultTime=10 Default=YES
PartitionName=vip Nodes=ALL AllowAccounts=lab_b
PartitionName=shut Nodes=ALL State=DOWN
`;
  const yaml = `scheduler:
  policy: slurm
  conf: limits.conf
  accounts: { lab_a: { GrpTRES: cpu=40, Users: { ann: {} } }, lab_b: { Users: { bob: {} } } }
  qos: { normal: {}, small: { MaxTRESPerJob: cpu=16, MaxWall: 10 }, deny: { MaxTRESPerJob: cpu=16, Flags: DenyOnLimit } }
  operations:
    - { at: 0s, cmd: "scontrol update NodeName=n4 State=DOWN Reason=gone" }
    # Time goes on without end, and an administrator looks at it again and again.
    - { at: 0s, cmd: "scontrol create reservation ReservationName=h StartTime=900s Duration=10 Nodes=n3 Users=bob Flags=HOURLY" }
    - { at: 0s, every: 5m, cmd: "sprio -l" }
jobs: { trace: limits.csv }
`;
  const jobs: [id: string, options: string, how: "refused" | "waiting" | "removed", reason: string][] = [
    ["maxtres", "-n17 -q small", "waiting", "QOSMaxCpuPerJobLimit"],
    ["maxwall", "-N1 -t 30 -q small", "waiting", "QOSMaxWallDurationPerJobLimit"],
    ["grptres", "-N3 --exclusive", "waiting", "AssocGrpCpuLimit"],
    ["maxtime", "-N1 -t 2:00:00", "waiting", "PartitionTimeLimit"],
    [
      "account",
      "-N1 -p vip",
      "waiting",
      "Job's account not permitted to use this partition (vip allows lab_b not lab_a)",
    ],
    ["shut", "-N1 -p shut", "waiting", "PartitionDown"],
    ["pinned", "-N1 -w n4", "waiting", "ReqNodeNotAvail, UnavailableNodes:n4"],
    ["never", "-N1 -d afternotok:ok", "waiting", "DependencyNeverSatisfied"],
    ["after-never", "-N1 -d afterok:never", "waiting", "Dependency"],
    ["killed", "-N1 -d afternotok:ok --kill-on-invalid-dep=yes", "removed", "DependencyNeverSatisfied"],
    ["held", "-N1 -H", "waiting", "JobHeldUser"],
    ["feature", "-N1 -C haswell", "refused", "Invalid feature specification"],
    ["nodelist", "-N1 -w n77", "refused", "Invalid node name specified"],
    ["deny", "-n17 -q deny", "refused", "QOSMaxCpuPerJobLimit"],
    ["reservation", "-N1 --reservation=nix", "refused", "Requested reservation is invalid"],
  ];

  it("are listed at the run's end by reason, in the summary, the result and jobs.csv; the run ends", () => {
    write("limits.conf", conf);
    write("limits.yaml", yaml);
    write(
      "limits.csv",
      [
        "submit,run,id,user,account,sbatch",
        "0,30,ok,ann,lab_a,-N1",
        ...jobs.map(([id, options], i) => `${i + 1},30,${id},ann,lab_a,${options}`),
        "",
      ].join("\n"),
    );
    const done = run("run", "limits.yaml", "--out", "out");
    expect(done.err).toBe("");
    expect(done.status).toBe(0);
    const { neverRan } = JSON.parse(readFileSync(join(folder, "out/result.json"), "utf8")) as {
      neverRan: { how: string; reason: string; count: number; jobs: string[] }[];
    };
    const told = Object.fromEntries(
      neverRan.flatMap(({ how, reason, jobs: ids }) => ids.map((id) => [id, `${how}: ${reason}`])),
    );
    expect(Object.keys(told).sort()).toEqual(jobs.map(([id]) => id).sort());
    for (const [id, , how, reason] of jobs) expect(`${id} ${told[id]}`).toContain(`${id} ${how}: ${reason}`);
    const rows = readFileSync(join(folder, "out/jobs.csv"), "utf8").split("\n");
    for (const [id, , , reason] of jobs)
      expect(rows.find((row) => row.startsWith(`${id},`))).toContain(reason);
    const waiting = jobs.filter(([, , how]) => how === "waiting").length;
    const text = done.out.replaceAll(/\s+/g, " ");
    expect(text).toContain(`${waiting} jobs never ran, waiting when nothing could happen any more`);
    expect(text).toContain("1 by AssocGrpCpuLimit (grptres)");
    expect(text).toContain(
      "1 job never ran, taken out of the queue by the scheduler: 1 by DependencyNeverSatisfied (killed)",
    );
  });
});
