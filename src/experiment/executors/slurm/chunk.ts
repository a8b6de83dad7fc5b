import { basename } from "node:path";
import type { Task } from "../../point/point.js";
import { ResultStore } from "../../store/store.js";
import { WorkerPool } from "../pool.js";
import { ArrayFolder } from "./array-folder.js";

/**
 * What one task of a job array does: `node chunk.js FOLDER INDEX` runs the points of its chunk that the store does not hold.
 * Slurm starts a task anew after a node has failed, and it then goes on where it was. At a SIGINT or SIGTERM it ends after
 * the points in flight.
 */
const [, , path, text] = process.argv as unknown as [string, string, string, string];
const folder = new ArrayFolder(path, basename(path));
const index = Number(text);
const { store: kept, workers } = folder.common();
const store = new ResultStore(kept);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop.abort());

folder.tell(index, { began: true });
const running: Task[] = [];
function* missing() {
  for (const task of folder.tasks(index)) {
    if (store.get(task.key) !== undefined) {
      folder.tell(index, { key: task.key, kept: true });
      continue;
    }
    running.push(task);
    yield task;
  }
}
const pool = new WorkerPool({ workers, store: kept });
try {
  await pool.run(
    missing(),
    (at, outcome) => {
      const { key } = running[at]!;
      folder.tell(index, "result" in outcome ? { key, kept: true } : { key, outcome });
    },
    stop.signal,
  );
  folder.tell(index, { end: true });
} finally {
  await pool.close();
}
