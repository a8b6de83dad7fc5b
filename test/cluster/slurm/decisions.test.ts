import { describe, expect, it } from "vitest";
import { goldenCase, goldenNames } from "./support/case.js";
import { agreementOf } from "./support/replay/agreement.js";
import type { PassReport } from "./support/replay/replay.js";

/** Where our decisions differ from the recorded ones, and why. */
const known: Record<string, { passes: number; why: string }> = {
  "o-memory-defaults": { passes: 1, why: "one job of 36 is put on another node" },
  "q-oversubscribe-rows": { passes: 4, why: "an --exclusive job in a FORCE partition starts too early" },
};

describe("each pass decides as Slurm did", () => {
  it.each(goldenNames)("%s", (name) => {
    const found = agreementOf(goldenCase(name), true);
    const allowed = known[name]?.passes ?? 0;
    const [first] = found.differ;
    if (found.differ.length > allowed) expect.fail(explain(first!));
    expect(found.differ.length, "passes that are known to differ").toBe(allowed);
    if (allowed === 0) expect(found.deedsAgreed).toBe(found.deeds);
  });
});

function explain({ t, kind, expected, came, state }: PassReport): string {
  const scheduler = { b: "backfill", f: "main, full queue", m: "main, limited depth" }[kind];
  return [
    `the pass at ${t} (${scheduler}) differs`,
    `expected: ${expected.join("; ") || "nothing"}`,
    `came:     ${came.join("; ") || "nothing"}`,
    state(),
  ].join("\n");
}
