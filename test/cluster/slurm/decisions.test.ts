import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { goldenCase, goldenNames, ownNames, powerNames } from "./support/case.js";
import { type Agreement, agreementOf } from "./support/replay/agreement.js";
import type { PassReport } from "./support/replay/replay.js";

/** Passes that decide something else than Slurm did. */
const known: Record<string, { passes: number; why: string }> = {
  "w-priority-flags": { passes: 1, why: "when priorities were computed is not in the recording" },
  "w-topology-block-cores": { passes: 1, why: "nothing shows why 24.11 plans a job by tasks elsewhere" },
};

/** Says how far each case agrees, a row for each; `AGREEMENT=write` writes them anew. */
const page = "docs/policies/slurm-agreement.md";
const [before, documented, after] = readFileSync(page, "utf8").split(
  /(?<=<!-- decisions -->\n)|(?=<!-- end of decisions)/,
) as [string, string, string];
const rows: string[] = [];

/** Changes of jobs by scontrol are replayed by trajectories only; `scontrol reconfigure` not at all. */
const changed: readonly string[] = [
  "w-usage-threshold",
  "x-dependency-update",
  "x-dependency-after",
  "y-usage-reset-now",
];
const cases = [...goldenNames, ...ownNames, ...powerNames].filter((name) => !changed.includes(name));

/**
 * Each pass of the recorded scheduler is run on the recorded state: jobs and nodes are as Slurm had left
 * them, the decision is ours and is then forgotten.
 */
describe("each pass decides as Slurm did", () => {
  it.each(cases)("%s", (name) => {
    const found = agreementOf(goldenCase(name), true);
    const allowed = known[name]?.passes ?? 0;
    const [first] = found.differ;
    if (found.differ.length > allowed) expect.fail(explain(first!));
    expect(found.differ.length, "passes that are known to differ").toBe(allowed);
    rows.push(row(name, found));
    if (process.env.AGREEMENT !== "write") expect(documented, others(found)).toContain(rows.at(-1));
  });

  afterAll(() => {
    if (process.env.AGREEMENT === "write")
      writeFileSync(page, `${before}\n${heading}${rows.join("\n")}\n\n${after}`);
  });
});

const heading = `| Case | Passes | Starts and evictions | Reasons | Expected starts | CPUs and GPUs |
|---|---|---|---|---|---|
`;

function row(name: string, found: Agreement): string {
  const share = (agreed: number, all: number) =>
    all === 0 ? "" : agreed === all ? all : `${agreed} of ${all}`;
  return `| ${[
    `\`${name}\``,
    share(found.run - found.differ.length, found.run),
    share(found.deedsAgreed, found.deeds),
    share(found.reasonsAgreed, found.reasons),
    share(found.plansAgreed, found.plans),
    share(found.placesAgreed, found.places),
  ].join(" | ")} |`.replaceAll(/\| {2}(?=\|)/g, "| ");
}

function explain({ t, kind, expected, came, state }: PassReport): string {
  const scheduler = { b: "backfill", f: "main, full queue", m: "main, limited depth" }[kind];
  return [
    `the pass at ${t} (${scheduler}) differs`,
    `expected: ${expected.join("; ") || "nothing"}`,
    `came:     ${came.join("; ") || "nothing"}`,
    state(),
  ].join("\n");
}

function others({ otherReasons, otherPlans, otherPlaces }: Agreement): string {
  return [`a row of ${page}`, ...otherReasons, ...otherPlans, ...otherPlaces].join("\n");
}
