import { parentPort, workerData } from "node:worker_threads";
import type { Task } from "../point/point.js";
import { runTask } from "../point/run-task.js";
import { ResultStore } from "../store/store.js";

/** What a thread of the pool does: one task after the other. */
const { store: folder } = workerData as { store?: string };
const store = folder === undefined ? undefined : new ResultStore(folder);

parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await runTask(task, store)));
