import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repoPath } from "../../support/shared.js";
import { readGolden, replay } from "./golden.js";

const folder = repoPath("test/oracles/sglang");
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json.gz"))
  .sort();

describe("SGLang, turn by turn against recordings of its own scheduler classes", () => {
  it("has all 37 recordings", () => expect(cases).toHaveLength(37));

  it.each(cases)("%s", (name) => {
    const golden = readGolden(join(folder, name));
    const ours = replay(golden);
    for (let i = 0; i < Math.max(golden.steps.length, ours.length); i++)
      expect(ours[i], `${golden.name}, step ${golden.steps[i]?.step ?? "past the end"}`).toEqual(
        golden.steps[i],
      );
  });
});
