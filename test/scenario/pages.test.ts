import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { clusterPolicies } from "../../src/cluster/registry.js";
import { gpuTypes } from "../../src/fleet/catalogue.js";
import { models } from "../../src/serving/model/catalogue.js";
import { requestSchedulers } from "../../src/serving/schedulers.js";
import { repoPath } from "../support/shared.js";

const read = (path: string) => readFileSync(repoPath(path), "utf8");

it.each([...Object.values(clusterPolicies), ...Object.values(requestSchedulers)].map((entry) => entry.info))(
  "$name has a page",
  ({ name }) => {
    const page = `docs/policies/${name}.md`;
    expect(existsSync(repoPath(page)), page).toBe(true);
    expect(read(page)).toMatch(new RegExp(`^# ${name}\n`));
    expect(read(page)).toMatch(/Knobs/);
  },
);

it("the page of engines names every model and every GPU of the catalogues, and no other", () => {
  const rows = read("docs/engines.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split("|")[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
  const presets = ["vllm", "trtllm", "sglang", "any"];
  expect(rows.sort()).toEqual([...Object.keys(models), ...Object.keys(gpuTypes), ...presets].sort());
});
