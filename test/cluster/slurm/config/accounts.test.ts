import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inlineAccounts, inlineQos } from "../../../../src/cluster/slurm/config/accounts/inline.js";
import { readAccounting } from "../../../../src/cluster/slurm/config/accounts/read-accounting.js";
import { readRecords } from "../../../../src/cluster/slurm/config/accounts/records.js";
import type { Problem } from "../../../../src/core/errors.js";
import { repoPath } from "../../../support/shared.js";

const recorded = (name: string) => readFileSync(repoPath(`test/oracles/slurm-accounting/${name}`), "utf8");

function read(...texts: [text: string, name: string][]) {
  const problems: Problem[] = [];
  const records = texts.flatMap(([text, name]) => readRecords(text, { path: name, name }, problems));
  const accounting = readAccounting(
    records,
    records.some(({ kind }) => kind === "qos"),
    problems,
  );
  return { accounting, problems };
}

const QOS: [string, string] = [recorded("qos.txt"), "qos.txt"];

describe("what a real sacctmgr 22.05 printed", () => {
  it("has the QOS with their limits", () => {
    const { accounting, problems } = read(QOS);
    expect(problems).toEqual([]);
    expect(accounting.qos).toEqual([
      {
        name: "normal",
        priority: 10,
        preempt: [],
        preemptMode: undefined,
        graceTime: 0,
        preemptExemptTime: undefined,
        usageFactor: 1,
        flags: [],
        maxWall: 30,
        maxTresPerUser: { "gres/gpu": 64 },
      },
      {
        name: "high",
        priority: 100,
        preempt: ["normal"],
        preemptMode: "REQUEUE",
        graceTime: 0,
        preemptExemptTime: undefined,
        usageFactor: 2,
        flags: ["DenyOnLimit"],
        grpTres: { "gres/gpu": 8, node: 3 },
        grpTresMins: { cpu: 1000 },
        maxTresPerNode: { cpu: 16 },
        maxJobsPerUser: 2,
        minTresPerJob: { cpu: 1 },
      },
    ]);
  });

  const users = (name: string) => {
    const { accounting, problems } = read(QOS, [recorded(name), name]);
    expect(problems).toEqual([]);
    return accounting;
  };

  it.each(["dump.cfg", "assoc.txt"])("has the tree of accounts: %s", (name) => {
    const { accounts } = users(name);
    const tree = accounts.map(({ account, parent, fairshare, grpTres }) => [
      account,
      parent,
      fairshare,
      grpTres,
    ]);
    // The table has no ParentName unless it is asked for: accounts then hang below the root.
    const below = name === "dump.cfg" ? "org" : "root";
    expect(tree).toEqual([
      ["root", "", 1, undefined],
      ["org", "root", 10, { cpu: 60, mem: 102_400 }],
      ["lab_a", below, 40, undefined],
      ["lab_b", below, 20, undefined],
    ]);
    expect(accounts[2]).toMatchObject({
      grpTresMins: { cpu: 100_000 },
      maxWall: 60,
      qos: ["high", "normal"],
    });
  });

  it.each(["dump.cfg", "assoc.txt"])("has the users: %s", (name) => {
    const of = (user: string, account: string) =>
      users(name).users.find((one) => one.user === user && one.account === account);
    expect(of("daemon", "lab_a")).toMatchObject({
      fairshare: 3,
      maxJobs: 10,
      maxSubmitJobs: 30,
      maxTresPerJob: { cpu: 64 },
      isDefault: true,
    });
    expect(of("bin", "lab_b")).toMatchObject({ fairshare: 1, grpTres: { "gres/gpu": 3 } });
    expect(of("sys", "lab_b")!.fairshare).toBe("parent");
    expect(users(name).users.filter((one) => one.user === "bin" && one.isDefault)).toHaveLength(1);
  });

  it("tells the default account in a dump", () => {
    const { users: all } = users("dump.cfg");
    expect(all.filter((one) => one.isDefault).map((one) => [one.user, one.account])).toEqual([
      ["root", "root"],
      ["daemon", "lab_a"],
      ["bin", "lab_b"],
      ["sys", "lab_b"],
    ]);
  });
});

describe("columns of a table", () => {
  it("may stand in any order and case", () => {
    const { accounting, problems } = read(["MAXJOBSPU|name|PRIORITY\n2|high|7\n|low|\n", "q"]);
    expect(problems).toEqual([]);
    expect(
      accounting.qos.map(({ name, priority, maxJobsPerUser }) => [name, priority, maxJobsPerUser]),
    ).toEqual([
      ["normal", 0, undefined],
      ["high", 7, 2],
      ["low", 0, undefined],
    ]);
  });

  it("may give the parent's name", () => {
    const { accounting } = read([
      "Account|ParentName|User|Share\nlab|org||3\norg|root||2\nlab||anna|5\n",
      "a",
    ]);
    expect(accounting.accounts.map(({ account, parent }) => [account, parent])).toEqual([
      ["root", ""],
      ["org", "root"],
      ["lab", "org"],
    ]);
    expect(accounting.users).toMatchObject([{ user: "anna", account: "lab", fairshare: 5, isDefault: true }]);
  });

  it("may name limits as before TRES", () => {
    const { accounting } = read(["Account|User|GrpCPUs|GrpNodes|MaxCPUMins\nlab||10|2|600\n", "a"]);
    expect(accounting.accounts[1]).toMatchObject({
      grpTres: { cpu: 10, node: 2 },
      maxTresMinsPerJob: { cpu: 600 },
    });
  });
});

describe("a dump", () => {
  it("has typed GRES, whose colon begins no new setting", () => {
    const { accounting, problems } = read([
      "Parent - 'root'\nAccount - 'lab':GrpTRES=gres/gpu:a100=4,cpu=9:Fairshare=2:QOS='+high'\n",
      "d",
    ]);
    expect(problems).toEqual([]);
    expect(accounting.accounts[1]).toMatchObject({
      grpTres: { "gres/gpu:a100": 4, cpu: 9 },
      fairshare: 2,
      qos: ["high"],
    });
  });
});

describe("what is wrong with accounts", () => {
  const shown = (problems: readonly Problem[]) =>
    problems.map(({ code, message, at, path, hint }) =>
      [at === undefined ? path?.join(".") : `${at.line}:${at.column}+${at.length}`, code, message, hint].join(
        " | ",
      ),
    );

  it("is said where it stands", () => {
    const text = [
      "Parent - 'root'",
      "Account - 'lab':Fairshare=many:GrpTRSE=cpu=4",
      "Account - 'x':GrpTRES=gpus=4:MaxWall=soon:MinPrioThresh=high",
      "Parent - 'laab'",
      "User - 'anna':Fairshare=1",
      "User - 'ben':Fairsh",
    ].join("\n");
    expect(shown(read([text, "d"]).problems)).toEqual([
      "6:13+7 | slurm/syntax | this is not :Key=value | the line may have been cut off",
      `2:32+7 | slurm/unknown-key | an association has no "GrpTRSE" | did you mean GrpTRES?`,
      `2:27+4 | slurm/wrong-value | Fairshare must be a whole number of at least 0, not "many" | `,
      `3:23+6 | slurm/wrong-value | GrpTRES limits gpus, which is not a TRES | did you mean gres/gpu?`,
      `3:38+4 | slurm/wrong-value | MaxWall must be a time, not "soon" | minutes, H:M:S or D-H:M:S`,
      `3:57+4 | slurm/wrong-value | MinPrioThresh must be a whole number, not "high" | `,
      `5:9+4 | slurm/wrong-value | the user anna is in the account "laab", which there is not | did you mean lab?`,
      `6:9+3 | slurm/wrong-value | the user ben is in the account "laab", which there is not | did you mean lab?`,
    ]);
  });

  it("is a row that was cut off", () => {
    expect(shown(read(["Account|User|Share\nlab||1\nlab|an", "a"]).problems)).toEqual([
      "3:1+6 | slurm/syntax | this row has 2 columns, and the header 3 | the file may have been cut off: make it again",
    ]);
  });

  it("is a QOS that does not exist, when QOS are given", () => {
    expect(shown(read(QOS, ["Account|User|QOS\nlab||normal,hihg\n", "a"]).problems)).toEqual([
      `2:13+4 | slurm/wrong-value | there is no QOS "hihg" | did you mean high?`,
    ]);
  });

  it("is an account that is its own ancestor", () => {
    expect(shown(read(["Account|ParentName|User\na|b|\nb|a|\n", "a"]).problems)).toEqual([
      "2:3+1 | slurm/account-cycle | the account a is its own ancestor | ",
    ]);
  });

  it("is another kind of file", () => {
    expect(shown(read(["hello\n", "a"]).problems)).toEqual([
      "1:1+5 | slurm/unknown-accounts | a is neither a dump nor a table of sacctmgr | make it by sacctmgr dump CLUSTER file=FILE, or sacctmgr -P show assoc, or sacctmgr -P show qos",
    ]);
  });
});

describe("accounts in a scenario", () => {
  it("have the same names", () => {
    const problems: Problem[] = [];
    const records = [
      ...inlineQos(
        { high: { Priority: 9, Preempt: ["normal"], MaxTRESPerUser: { "gres/gpu": 4 } } },
        ["qos"],
        problems,
      ),
      ...inlineAccounts(
        { lab: { Parent: "org", Fairshare: 4, Users: { anna: { Fairshare: 2 }, ben: null } }, org: {} },
        ["accounts"],
        problems,
      ),
    ];
    const accounting = readAccounting(records, true, problems);
    expect(problems).toEqual([]);
    expect(accounting.qos[1]).toMatchObject({
      priority: 9,
      preempt: ["normal"],
      maxTresPerUser: { "gres/gpu": 4 },
    });
    expect(accounting.accounts.map(({ account, parent, fairshare }) => [account, parent, fairshare])).toEqual(
      [
        ["root", "", 1],
        ["org", "root", 1],
        ["lab", "org", 4],
      ],
    );
    expect(accounting.users.map(({ user, account, fairshare }) => [user, account, fairshare])).toEqual([
      ["anna", "lab", 2],
      ["ben", "lab", 1],
    ]);
  });

  it("lay over what a file says", () => {
    const problems: Problem[] = [];
    const records = [
      ...readRecords(recorded("dump.cfg"), { path: "dump.cfg", name: "dump.cfg" }, problems),
      ...inlineAccounts({ lab_a: { Fairshare: 60 } }, ["accounts"], problems),
    ];
    expect(readAccounting(records, false, problems).accounts[2]).toMatchObject({
      account: "lab_a",
      parent: "org",
      fairshare: 60,
      maxWall: 60,
    });
  });
});
