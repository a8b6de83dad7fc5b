import { InputError } from "../../core/errors.js";
import { replicationSeeds } from "../../experiment/point/seeds.js";
import { Tasks } from "../../experiment/point/tasks.js";
import { parseAxes, parseAxis, sizeOf, valueAt } from "../../experiment/sweep/axis.js";
import { metricFilter } from "../../experiment/sweep/columns.js";
import { designOf, type Sampling } from "../../experiment/sweep/design.js";
import type { SweepPlan } from "../../experiment/sweep/sweep.js";
import type { SweepCliOptions } from "../commands/sweep.js";
import { readInput } from "../input.js";
import { wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import type { Terminal } from "../terminal.js";

export interface NamedPlan extends SweepPlan {
  /** Name of the scenario. */
  readonly scenario: string;
  /** Whether the points are drawn. */
  readonly sampled: boolean;
}

/** What the command line asks for. */
export async function planSweep(
  path: string,
  options: SweepCliOptions,
  terminal: Terminal,
): Promise<NamedPlan> {
  const axes = parseAxes(options.vary);
  const sampling = samplingOf(options.sample);
  const common = overridesOf(options, terminal.world);
  const tasks = await Tasks.open(await readInput(path, terminal), common);
  const { scenario } = await tasks.load();
  return {
    design: designOf(axes, sampling, scenario.seed),
    seeds: seedsOf(options, scenario.seed),
    tasks,
    metrics: metricFilter(options.metric ?? []),
    ...(options.shard === undefined ? {} : { shard: shardOf(options.shard) }),
    scenario: scenario.name,
    sampled: sampling.method !== "grid",
  };
}

function samplingOf(text: string | undefined): Sampling {
  if (text === undefined) return { method: "grid" };
  const [method, points] = text.split(":");
  if (method !== "random" && method !== "latin")
    throw new InputError({
      code: "usage/bad-sample",
      message: `"${method}" is no way to draw points`,
      hint: "random:200 draws each value by itself, latin:200 spreads them evenly",
    });
  return { method, points: wholeNumber(points ?? "", "--sample")! };
}

function seedsOf({ seeds, replications }: SweepCliOptions, first: string): string[] {
  if (seeds === undefined) return replicationSeeds(first, wholeNumber(replications, "--replications") ?? 1);
  if (replications !== undefined)
    throw new InputError({
      code: "usage/contradiction",
      message: "--seeds and --replications both say how many seeds there are",
      hint: "leave one of them out",
    });
  const axis = parseAxis(`seed=${seeds}`, "--seeds");
  return Array.from({ length: sizeOf(axis) }, (_, i) => valueAt(axis, i));
}

function shardOf(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index !== undefined && Number(index) < Number(count))
    return { index: Number(index), count: Number(count) };
  throw new InputError({
    code: "usage/bad-shard",
    message: "--shard takes an index and how many there are",
    at: { file: "--shard", line: 0, column: 1, length: Math.max(1, text.length), text },
    hint: "0/4, 1/4, 2/4 and 3/4 together are everything",
  });
}
