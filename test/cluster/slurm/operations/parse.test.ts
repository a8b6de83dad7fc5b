import { describe, expect, it } from "vitest";
import { OperationError } from "../../../../src/cluster/slurm/operations/operation-error.js";
import { parseOperation } from "../../../../src/cluster/slurm/operations/parse.js";

describe("what an administrator types", () => {
  it.each([
    [
      "scontrol update NodeName=n[1-2] State=DOWN Reason='bad disk'",
      { kind: "node-state", nodes: ["n1", "n2"], state: "DOWN", reason: "bad disk" },
    ],
    [
      "scontrol update nodename=n3 state=resume",
      { kind: "node-state", nodes: ["n3"], state: "RESUME", reason: "" },
    ],
    [
      "scontrol update PartitionName=gpu State=DRAIN",
      { kind: "partition-state", partition: "gpu", state: "DRAIN" },
    ],
    ["scontrol hold 12,13", { kind: "hold", jobs: ["12", "13"], by: "admin" }],
    ["scontrol uhold 12", { kind: "hold", jobs: ["12"], by: "user" }],
    ["scontrol release jobid=12", { kind: "release", jobs: ["12"] }],
    ["scontrol requeue 12_3", { kind: "requeue", jobs: ["12_3"], hold: false }],
    [
      "scontrol update JobId=9 TimeLimit=2:00:00 Nice=-5 Partition=a,b",
      { kind: "update-job", jobs: ["9"], changes: { timeLimit: 120, nice: -5, partitions: ["a", "b"] } },
    ],
    ["scancel 11", { kind: "cancel", filter: { jobs: ["11"] } }],
    ["scancel -t PENDING -q burn", { kind: "cancel", filter: { jobs: [], state: "PENDING", qos: "burn" } }],
    ["scancel --state=R --user ann", { kind: "cancel", filter: { jobs: [], state: "RUNNING", user: "ann" } }],
    ["sprio -l", { kind: "print", what: "sprio", command: "sprio -l" }],
    ["sshare -l -a", { kind: "print", what: "sshare", command: "sshare -l -a" }],
    ["scontrol delete ReservationName=maint", { kind: "delete-reservation", name: "maint" }],
  ])("%s", (line, operation) => {
    expect(parseOperation(line)).toEqual(operation);
  });

  it("a reservation's words are kept for who makes it", () => {
    const made = parseOperation(
      "scontrol create reservation ReservationName=m StartTime=now Nodes=n[7-8] Flags=MAINT",
    );
    expect(made.kind).toBe("create-reservation");
    expect(Object.fromEntries(made.kind === "create-reservation" ? made.given : [])).toEqual({
      reservationname: "m",
      starttime: "now",
      nodes: "n[7-8]",
      flags: "MAINT",
    });
  });
});

describe("what cannot be meant", () => {
  it.each([
    [
      "sinfo",
      '"sinfo" is not a command that can be given here',
      "sinfo",
      "there are scontrol, scancel, sprio and sshare",
    ],
    [
      "scontrol updat NodeName=n1",
      "scontrol updat is not an operation that can be given here",
      "updat",
      'did you mean "update"?',
    ],
    [
      "scontrol update NodeName=n1 State=BROKEN",
      'a node cannot be given the state "BROKEN"',
      "BROKEN",
      "there are DOWN, DRAIN, FAIL, RESUME, UNDRAIN, IDLE, POWER_UP, POWER_DOWN, POWER_DOWN_ASAP, POWER_DOWN_FORCE",
    ],
    [
      "scontrol update State=UP",
      "scontrol update names nothing to update",
      "update",
      "it takes NodeName=, PartitionName=, JobId= or ReservationName=",
    ],
    ["scontrol hold", "scontrol hold names no job", "hold", undefined],
    ["scancel --stat=PD", 'scancel has no option "--stat=PD" here', "--stat=PD", "did you mean --state?"],
    ["sprio -n 5", 'sprio takes no "-n" here', "-n", "write sprio -l"],
    ["scancel -t", "-t needs a value", "-t", undefined],
    [
      "scontrol update JobId=1 Colour=red",
      "a job's colour cannot be changed here",
      "colour",
      "Priority, Nice, TimeLimit, Partition, QOS and Dependency can",
    ],
  ])("%s", (line, message, word, hint) => {
    try {
      parseOperation(line);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OperationError);
      expect(error).toMatchObject({ message, word, hint });
    }
  });
});
