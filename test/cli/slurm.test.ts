import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compressHostlist } from "../../src/core/hostlist.js";
import { whowaits } from "../support/command-line.js";
import { repoPath } from "../support/shared.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slurm-"));
  for (const name of ["slurm.conf", "dump.cfg", "qos.txt", "sacct.txt"])
    copyFileSync(repoPath(`test/oracles/slurm-accounting/${name}`), join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const run = (...args: string[]) => whowaits(folder, args);

describe("the files of a real Slurm 22.05", () => {
  it("become a scenario", () => {
    const done = run(
      "import",
      "slurm",
      ...["--conf", file("slurm.conf"), "--accounts", file("dump.cfg"), "--qos", file("qos.txt")],
      ...["--sacct", file("sacct.txt"), "--out", file("scenario.yaml")],
    );
    expect(done.err).toBe("");
    expect(done.status).toBe(0);
    expect(done.out).toContain("4 nodes with 16 GPUs in 2 partitions; 2 QOS, 4 accounts, 5 users; 18 jobs");
    expect(readFileSync(file("scenario.yaml"), "utf8")).toContain(
      "conf: slurm.conf\n  accounts: dump.cfg\n  qos: qos.txt",
    );
  });

  it("are not written over", () => {
    writeFileSync(file("there.yaml"), "mine");
    const done = run("import", "slurm", "--conf", file("slurm.conf"), "--out", file("there.yaml"));
    expect(done.status).toBe(2);
    expect(done.err).toContain("is there already");
    expect(readFileSync(file("there.yaml"), "utf8")).toBe("mine");
  });

  it("are replayed as they ran: every start within two seconds, on the same nodes, and who never ran for the same reasons", () => {
    const done = run("run", file("scenario.yaml"), "--out", file("run"), "--json");
    expect(done.status).toBe(0);
    const [head, ...rows] = readFileSync(file("run/jobs.csv"), "utf8").trim().split("\n");
    const columns = head!.split(",");
    const replayed = new Map(rows.map((row) => [row.split(",")[0]!, row.split(",")]));
    const cell = (job: string, name: string) => replayed.get(job)![columns.indexOf(name)]!;
    const recorded = readFileSync(file("sacct.txt"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split("|"));
    const seconds = (text: string) => Date.parse(`${text}Z`) / 1000;
    const first = Math.min(...recorded.map((row) => seconds(row[7]!)));
    let compared = 0;
    for (const row of recorded) {
      const [, job, , , , , , , , start, , , , , , , , , , , nodes] = row;
      if (!start!.startsWith("20")) continue;
      compared++;
      expect(Math.abs(Number(cell(job!, "start_s")) - (seconds(start!) - first)), job).toBeLessThanOrEqual(2);
      const names = cell(job!, "nodes")
        .split(" ")
        .map((node) => node.replace(/[[(].*/, ""));
      // In the second in which a job ends its nodes are still being released there; here they are free at once.
      if (!recorded.some((other) => other[10] === start)) expect(compressHostlist(names), job).toBe(nodes);
    }
    expect(compared).toBe(14);
    const { warnings } = JSON.parse(done.out);
    // As squeue and sacct printed them.
    expect(warnings.find((one: { code: string }) => one.code === "jobs/never-ran").message).toBe(
      "2 jobs never ran, waiting when nothing could happen any more: 1 by AssocGrpMemLimit (1); 1 by AssocGrpCpuLimit (10)",
    );
  });
});

describe("a scheduler that a slurm.conf configures", () => {
  const write = (name: string, text: string) => writeFileSync(file(name), text);
  const SCENARIO =
    "scheduler: { policy: slurm, conf: slurm.conf }\njobs: { trace: sacct.txt, format: sacct }\n";

  it("shows what is wrong where it stands in the file", () => {
    write(
      "bad.conf",
      "SchedulerParameters=bf_intervl=3\nNodeName=n[1-4] CPUs=8\nPartitionName=p Nodes=n[1-5]\n",
    );
    write("bad.yaml", SCENARIO.replace("slurm.conf", "bad.conf"));
    const done = run("validate", file("bad.yaml"));
    expect(done.status).toBe(2);
    expect(done.err).toContain(
      [
        'bad.conf:1:21 error[slurm/unknown-key]: SchedulerParameters has no "bf_intervl"',
        "  1 | SchedulerParameters=bf_intervl=3",
        "    |                     ^^^^^^^^^^ did you mean bf_interval?",
      ].join("\n"),
    );
    expect(done.err).toContain("bad.conf:3:23 error[slurm/wrong-value]: there is no node n5");
  });

  it("takes a parameter from the command line, and says where a wrong one stands", () => {
    write("good.yaml", SCENARIO);
    const set = (value: string) =>
      run("validate", file("good.yaml"), "--set", `scheduler.SchedulerParameters.bf_max_job_test=${value}`);
    expect(set("1").status).toBe(0);
    const wrong = set("0");
    expect(wrong.status).toBe(2);
    expect(wrong.err).toContain(
      "--set error[slurm/wrong-value]: bf_max_job_test is a whole number from 1 to 1000000",
    );
  });

  it("warns of what is not modelled", () => {
    write("more.conf", "JobSubmitPlugins=lua\nInclude slurm.conf\n");
    write("more.yaml", SCENARIO.replace("slurm.conf", "more.conf"));
    const done = run("validate", file("more.yaml"));
    expect(done.status).toBe(0);
    expect(done.err).toContain("warning[slurm/not-modelled]: one setting is not modelled: JobSubmitPlugins");
    expect(done.err).toContain("warning[slurm/no-accounts]");
  });

  it("is built on by scenarios in other folders", () => {
    const shipped = repoPath("scenarios/slurm-replay.yaml");
    write("on.yaml", `extends: ${shipped}\nname: on\nuntil: 60s\n`);
    const done = run("validate", file("on.yaml"));
    expect(done.err).toBe("");
    expect(done.status).toBe(0);
  });

  it("ends with named jobs when a dump was cut, and when jobs can never run", () => {
    const text = readFileSync(file("sacct.txt"), "utf8");
    write("cut.txt", text.slice(0, text.indexOf("|multi|") + 60));
    write("cut.yaml", SCENARIO.replace("sacct.txt", "cut.txt"));
    const done = run("run", file("cut.yaml"), "--json");
    expect(done.status).toBe(0);
    const codes = JSON.parse(done.out)
      .warnings.map((one: { message: string }) => one.message)
      .join("\n");
    expect(codes).toContain("1 row of cut.txt left out: row without its end");
  });

  it("lends its nodes to other policies", () => {
    write(
      "other.yaml",
      "fleet: { conf: slurm.conf }\nscheduler: { policy: fifo }\njobs: { trace: sacct.txt, format: sacct }\n",
    );
    const done = run("run", "other.yaml", "--json");
    expect(done.status).toBe(0);
    const { metrics } = JSON.parse(done.out);
    const number = (name: string, labels: object) =>
      metrics.find(
        (one: { name: string; labels: object }) =>
          one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels),
      ).value;
    expect(number("history-starts", { within: "1h" })).toBeGreaterThan(0);
    write(
      "none.yaml",
      "fleet: { conf: none.conf }\nscheduler: { policy: fifo }\njobs: { trace: sacct.txt, format: sacct }\n",
    );
    expect(run("validate", "none.yaml").err).toContain(
      "none.yaml:1:16 error[slurm/unreadable]: there is no file none.conf",
    );
  });

  it("is a template to begin with", () => {
    const done = run("init", "mine/replay.yaml", "--template", "slurm-replay");
    expect(done.err).toBe("");
    expect(run("validate", "mine/replay.yaml").out).toContain("easy are valid");
  });

  it("takes the queues of a trace from elsewhere for its only partition", () => {
    write("queues.csv", "submit,run,gpus,queue\n0,9,1,prod\n0,9,1,debug\n");
    write(
      "queues.yaml",
      "fleet: { pools: [{ name: a, nodes: 1, gpu: H100 }] }\nscheduler: { policy: slurm }\njobs: { trace: queues.csv }\n",
    );
    const done = run("run", "queues.yaml", "--json");
    expect(done.status).toBe(0);
    expect(JSON.parse(done.out).warnings.map((one: { code: string }) => one.code)).not.toContain(
      "jobs/refused",
    );
  });

  it("refuses what is no slurm.conf", () => {
    writeFileSync(file("binary.conf"), Buffer.from([0, 1, 2, 0, 255]));
    write("binary.yaml", SCENARIO.replace("slurm.conf", "binary.conf"));
    const done = run("validate", file("binary.yaml"));
    expect(done.status).toBe(2);
    expect(done.err).toContain("binary.conf is not a text file");
    expect(existsSync(file("binary.conf"))).toBe(true);
  });
});
