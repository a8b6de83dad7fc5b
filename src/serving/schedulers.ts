import { edf } from "./edf/entry.js";
import { fastserve } from "./fastserve/entry.js";
import { orca } from "./orca/scheduler.js";
import type { RequestSchedulerEntry } from "./request-scheduler.js";
import { sarathi } from "./sarathi/entry.js";
import { sglang } from "./sglang/entry.js";
import { sjf } from "./sjf/scheduler.js";
import { staticBatching } from "./static/scheduler.js";
import { trtllm } from "./trtllm/entry.js";
import { vllm } from "./vllm/entry.js";
import { vllmV0 } from "./vllm-v0/entry.js";
import { vtc } from "./vtc/entry.js";

/** Every request scheduler by the name that a scenario uses. */
export const requestSchedulers: Record<string, RequestSchedulerEntry> = {
  vllm,
  "vllm-v0": vllmV0,
  sglang,
  static: staticBatching,
  orca,
  sarathi,
  trtllm,
  vtc,
  sjf,
  edf,
  fastserve,
};
