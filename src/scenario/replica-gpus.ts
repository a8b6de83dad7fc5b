import { requestSchedulers } from "../serving/schedulers.js";
import type { ServiceSpec } from "./scenario.js";

/** GPUs of one replica, before anything is opened: as the service says, its options, its command line, else 1. */
export function replicaGpus({ tensorParallel, engine }: ServiceSpec): number {
  if (tensorParallel !== undefined) return tensorParallel;
  const { policy, options } = engine.scheduler;
  const parsed = requestSchedulers[policy]?.parseArgs?.(engine.args, []).options ?? {};
  const given = options.tensor_parallel_size ?? parsed.tensor_parallel_size;
  return typeof given === "number" ? given : 1;
}
