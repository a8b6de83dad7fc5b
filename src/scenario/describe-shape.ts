import { formatBytes } from "../core/units.js";
import type { Shape } from "../fleet/shape.js";

/** A demand in words: `4 tasks of 8 GPUs`, `120 cores`, `3 whole nodes`. */
export function describeShape(shape: Shape): string {
  const type = shape.gpuType === undefined ? "" : ` of type ${shape.gpuType}`;
  if (shape.loose) {
    const noun = shape.exclusive ? "whole node" : shape.gpus > 0 ? "GPU" : "core";
    return `${plural(shape.tasks, noun)}${type}`;
  }
  const parts = shape.groups.map(({ count, gpus, cpus, memory }) => {
    const each = [
      gpus > 0 ? plural(gpus, "GPU") : "",
      cpus > 0 ? plural(cpus, "core") : "",
      memory > 0 ? formatBytes(memory) : "",
    ].filter((part) => part !== "");
    const what = each.length === 0 ? "" : ` of ${each.join(" and ")}`;
    return `${plural(count, shape.exclusive ? "whole node" : "task")}${what}`;
  });
  return `${parts.join(" and ")}${type}${shape.spread ? ", each on a node of its own" : ""}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
