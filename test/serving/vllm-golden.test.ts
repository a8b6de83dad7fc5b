import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repoPath } from "../support/shared.js";
import { readGolden, replay } from "./golden.js";

const folder = repoPath("test/oracles/vllm");
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json.gz"))
  .sort();

const page = readFileSync(repoPath("docs/policies/vllm.md"), "utf8");

describe("vLLM V1, step by step against recordings of its own scheduler classes", () => {
  it("has all 40 recordings", () => expect(cases).toHaveLength(40));

  it.each(cases)("%s", (name) => {
    const golden = readGolden(join(folder, name));
    const ours = replay(golden);
    for (let i = 0; i < Math.max(golden.steps.length, ours.steps.length); i++)
      expect(ours.steps[i], `${golden.name}, step ${golden.steps[i]?.step ?? "past the end"}`).toEqual(
        golden.steps[i],
      );
    expect(ours.final, `${golden.name}, at the end`).toEqual(golden.final);
    const entries = golden.steps.map(({ schedule }) => schedule);
    const counts = [
      golden.steps.length,
      entries.reduce((sum, entry) => sum + (entry?.scheduled.length ?? 0), 0),
      entries.reduce((sum, entry) => sum + (entry?.preempted.length ?? 0), 0),
    ];
    expect(page).toMatch(
      new RegExp(`^\\| \`${name.slice(0, -8)}\` .* \\| ${counts.join(" \\| ")} \\| all \\|$`, "m"),
    );
  });
});
