import { describe, expect, it } from "vitest";
import {
  type SprioRow,
  sprioLong,
  sprioNormalized,
  sprioNumbers,
  sprioRows,
} from "../../../../src/cluster/slurm/priority/sprio.js";
import { sshareLong } from "../../../../src/cluster/slurm/priority/sshare.js";
import { Books } from "../support/books.js";
import { goldenCase, type Snapshot } from "../support/case.js";
import { decayTicks } from "../support/decay-phase.js";

const cases = [
  "d-multifactor",
  "d-multifactor-small-relative",
  "d-multifactor-small-tres",
  "e-fairshare-classic",
  "e-fairtree",
  "n-partitions",
  "n-partitions-enforce-all",
  "v-mixed-end-to-end",
  "w-depth-oblivious",
  "w-fair-tree-parent",
  "w-priority-flags",
];

/** Commands take their time: they answer a little after the recorder's time stamp, twice a second and more. */
const answer = 0.2;
const slow: Record<string, number> = { "w-fair-tree-parent 110.1": 2.2, "w-priority-flags 110.1": 0.9 };

describe("every number that sprio and sshare printed", () => {
  it.each(cases)("%s", (name) => {
    const golden = goldenCase(name);
    const { observed } = golden;
    const first: string[] = [];
    const logged = new Map(
      observed.decision_log
        .filter(([, kind]) => kind === "submit")
        .map(([, , label, detail]) => [label, Number(detail.replace("InitPrio=", ""))]),
    );
    const books = new Books(golden, decayTicks(name), {
      submitted(job, label) {
        const initial = logged.get(label);
        if (initial !== undefined && initial !== job.priority)
          first.push(`${label}: ${job.priority} instead of ${initial}`);
      },
    });
    let rows = 0;
    for (const snapshot of observed.snapshots) {
      books.advance(snapshot.t + answer);
      rows += compareSprio(books, snapshot, golden.observed.users);
      books.advance(snapshot.t + (slow[`${name} ${snapshot.t}`] ?? answer));
      if (snapshot.sshare_l) {
        const { classic } = books.priorities;
        expect(sorted(sshareLong(books.state, classic)), `at ${snapshot.t}`).toEqual(
          sorted(snapshot.sshare_l),
        );
        rows += snapshot.sshare_l.length - 1;
      }
    }
    expect(first).toEqual([]);
    expect(rows).toBeGreaterThan(20);
  });
});

function compareSprio(books: Books, snapshot: Snapshot, users: Record<string, string>): number {
  const { state, priorities } = books;
  const shown = new Set(snapshot.sprio_weighted!.map((line) => Number(line.split("|")[0])));
  // With CALCULATE_RUNNING, Slurm lists ended jobs too while it remembers them.
  const remembered = new Set([...state.jobs].map(({ id }) => id));
  const known = (lines: readonly string[]) =>
    sorted(
      state.config.priority.flags.calculateRunning
        ? lines.filter((text) => remembered.has(Number(text.split("|")[0])))
        : lines,
    );
  // An array in the queue is one record for Slurm, of which the books know every task.
  const rows = sprioRows(state, priorities).filter(({ job }) => shown.has(job.id));
  const line = (numbers: (row: SprioRow) => string[]) => (row: SprioRow) =>
    [row.job.id, ...numbers(row)].join("|");
  const when = `at ${snapshot.t}`;
  expect(sorted(rows.map(line(sprioNumbers))), when).toEqual(known(snapshot.sprio_weighted!));
  const normalized = line((row) => sprioNormalized(row, state.config.priority));
  expect(sorted(rows.map(normalized)), when).toEqual(known(snapshot.sprio_normalised!));
  const long = (snapshot as Snapshot & { sprio_l?: string[] }).sprio_l;
  if (long) {
    const names = long.map((text) =>
      Object.entries(users).reduce(
        (renamed, [label, name]) =>
          renamed.replace(` ${name.slice(0, 8).padStart(8)} `, ` ${label.padStart(8)} `),
        text,
      ),
    );
    expect(sorted([...sprioLong(rows), ""]), when).toEqual(sorted(names));
  }
  return rows.length;
}

function sorted(lines: readonly string[]): string[] {
  return [...lines].sort();
}
