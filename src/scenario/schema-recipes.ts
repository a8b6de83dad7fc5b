import * as z from "zod/mini";
import { bytes, count, duration, number, positiveDuration, rate, text } from "./fields.js";

/** The keys of generated work. `resolve-recipe.ts` turns them into what the generators take. */

const named = <const N extends string>(name: N) => z.literal(name);
const described = (description: string) => z.meta({ description });

type Field = (description: string) => z.ZodMiniType<number>;

/** A random quantity: a plain value always comes out as it is. The mean of whole numbers need not be whole. */
function quantity(value: Field, description: string, typical: Field = value) {
  const least = z.optional(value("Smaller values become this"));
  const most = z.optional(value("Larger values become this"));
  const weights = z
    .array(number("Relative likelihood", { least: 0 }))
    .check(described("One for each value. Default: all alike"));
  return z
    .union([
      z.discriminatedUnion("distribution", [
        z.strictObject({
          distribution: named("uniform"),
          min: value("Smallest value"),
          max: value("Largest value"),
        }),
        z.strictObject({ distribution: named("exponential"), mean: typical("Mean"), min: least, max: most }),
        z.strictObject({
          distribution: named("lognormal"),
          mean: z.optional(typical("Mean, with cv")),
          cv: z.optional(number("Coefficient of variation, with mean", { above: 0 })),
          median: z.optional(typical("Median, with sigma")),
          sigma: z.optional(number("Standard deviation of the logarithm, with median", { above: 0 })),
          min: least,
          max: most,
        }),
        z.strictObject({
          distribution: named("empirical"),
          values: z.array(value("A value")).check(z.minLength(1), described("What may come out")),
          weights: z.optional(weights),
        }),
      ]),
      value(description),
    ])
    .check(described(description));
}

const time = (description: string) => quantity((d) => positiveDuration(d), description);
const positive = (description: string) => number(description, { above: 0 });
const tokens = (description: string) => quantity((d) => count(d), description, positive);
const factor = (description: string) => quantity(positive, description);

/** Names with relative weights. */
const shares = (description: string) =>
  z.optional(z.record(z.string(), number("Relative weight", { above: 0 })).check(described(description)));

const daily = z.optional(
  z
    .array(number("Relative likelihood of the hour", { least: 0 }))
    .check(z.length(24), described("Weights of the 24 hours of a day, from midnight; the mean rate stays")),
);
const often = rate("Arrivals per unit of time, such as 5/s or 30/h");

const bounds = {
  count: z.optional(count("How many to make")),
  until: z.optional(
    positiveDuration("Nothing arrives at this time or later. Default: the run's end, when there is no count"),
  ),
  resolution: z.optional(positiveDuration("Times are rounded to multiples of this. Default 1us")),
  arrivals: z
    .discriminatedUnion("process", [
      z.strictObject({ process: named("poisson"), rate: often, daily }),
      z.strictObject({
        process: named("gamma"),
        rate: often,
        cv: number("Coefficient of variation of the gaps: 1 is Poisson, above is bursty", { above: 0 }),
        daily,
      }),
      z.strictObject({ process: named("fixed"), every: duration("Gap between arrivals; the first is at 0") }),
    ])
    .check(described("When they arrive")),
};

const shape = z.strictObject({
  gpus: z.optional(count("GPUs of the whole job; alone, they fill nodes and the rest sits on one more")),
  nodes: z.optional(count("Nodes of a gang; without GPUs and CPUs, whole free nodes")),
  gpusPerNode: z.optional(count("GPUs on each of those nodes")),
  tasks: z.optional(count("Equal tasks anywhere, which share gpus, cpus and memory")),
  cpus: z.optional(count("CPUs of the whole job")),
  memory: z.optional(bytes("Memory of the whole job")),
  gpuType: z.optional(text("GPU type that it needs. Default: any")),
  weight: z.optional(number("Relative weight of this shape. Default 1", { above: 0 })),
});

export const jobRecipe = z
  .strictObject({
    ...bounds,
    run: time("Wall-clock run time"),
    estimate: z.optional(
      z
        .strictObject({
          factor: factor("Times the run time; below 1 the job overruns its estimate"),
          roundUpTo: z.optional(
            z
              .array(positiveDuration("A time"))
              .check(described("Ascending times that users ask for: the next one up is taken")),
          ),
        })
        .check(described("What users ask for. Default: the run time itself")),
    ),
    shapes: z.array(shape).check(z.minLength(1), described("What jobs ask for, with weights")),
    users: shares("Names of users with their relative weights"),
    accounts: shares("Names of accounts with their relative weights"),
    queues: shares("Names of queues with their relative weights"),
    cancel: z.optional(
      z
        .strictObject({
          share: number("Share of the jobs that are taken back", { least: 0, most: 1 }),
          after: time("How long after submission, if they still wait then"),
        })
        .check(described("Jobs that users take back")),
    ),
  })
  .check(described("A recipe to draw jobs by, instead of a trace"));

export const requestRecipe = z
  .strictObject({
    ...bounds,
    inputTokens: tokens("Tokens of the prompt; with prefixes or sessions, those behind what comes before"),
    outputTokens: tokens("Tokens of the answer"),
    tenants: shares("Names of tenants with their relative weights"),
    priority: z.optional(
      quantity(
        (d) => number(d, { least: -(2 ** 31), most: 2 ** 31 - 1 }),
        "Priority of each request, rounded: smaller is more urgent. Default 0",
      ),
    ),
    slo: z.optional(
      z
        .strictObject({
          ttft: z.optional(time("Until its first token")),
          e2e: z.optional(time("Until the end of its answer")),
        })
        .check(described("Targets of each request's own, instead of the service's")),
    ),
    prefixes: z.optional(
      z
        .strictObject({
          groups: count("How many different texts"),
          tokens: tokens("Tokens of each text"),
          share: z.optional(
            number("Share of the sessions that begin with one of them. Default 1", { least: 0, most: 1 }),
          ),
        })
        .check(described("Texts that prompts share from their start, such as system prompts")),
    ),
    sessions: z.optional(
      z
        .strictObject({
          turns: tokens("Requests of a session, at least 1"),
          think: time("From one request of a session to the next"),
        })
        .check(
          described(
            "Conversations: arrivals begin them, and each request takes up the prompt and the answer of the one before",
          ),
        ),
    ),
  })
  .check(described("A recipe to draw requests by, instead of a trace"));

export type ParsedJobRecipe = z.output<typeof jobRecipe>;
export type ParsedRequestRecipe = z.output<typeof requestRecipe>;
export type ParsedShape = z.output<typeof shape>;
export type ParsedQuantity = z.output<ReturnType<typeof quantity>>;
