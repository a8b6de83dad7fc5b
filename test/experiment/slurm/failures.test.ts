import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { SlurmExecutor, type SlurmOptions } from "../../../src/experiment/executors/slurm/slurm.js";
import type { Outcome, Task } from "../../../src/experiment/point/point.js";
import { Tasks } from "../../../src/experiment/point/tasks.js";
import { ResultStore } from "../../../src/experiment/store/store.js";
import { whowaits } from "../../support/command-line.js";
import { small } from "../support/small.js";

/**
 * A Slurm that misbehaves as a real one cannot be made to: its commands are shell scripts, first on the path. What they
 * answer was taken from Slurm 22.05.
 */
let folder: string;
let store: ResultStore;
const path = process.env.PATH!;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-bad-slurm-"));
  mkdirSync(join(folder, "bin"));
  store = new ResultStore(join(folder, "store")).open();
  process.env.PATH = `${join(folder, "bin")}:${path}`;
  process.env.FAKE = folder;
});
afterEach(() => {
  process.env.PATH = path;
  delete process.env.FAKE;
  rmSync(folder, { recursive: true, force: true });
});

/** Sets commands; `$array` is the folder of the array that sbatch is given, `$n` counts its calls. */
function slurm(commands: { sbatch: string; squeue?: string; scontrol?: string; scancel?: string }): void {
  const all = { squeue: "", scontrol: "echo MaxArraySize = 1001", scancel: "", ...commands };
  const head = `#!/bin/sh
for last; do :; done
array=$(dirname -- "$last")
[ "$1" = --version ] && exit 0
n=$(( $(cat "$FAKE/calls" 2>/dev/null || echo 0) + 1 ))
`;
  const count = `echo $n > "$FAKE/calls"\n`;
  for (const [name, body] of Object.entries(all)) {
    const file = join(folder, "bin", name);
    writeFileSync(file, head + (name === "sbatch" ? count : "") + body);
    chmodSync(file, 0o755);
  }
}

/** Runs all tasks of an array at once, where sbatch stands. */
const RUN_ALL = `
for tasks in "$array"/tasks/*; do SLURM_ARRAY_TASK_ID=$(basename "$tasks" .jsonl) sh "$last"; done
echo $n`;

/** Keeps a job of two tasks for `RUN_NOW`, which runs those that are kept and says that they have ended. */
const LATER = `basename "$array" > "$FAKE/name-$n"; cp "$last" "$FAKE/job-$n"; echo $n`;
const RUN_NOW = `for job in "$FAKE"/job-*; do n=\${job##*-}; name=$(cat "$FAKE/name-$n")
[ -e "$FAKE/ran-$n" ] || { for i in 0 1; do SLURM_ARRAY_TASK_ID=$i sh "$job"; done; touch "$FAKE/ran-$n"; }
for i in 0 1; do echo "$name|$i|\${n}_$i|COMPLETED|None"; done; done`;

async function tasksOf(count: number): Promise<Task[]> {
  const tasks = await Tasks.open({ ...small(), folder });
  return Promise.all(Array.from({ length: count }, (_, i) => tasks.task({ set: [], seed: String(i + 1) })));
}

const PACE = { soonest: 10, latest: 20, lag: 100, patience: 200, submitting: 1000 };

async function run(tasks: readonly Task[], options: Partial<SlurmOptions> = {}, stop?: AbortSignal) {
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  const outcomes: Outcome[] = [];
  const ended = (index: number, outcome: Outcome) => {
    outcomes[index] = outcome;
  };
  const executor = await new SlurmExecutor({ store, note, pace: PACE, ...options }).open();
  const failure = await executor.run(tasks, ended, stop).catch((error) => error);
  return { outcomes, notes, failure };
}

const submissions = () => Number(readFileSync(join(folder, "calls"), "utf8"));
const folders = () => readdirSync(join(store.folder, "slurm"));

describe("a Slurm that misbehaves", () => {
  it("is not there: said before anything is made ready", () => {
    writeFileSync(join(folder, "s.yaml"), stringify(small().object));
    const args = ["--vary", "fleet.pools.0.nodes=4..8", "--executor", "slurm"];
    const nowhere = { PATH: join(folder, "bin") };
    const { status, out, err } = whowaits(folder, ["sweep", "s.yaml", ...args], nowhere);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toBe(
      "error[slurm/missing]: there is no sbatch on this machine\n" +
        "  = start it where Slurm's commands are, such as a login node; --executor local needs none\n",
    );
  });

  it("has array tasks that begin and never come back: tried three times, in ever smaller chunks", async () => {
    slurm({
      sbatch: `for i in $(ls "$array/tasks"); do echo '{"began":true}' > "$array/told/$i"; done
echo "$*" >> "$FAKE/args"; echo $n`,
    });
    const { outcomes, failure } = await run(await tasksOf(20), { chunk: 20 });
    expect(failure).toBe(undefined);
    const arrays = readFileSync(join(folder, "args"), "utf8").match(/--array=\S+/g);
    expect(arrays).toEqual(["--array=0-0", "--array=0-6", "--array=0-19"]);
    expect(outcomes).toHaveLength(20);
    const message = expect.stringMatching(
      /^its array task ended 3 times without a result \(last whowaits-\w+_\d+: no longer known to Slurm\); the same command tries it again$/,
    );
    expect(outcomes[0]).toMatchObject({ problems: [{ code: "slurm/lost", message }] });
  });

  it("cannot start anything on its nodes: said at once, with what the task printed", async () => {
    slurm({
      sbatch: `echo "/usr/bin/node: not found" > "$array/log/0.txt"; basename "$array" > "$FAKE/name"; echo $n`,
      squeue: `name=$(cat "$FAKE/name"); for i in 0 1; do echo "$name|$i|7_$i|FAILED|NonZeroExitCode"; done`,
    });
    const { outcomes, failure } = await run(await tasksOf(2), { chunk: 1 });
    expect([outcomes, submissions()]).toEqual([[], 1]);
    expect(failure.problems).toMatchObject([
      {
        code: "slurm/not-started",
        message: 'no task of the array could begin; 7_0: FAILED, which printed "/usr/bin/node: not found"',
      },
    ]);
  });

  it("stops answering: what was submitted is left to go on, and the next command finds it", async () => {
    const squeue = `echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1`;
    slurm({ sbatch: "echo $n", squeue });
    const tasks = await tasksOf(3);
    const { failure } = await run(tasks);
    expect(failure.problems).toEqual([
      {
        code: "slurm/unreachable",
        message:
          "Slurm does not answer: slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
        hint: "what was submitted goes on; the same command goes on from there and finds it",
      },
    ]);
    const [name] = folders();
    slurm({
      sbatch: "exit 1",
      squeue: `[ -e "$FAKE/ran" ] || { touch "$FAKE/ran"; (cd "$FAKE/store/slurm/${name}"; for i in 0 1 2; do SLURM_ARRAY_TASK_ID=$i sh job.sh; done) }
for i in 0 1 2; do echo "${name}|$i|1_$i|RUNNING|None"; done`,
    });
    const { outcomes, notes } = await run(tasks);
    expect(outcomes.map((outcome) => "result" in outcome)).toEqual([true, true, true]);
    expect(notes).toEqual(["array 1 was submitted before and goes on: its points are waited for"]);
    expect(folders()).toEqual([]);
  });

  it("takes no more jobs for now: the rest is submitted when there is room", async () => {
    slurm({
      scontrol: "echo MaxArraySize = 2",
      sbatch: `[ $n = 2 ] && { echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1; }
${LATER}`,
      squeue: RUN_NOW,
    });
    const { outcomes, notes, failure } = await run(await tasksOf(4), { chunk: 1 });
    expect([failure, submissions()]).toEqual([undefined, 3]);
    expect(outcomes.map((outcome) => "result" in outcome)).toEqual([true, true, true, true]);
    expect(notes[1]).toBe(
      "sbatch refused the job array: QOSMaxSubmitJobPerUserLimit; trying again when others have ended",
    );
  });

  it("is given one array after the other under a throttle, which would bound each by itself", async () => {
    slurm({
      scontrol: "echo MaxArraySize = 2",
      // The first array must be over when the second one comes.
      sbatch: `[ $n = 1 ] || [ -e "$FAKE/ran-1" ] || exit 1
echo "$*" >> "$FAKE/args"
${LATER}`,
      squeue: RUN_NOW,
    });
    const { outcomes, failure } = await run(await tasksOf(4), { chunk: 1, throttle: 1 });
    expect([failure, outcomes.length, submissions()]).toEqual([undefined, 4, 2]);
    expect(readFileSync(join(folder, "args"), "utf8").match(/--array=\S+/g)).toEqual([
      "--array=0-1%1",
      "--array=0-1%1",
    ]);
  });

  it("says that a task has ended before what it wrote can be seen: it is waited for", async () => {
    slurm({
      sbatch: `basename "$array" > "$FAKE/name"
( sleep 0.3; SLURM_ARRAY_TASK_ID=0 sh "$last" ) > /dev/null 2>&1 &
echo $n`,
      squeue: `echo "$(cat "$FAKE/name")|0|1_0|COMPLETED|None"`,
    });
    const { outcomes, failure } = await run(await tasksOf(2), { chunk: 2, pace: { ...PACE, lag: 30_000 } });
    expect([failure, submissions()]).toEqual([undefined, 1]);
    expect(outcomes.map((outcome) => "result" in outcome)).toEqual([true, true]);
  });

  it("ends a task early because somebody cancelled it: nothing is submitted again", async () => {
    slurm({
      sbatch: `basename "$array" > "$FAKE/name"; printf '{"began":true}\\n{"end":true}\\n' > "$array/told/0.jsonl"; echo $n`,
      // The task has ended by itself before Slurm knows why.
      squeue: `echo x >> "$FAKE/asked"; state=RUNNING; [ $(grep -c x "$FAKE/asked") -gt 3 ] && state=CANCELLED
echo "$(cat "$FAKE/name")|0|9_0|$state|None"`,
    });
    const { outcomes, failure } = await run(await tasksOf(2), { chunk: 2 });
    expect([outcomes, submissions()]).toEqual([[], 1]);
    expect(failure.problems).toEqual([
      {
        code: "slurm/cancelled",
        message: "9_0 was cancelled, and not by this command",
        hint: "what has come back is kept; the same command goes on from there",
      },
    ]);
  });

  it("says that a point is kept, and it is torn: it runs again", async () => {
    slurm({
      sbatch: `${RUN_ALL}
[ $n = 1 ] && for file in "$FAKE"/store/??/*; do : > "$file"; break; done; exit 0`,
    });
    const { outcomes, failure } = await run(await tasksOf(3));
    expect([failure, submissions()]).toEqual([undefined, 2]);
    expect(outcomes.map((outcome) => "result" in outcome)).toEqual([true, true, true]);
  });

  it.each([
    [
      "has arrays switched off",
      "echo MaxArraySize = 0",
      "this Slurm takes no job arrays: its MaxArraySize is 0",
    ],
    [
      "has commands and no cluster",
      'echo "scontrol: fatal: Could not establish a configuration source" >&2; exit 1',
      "Slurm does not answer: fatal: Could not establish a configuration source",
    ],
  ])("%s", async (_, scontrol, message) => {
    slurm({ sbatch: "exit 1", scontrol });
    await expect(run(await tasksOf(1))).rejects.toThrow(message);
  });

  it("is not asked for what another command's array still runs, and that one is not cancelled by a stop", async () => {
    const all = await tasksOf(4);
    const squeue = `echo "slurm_load_jobs error" >&2; exit 1`;
    slurm({ sbatch: "echo $n", squeue });
    await run(all, { chunk: 4 });
    const [name] = folders();
    slurm({
      sbatch: "exit 1",
      squeue: `echo "${name}|0|1_0|RUNNING|None"`,
      scancel: `echo "$*" >> "$FAKE/cancelled"`,
    });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const { outcomes, failure } = await run(all.slice(0, 2), {}, stop.signal);
    expect([outcomes, failure]).toEqual([[], undefined]);
    expect(readdirSync(folder)).not.toContain("cancelled");
  });
});
