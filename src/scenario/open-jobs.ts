import { resolve } from "node:path";
import type { Processor } from "../cluster/cluster.js";
import { InputError, type Problem } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { FirstFit } from "../fleet/first-fit.js";
import { Fleet, type PoolSpec } from "../fleet/fleet.js";
import { Placement } from "../fleet/placement.js";
import type { Shape } from "../fleet/shape.js";
import { type JobReadOptions, readJobs, type TraceFile } from "../workload/read.js";
import type { JobContext, JobRows } from "../workload/stream.js";
import { describeShape } from "./describe-shape.js";
import type { JobSource, JobTraceSource } from "./scenario.js";

/** A source of jobs, read and checked. */
export interface OpenedJobs {
  rows: JobRows;
  /** A job that overruns its estimate is killed at it. */
  kill: boolean;
}

export interface OpenOptions {
  folder: string;
  random: Random;
  stdin?: NodeJS.ReadableStream;
  /** Rows that cannot be used are errors, whatever the sources say. */
  strict: boolean;
}

export async function openJobs(
  sources: readonly JobSource[],
  pools: readonly PoolSpec[],
  context: JobContext,
  options: OpenOptions,
): Promise<OpenedJobs[]> {
  const opened: OpenedJobs[] = [];
  for (const [i, source] of sources.entries()) {
    const rows =
      "generate" in source
        ? await generated(source, i, context, options)
        : await readJobs(traceFile(source.trace, options), context, readOptions(source, pools, options));
    opened.push({ rows, kill: source.overrun === "kill" });
  }
  return opened;
}

async function generated(
  source: Extract<JobSource, { generate: unknown }>,
  index: number,
  context: JobContext,
  { random }: OpenOptions,
): Promise<JobRows> {
  const { generateJobs } = await import("../workload/generate/index.js");
  return generateJobs(source.generate, { name: `jobs/${index}`, random, context });
}

export function traceFile(trace: string, { folder, stdin }: OpenOptions): TraceFile {
  if (trace === "-" && stdin !== undefined) return { stream: stdin, name: "-" } as TraceFile;
  return { path: resolve(folder, trace), name: trace };
}

function readOptions(
  source: JobTraceSource,
  pools: readonly PoolSpec[],
  { strict }: OpenOptions,
): JobReadOptions {
  const { trace: _, overrun: __, ...options } = source;
  const gpusPerNode = pools.reduce((most, pool) => Math.max(most, pool.gpusPerNode), 1);
  return { ...options, strict: strict || source.strict, gpusPerNode };
}

/**
 * Jobs that do not fit even an empty fleet would wait for ever.
 *
 * @throws InputError that shows the first kinds of them
 */
export function refuseImpossible(
  opened: readonly OpenedJobs[],
  pools: readonly PoolSpec[],
  { shapes }: JobContext,
): void {
  const firstFit = new FirstFit(new Fleet(pools));
  const placement = new Placement();
  const problems: Problem[] = [];
  for (const { rows } of opened)
    for (const [id, { count, firstLine }] of rows.shapesUsed) {
      const shape = shapes.get(id);
      if (firstFit.place(shape, placement)) continue;
      const others = count > 1 ? ` (and ${count - 1} more like it)` : "";
      problems.push({
        code: "trace/too-large",
        message: `this job${others} needs ${describeShape(shape)}, and no pool is as large as that`,
        at: { file: rows.origin.name, line: firstLine, column: 1, length: 1 },
        hint: `the pools: ${pools.map(describePool).join("; ")}. All of a job sits in one pool`,
      });
    }
  if (problems.length === 0) return;
  problems.sort((a, b) => a.at!.line - b.at!.line);
  const shown = problems.slice(0, 5);
  if (problems.length > shown.length)
    shown.push({
      code: "trace/too-large",
      message: `${problems.length - shown.length} more kinds of jobs are too large`,
    });
  throw new InputError(shown);
}

function describePool(pool: PoolSpec): string {
  const gpus = pool.gpusPerNode > 0 ? ` x ${pool.gpusPerNode} ${pool.gpu}` : "";
  return `${pool.name} has ${pool.nodes} nodes${gpus}${pool.cpus > 0 ? ` x ${pool.cpus} cores` : ""}`;
}

/**
 * What one processor is, when every job is a number of equal processors and the fleet is one pool: then counting decides
 * and policies need not look at nodes.
 */
export function countingUnit(
  opened: readonly OpenedJobs[],
  pools: readonly PoolSpec[],
  { shapes }: JobContext,
): Processor | undefined {
  if (pools.length !== 1) return undefined;
  const units = new Set<Processor | undefined>();
  for (const { rows } of opened) for (const id of rows.shapesUsed.keys()) units.add(unitOf(shapes.get(id)));
  const [unit] = units;
  return units.size === 1 ? unit : undefined;
}

function unitOf(shape: Shape): Processor | undefined {
  if (!shape.loose) return undefined;
  return shape.exclusive ? "node" : shape.gpus > 0 ? "gpu" : "core";
}
