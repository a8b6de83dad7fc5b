import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { SavedRun } from "../../src/report/saved-run.js";

const MANIFEST = { tool: { name: "whowaits", version: "1.2.3" }, scenario: "quickstart", seed: "1" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "saved-run-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function problemOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems[0]!;
  }
  throw new Error("nothing was refused");
}

function save(target: string, result: string): void {
  const run = new SavedRun(target);
  run.write("result.json", result);
  run.finish(MANIFEST);
}

describe("SavedRun", () => {
  it("appears whole, with a manifest, only when it is finished", () => {
    const target = join(folder, "deep", "er", "run");
    const run = new SavedRun(target);
    const jobs = run.sink("jobs.csv");
    jobs("a\n");
    jobs("b°\n");
    run.write("result.json", "{}\n");
    expect(existsSync(target)).toBe(false);
    run.finish(MANIFEST);
    expect(readdirSync(target).sort()).toEqual(["jobs.csv", "manifest.json", "result.json"]);
    expect(readFileSync(join(target, "jobs.csv"), "utf8")).toBe("a\nb°\n");
    expect(JSON.parse(readFileSync(join(target, "manifest.json"), "utf8"))).toEqual({
      kind: "whowaits-run",
      version: "1.0",
      ...MANIFEST,
      files: ["jobs.csv", "manifest.json", "result.json"],
    });
    expect(readdirSync(join(folder, "deep", "er"))).toEqual(["run"]);
  });

  it("leaves nothing when it is discarded, and nothing of others' away", () => {
    const run = new SavedRun(join(folder, "a", "b", "run"));
    run.sink("journal.jsonl")("half");
    run.discard();
    run.discard();
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, "mine"), "");
    new SavedRun(join(folder, "run")).discard();
    expect(readdirSync(folder)).toEqual(["mine"]);
  });

  it("replaces an earlier saved run, and keeps it when the new one is discarded", () => {
    const target = join(folder, "run");
    save(target, "first");
    new SavedRun(target).discard();
    expect(readFileSync(join(target, "result.json"), "utf8")).toBe("first");
    save(target, "second");
    expect(readFileSync(join(target, "result.json"), "utf8")).toBe("second");
    expect(readdirSync(folder)).toEqual(["run"]);
  });

  it("takes an empty folder", () => {
    mkdirSync(join(folder, "run"));
    save(join(folder, "run"), "x");
    expect(readdirSync(join(folder, "run"))).toContain("result.json");
  });

  it("refuses a folder that holds anything else, and leaves it alone", () => {
    writeFileSync(join(folder, "thesis.tex"), "years of work");
    const problem = problemOf(() => new SavedRun(folder));
    expect(problem.code).toBe("out/not-empty");
    expect(problem.message).toBe(
      `${folder} is not empty, and does not hold a saved run that could be replaced`,
    );
    expect(readdirSync(folder)).toEqual(["thesis.tex"]);
  });

  it("refuses a foreign manifest.json and a saved run with notes in it", () => {
    const target = join(folder, "run");
    save(target, "x");
    writeFileSync(join(target, "notes.md"), "mine");
    expect(problemOf(() => new SavedRun(target)).message).toBe(
      `${target} holds a saved run, but also notes.md, which would be lost`,
    );
    mkdirSync(join(folder, "other"));
    writeFileSync(join(folder, "other", "manifest.json"), '{"name": "web app"}');
    expect(problemOf(() => new SavedRun(join(folder, "other"))).code).toBe("out/not-empty");
  });

  it("refuses a file, and a path through a file, before anything runs", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(problemOf(() => new SavedRun(file)).message).toBe(
      `${file} is a file, and a run is saved as a folder`,
    );
    const problem = problemOf(() => new SavedRun(join(file, "run")));
    expect(problem.code).toBe("out/unwritable");
    expect(problem.message).toBe(`cannot write ${join(file, "run")}: a part of the path is not a folder`);
  });
});

it.skipIf(!existsSync("/proc/self"))(
  "refuses a file system that takes no folders (/proc) instead of trying for ever",
  () => {
    expect(problemOf(() => new SavedRun("/proc/no-such-folder/run")).code).toBe("out/unwritable");
  },
);
