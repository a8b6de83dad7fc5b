import type { Names } from "../../core/names.js";
import type { Random } from "../../core/random.js";
import { JobBatch, RequestBatch } from "../batch.js";
import { addressesOf } from "../content.js";
import { longestRequest, shapesUsed } from "../facts.js";
import { internName } from "../formats/cells.js";
import type { JobContext, JobRows, RequestNames, RequestRows } from "../stream.js";
import { picker, type Sampler, sampler } from "./distribution.js";
import { type GenerateOptions, generateRows, type RowMaker } from "./producer.js";
import type { JobRecipe, RequestRecipe, Weighted } from "./recipe.js";
import { Turns } from "./turns.js";

/**
 * Jobs by a recipe. Streams: `arrivals`, `run`, `estimate`, `shape`, `user`, `account`, `queue`, `cancel`, `cancelAfter`.
 * @throws InputError when the recipe has no end.
 */
export async function generateJobs(
  recipe: JobRecipe,
  options: GenerateOptions & { context: JobContext },
): Promise<JobRows> {
  const { shapesUsed: used, observe } = shapesUsed();
  const make = (random: Random) => jobMaker(recipe, options.context, random);
  const create = (capacity?: number) => new JobBatch(capacity);
  const rows = await generateRows(recipe, options, create, JobBatch.ROW_BYTES, observe, make);
  return { ...rows, shapesUsed: used };
}

/**
 * Requests by a recipe. Streams: `arrivals`, `inputTokens`, `outputTokens`, `tenant`, `priority`, `ttftSlo`, `e2eSlo`, and those of `Turns`. Tokens are whole
 * and at least 1.
 * @throws InputError when the recipe has no end.
 */
export async function generateRequests(
  recipe: RequestRecipe,
  options: GenerateOptions & { names: RequestNames },
): Promise<RequestRows> {
  const { longest, observe } = longestRequest();
  const addresses = addressesOf(options.names);
  const make = (random: Random): RowMaker<RequestBatch> => {
    const input = sampler(recipe.inputTokens, random("inputTokens"));
    const output = sampler(recipe.outputTokens, random("outputTokens"));
    const tenant = nameSampler(recipe.tenants, options.names.tenants, random, "tenant");
    const priority = recipe.priority && sampler(recipe.priority, random("priority"));
    const ttft = recipe.slo?.ttft && sampler(recipe.slo.ttft, random("ttftSlo"));
    const e2e = recipe.slo?.e2e && sampler(recipe.slo.e2e, random("e2eSlo"));
    const own = (batch: RequestBatch, i: number) => {
      batch.inputTokens[i] = Math.max(1, Math.round(input()));
      batch.outputTokens[i] = Math.max(1, Math.round(output()));
      if (priority) batch.priority[i] = Math.round(priority());
      if (ttft) batch.ttftSlo[i] = Math.max(1, Math.round(ttft()));
      if (e2e) batch.e2eSlo[i] = Math.max(1, Math.round(e2e()));
    };
    if ((recipe.prefixes ?? recipe.sessions) === undefined)
      return (batch) => {
        const i = batch.length;
        own(batch, i);
        batch.tenant[i] = tenant();
        batch.runEnd[i] = 0;
      };
    const turns = new Turns(recipe, random, addresses());
    const make = (batch: RequestBatch) => {
      own(batch, batch.length);
      turns.fill(batch, batch.length, tenant);
    };
    return Object.assign(make, { arrivals: (first: Sampler) => turns.arrivals(first) });
  };
  const create = (capacity?: number) => new RequestBatch(capacity);
  const rows = await generateRows(recipe, options, create, RequestBatch.ROW_BYTES, observe, make);
  return { ...rows, longest: longest.line === 0 ? undefined : longest };
}

function jobMaker(recipe: JobRecipe, { names, shapes }: JobContext, random: Random): RowMaker<JobBatch> {
  const resolution = recipe.resolution ?? 1;
  const run = sampler(recipe.run, random("run"));
  const factor = recipe.estimate && sampler(recipe.estimate.factor, random("estimate"));
  const liked = recipe.estimate?.roundUpTo;
  const pickShape = picker(recipe.shapes, random("shape"));
  const shapeIds = recipe.shapes.map(({ value }) => shapes.intern(value).id);
  const user = nameSampler(recipe.users, names.users, random, "user");
  const account = nameSampler(recipe.accounts, names.accounts, random, "account");
  const queue = nameSampler(recipe.queues, names.queues, random, "queue");
  const leaves = random("cancel");
  const after = recipe.cancel && sampler(recipe.cancel.after, random("cancelAfter"));
  const round = (time: number) => Math.round(time / resolution) * resolution;
  return (batch) => {
    const i = batch.length;
    const time = round(run());
    batch.run[i] = time;
    batch.estimate[i] = factor ? asked(Math.max(1, round(time * factor())), liked) : time;
    // Both are drawn for every job, so that another share leaves the times of the others as they are.
    const wait = after?.() ?? 0;
    const cancelled = recipe.cancel !== undefined && leaves() < recipe.cancel.share;
    batch.cancel[i] = cancelled ? batch.submit[i]! + round(wait) : Number.POSITIVE_INFINITY;
    batch.recordedStart[i] = -1;
    batch.shape[i] = shapeIds[pickShape()]!;
    batch.user[i] = user();
    batch.account[i] = account();
    batch.queue[i] = queue();
  };
}

function asked(estimate: number, liked: readonly number[] | undefined): number {
  if (liked === undefined || liked.length === 0) return estimate;
  return liked.find((time) => time >= estimate) ?? liked.at(-1)!;
}

/** Draws the number of one of weighted names; -1 always when there are none. */
function nameSampler(
  choices: readonly Weighted<string>[] | undefined,
  names: Names,
  random: Random,
  stream: string,
): () => number {
  if (choices === undefined || choices.length === 0) return () => -1;
  const ids = choices.map(({ value }) => internName(names, value));
  const pick = picker(choices, random(stream));
  return () => ids[pick()]!;
}
