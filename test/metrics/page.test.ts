import { expect, it } from "vitest";
import { metricsPage } from "../../src/metrics/page.js";
import { METRICS } from "../../src/metrics/registry.js";
import { repoPath } from "../support/shared.js";

it("docs/metrics.md is what the registry says", async () => {
  await expect(metricsPage()).toMatchFileSnapshot(repoPath("docs/metrics.md"));
});

it("has an entry for every metric", () => {
  const headings = metricsPage().match(/^### `[a-z0-9-]+`/gm);
  expect(headings?.map((h) => h.slice(5, -1)).sort()).toEqual(Object.keys(METRICS).sort());
});
