import type { Task } from "../point/point.js";
import { runTask } from "../point/run-task.js";
import { ResultStore } from "../store/store.js";

/** What a process of the pool does: one task after the other, until the pool is gone. */
const [, , folder] = process.argv;
const store = folder === undefined ? undefined : new ResultStore(folder);

let turn: Promise<unknown> = Promise.resolve();
process.on("message", (task: Task) => {
  turn = turn.then(async () => process.send?.(await runTask(task, store, breathe)));
});
process.on("disconnect", () => process.exit());
// Ctrl-C reaches all processes of a terminal, and Slurm's signals all of a task: the pool's owner decides what they mean.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);

/** Lets the end of the pool be heard in the middle of a run. */
async function breathe(): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return false;
}
