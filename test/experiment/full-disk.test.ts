import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runTask } from "../../src/experiment/point/run-task.js";
import { Tasks } from "../../src/experiment/point/tasks.js";
import { ResultStore } from "../../src/experiment/store/store.js";
import { small } from "./support/small.js";

/** A disk that takes the first bytes of a result and then is full: what Linux answers is on /dev/full. */
const disk = vi.hoisted(() => ({ full: false }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    writeFileSync: (file: string, data: string | Buffer) => {
      if (disk.full) fs.writeFileSync(file, data.slice(0, 10));
      fs.writeFileSync(disk.full ? "/dev/full" : file, data);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-full-"));
});
afterEach(() => {
  disk.full = false;
  rmSync(folder, { recursive: true, force: true });
});

it("says that the disk is full, where, and that what was kept need not run again; leaves nothing torn", async () => {
  const store = new ResultStore(folder).open();
  const task = await (await Tasks.open(small())).task({ set: [], seed: "1" });
  disk.full = true;
  expect(await runTask(task, store)).toEqual({
    problems: [
      {
        code: "store/full",
        message: `there is no room left for results in ${folder}`,
        hint: "make room and run the same command again: what was kept is not run twice",
      },
    ],
  });
  expect(readdirSync(join(folder, "unfinished"))).toEqual([]);
  expect(store.get(task.key)).toBeUndefined();
  disk.full = false;
  expect(await runTask(task, store)).toHaveProperty("result");
  expect(store.get(task.key)).toBeDefined();
});
