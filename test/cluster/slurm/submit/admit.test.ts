import { describe, expect, it } from "vitest";
import { createAccounting } from "../../../../src/cluster/slurm/accounting.js";
import type { SlurmJob } from "../../../../src/cluster/slurm/model/job.js";
import type { Reservation } from "../../../../src/cluster/slurm/model/reservation.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { createSelector } from "../../../../src/cluster/slurm/select/selector.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { admit } from "../../../../src/cluster/slurm/submit/admit.js";
import { messages } from "../../../../src/cluster/slurm/submit/messages.js";
import { type GoldenCase, goldenCase, goldenNames, ownNames } from "../support/case.js";
import { goldenConfig } from "../support/config.js";
import { type GoldenJob, goldenJobs } from "../support/jobs.js";

/** Every submission of the case, refused ones too, in time order. */
function submissions(golden: GoldenCase): GoldenJob[] {
  const ids = Object.fromEntries(
    golden.scenario.workload.map((job, i) => [String(10_000 * (i + 1)), job.id]),
  );
  const whole = { ...golden, observed: { ...golden.observed, ids } };
  return goldenJobs(whole).sort((a, b) => a.source.submit_s - b.source.submit_s);
}

/** The administrator's changes up to the moment that matter to submissions. */
function operate(golden: GoldenCase, state: SlurmState, until: number): void {
  for (const { t, cmd } of golden.scenario.operations ?? []) {
    if (t > until) continue;
    const values = new Map(cmd.map((word) => word.split("=") as [string, string]));
    const name = values.get("PartitionName");
    const partition = state.partitions.find((one) => one.name === name);
    if (partition && values.get("State")) partition.state = values.get("State") as typeof partition.state;
    const reservation = values.get("ReservationName");
    if (reservation && cmd.includes("create")) {
      const users = (values.get("Users") ?? "").split(",").map((user) => user.replace(/[{}]|u:/g, ""));
      const flags = new Set(values.get("Flags")?.split(","));
      const made = { name: reservation, users, accounts: [], flags };
      state.reservations.push(made as unknown as Reservation);
    }
  }
}

function record(asked: GoldenJob, state: SlurmState): SlurmJob {
  const partitions = asked.partitions.length
    ? asked.partitions.map((name) => state.partitions.find((one) => one.name === name)!)
    : [state.partitions.find((one) => one.config.default)!];
  const own = state.associations.filter((one) => one.user === asked.user);
  const association = own.find((one) =>
    asked.account ? one.account === asked.account : one.config.isDefault,
  );
  return {
    ...asked,
    account: association?.account ?? "",
    association,
    qos: state.qos.get(asked.qos || "normal"),
    partitions,
    partition: partitions[0]!,
    reservation: state.reservations.find((one) => one.name === asked.request.reservation),
    tasksLeft: asked.array?.tasks ?? [],
    totalCpus: 0,
  } as unknown as SlurmJob;
}

describe("what is refused at submission, and in which words", () => {
  it.each([
    ...goldenNames,
    "w-enforce-any",
    "x-reservation-float",
    ...ownNames.filter((name) => /^(y-(gpu|memory|partition)-|w-(topology|run)-)/.test(name)),
  ])("%s", (name) => {
    const golden = goldenCase(name);
    const answers: Record<string, string> = {};
    for (const asked of submissions(golden)) {
      // `-L a|b` is no list of licences; the reader of options refuses it.
      if (asked.source.licenses?.includes("|")) continue;
      const state = buildState(goldenConfig(golden));
      operate(golden, state, asked.source.submit_s);
      const job = record(asked, state);
      const { reject } = createAccounting(state).limits.submit(job);
      const refused = admit(job, state, createSelector(state)) ?? (reject && `${reject}: ${messages.policy}`);
      if (refused !== undefined) answers[asked.source.id] = refused;
    }
    const recorded = Object.entries(golden.observed.rejected).filter(([, text]) => text !== "");
    const expected = Object.fromEntries(
      recorded
        .filter(
          ([label]) => !golden.scenario.workload.find((job) => job.id === label)?.licenses?.includes("|"),
        )
        .map(([label, text]) => [label, worded(text)]),
    );
    expect(answers).toEqual(expected);
  });
});

/** The last line is the message; a limit stands in the line before. */
function worded(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/^sbatch: error: (Batch job submission failed: )?/, ""));
  return lines.length > 1 && /^(QOS|Assoc|Max)/.test(lines[0]!) ? lines.join(": ") : lines.at(-1)!;
}
