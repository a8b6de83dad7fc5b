import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Job } from "kubernetes-models/batch/v1";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { small } from "../experiment/support/small.js";
import { keptResults, whowaits } from "../support/command-line.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-kubernetes-"));
  writeFileSync(join(folder, "s.yaml"), stringify(small({ name: "My sweep!" }).object));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sweep = (...args: string[]) => whowaits(folder, ["sweep", "s.yaml", ...args]);
const GRID = [
  "--vary",
  "fleet.pools.0.nodes=4..8",
  "--vary",
  "scheduler.policy=fifo,easy",
  "--set",
  "name=a $(b)",
];
const POD = ["--executor", "kubernetes", "--dry-run", "--image", "registry/whowaits:1", "--claim", "disk"];

describe("--executor kubernetes --dry-run", () => {
  it("prints an Indexed Job that Kubernetes' schema takes, and the command that gathers", () => {
    const args = [...GRID, "--seeds", "3..6", "--chunk", "7", "--throttle", "3", "--workers", "2"];
    const { status, out, err } = sweep(...args, ...POD, "--out", "p.csv");
    const same = "sweep s.yaml --vary fleet.pools.0.nodes=4..8 --vary scheduler.policy=fifo,easy";
    const gather = `whowaits ${same} --set 'name=a $(b)' --seeds 3..6 --store .whowaits/points --out p.csv`;
    expect([status, err]).toEqual([0, `to gather, where the volume is mounted: ${gather}\n`]);
    expect(out).toContain(`# 40 points in 6 pods; disk must hold this folder.\n`);
    expect(out).toContain(`# ${gather}\n`);
    const job = parse(out);
    new Job(job).validate();
    expect(job.metadata.name).toMatch(/^whowaits-a-b-[0-9a-f]{8}$/);
    expect(job.spec).toMatchObject({ completionMode: "Indexed", completions: 6, parallelism: 3 });
    const [container] = job.spec.template.spec.containers;
    expect(container.command.slice(-5)).toEqual([
      "2",
      "--shard",
      "$(JOB_COMPLETION_INDEX)/6",
      "--quiet",
      "--yes",
    ]);
    expect(container.command).toContain("name=a $$(b)");
    expect(container.resources.requests).toEqual({ cpu: "2" });
  });

  it("makes pods that together do the whole, each point once; gathering runs nothing", () => {
    const whole = sweep(...GRID, "--store", "whole", "--out", "whole.csv", "-q");
    expect(whole.status).toBe(0);
    const { out } = sweep(...GRID, ...POD, "--chunk", "4", "--store", "shared");
    const { completions, template } = parse(out).spec;
    expect(completions).toBe(3);
    const counts = Array.from({ length: completions }, (_, index) => {
      // What Kubernetes makes of the command of a pod.
      const words: string[] = template.spec.containers[0].command.map((word: string) =>
        word.replace("$(JOB_COMPLETION_INDEX)", String(index)).replaceAll("$$(", "$("),
      );
      expect(whowaits(folder, words.slice(1))).toEqual({ status: 0, out: "", err: "" });
      return keptResults(join(folder, "shared"));
    });
    expect(counts).toEqual([4, 7, 10]);
    const gathered = sweep(...GRID, "--store", "shared", "--out", "-");
    expect(gathered.out).toBe(sweep(...GRID, "--store", "whole", "--out", "-").out);
  });

  it.each([
    [["--executor", "kubernetes"], "error[kubernetes/dry-run]: sweeps are not run on Kubernetes from here"],
    [[...POD.slice(0, 5)], "error[kubernetes/incomplete]: the pods need a volume that they share"],
    [[...POD.slice(0, 3)], "error[kubernetes/incomplete]: the pods need an image that has whowaits"],
    [[...POD, "--seeds", "1..1000000", "--chunk", "2"], "are 5,000,000 pods"],
    [[...POD, "--partition", "main"], "--partition means nothing to --executor kubernetes"],
    [["--claim", "disk"], "--claim means nothing to --executor local"],
    [["--dry-run"], "--dry-run means nothing to --executor local"],
    [["--chunk", "3"], "--chunk means nothing to --executor local"],
    [["--shard", "3/3"], "--shard takes an index and how many there are"],
  ])("%j ends with 2 and says what is wrong", (args, text) => {
    const { status, out, err } = sweep(...GRID, ...args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(text);
    expect(err).not.toContain("    at ");
  });
});
