import { describe, expect, it } from "vitest";
import { readConfig } from "../../../../src/cluster/slurm/config/read-config.js";
import { parseConfLines } from "../../../../src/cluster/slurm/config/read-lines.js";
import type { Problem } from "../../../../src/core/errors.js";
import { goldenCase, goldenNames, ownNames } from "../support/case.js";
import { goldenConfig } from "../support/config.js";

describe("the slurm.conf of a recorded case says what its scenario asked for", () => {
  it.each([...goldenNames, ...ownNames.filter((name) => !name.startsWith("y-partition-access"))])(
    "%s",
    (name) => {
      const golden = goldenCase(name);
      const problems: Problem[] = [];
      const warnings: Problem[] = [];
      const { topology = [] } = golden.scenario.cluster as { topology?: string[] };
      const file = { path: "/WORK/slurm.conf", name: "slurm.conf" };
      const source = {
        lines: parseConfLines(golden.conf, file, problems),
        topology: parseConfLines(topology.join("\n"), { ...file, name: "topology.conf" }, problems),
      };
      const config = readConfig(source, problems, warnings);
      expect(problems).toEqual([]);
      expect(warnings).toEqual([]);
      // Accounts are in no slurm.conf, nor which release it was and how long tests take.
      const { version } = config;
      expect(config).toEqual({
        ...goldenConfig(golden),
        version,
        accounting: undefined,
        testTime: undefined,
      });
    },
  );
});
