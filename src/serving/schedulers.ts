import type { RequestSchedulerEntry } from "./request-scheduler.js";
import { staticBatching } from "./static/scheduler.js";
import { vllm } from "./vllm/entry.js";

/** Every request scheduler by the name that a scenario uses. */
export const requestSchedulers: Record<string, RequestSchedulerEntry> = { vllm, static: staticBatching };
