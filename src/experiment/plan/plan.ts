import type { Prices } from "../../scenario/resolve-prices.js";
import type { Executor } from "../executors/executor.js";
import { replicationSeeds } from "../point/seeds.js";
import type { Tasks } from "../point/tasks.js";
import type { ResultStore } from "../store/store.js";
import type { Axis } from "../sweep/axis.js";
import { gridDesign } from "../sweep/design.js";
import { checkSweep } from "../sweep/sweep.js";
import { cheapest } from "./cheapest.js";
import { Costs, type CostUnit, type Paid, paidFor } from "./cost.js";
import { type Headroom, headroomOf } from "./headroom.js";
import { extreme } from "./one-key.js";
import { type Sanity, sanityOf } from "./sanity.js";
import type { SearchEnd, Setting } from "./setting.js";
import { confidenceOfEach, type Target, targetsOf } from "./targets.js";
import { Trials } from "./trials.js";

export interface PlanOptions {
  executor: Executor;
  store?: ResultStore;
  replications: number;
  /** One-sided, of all targets together. */
  confidence: number;
  /** Look for the largest value of the one key instead of the smallest. */
  largest?: boolean;
  /** Price of a GPU-hour by GPU type; those of the scenario when absent. */
  prices?: Prices;
  /** What is paid for; by default what the keys are about. */
  paid?: Paid;
  /** Also find how much more load the answer takes, and hold it against queueing theory. */
  around?: boolean;
  /** So many runs have ended. */
  ended?: (done: number) => void;
  stop?: AbortSignal;
}

/** What is looked for: the smallest or largest value of a key, or the cheapest combination of several. */
export type Goal = "smallest" | "largest" | "cheapest";

export interface Plan extends SearchEnd {
  readonly scenario: string;
  readonly goal: Goal;
  readonly keys: readonly string[];
  readonly targets: readonly Target[];
  /** Combinations there are. */
  readonly combinations: number;
  /** Runs that the search took. */
  readonly runs: number;
  readonly replications: number;
  readonly confidence: number;
  readonly costUnit: CostUnit;
  readonly headroom?: Headroom;
  readonly sanity?: Sanity;
}

/**
 * Finds what is just enough for a scenario to meet its thresholds. All candidates meet the same random numbers.
 *
 * @throws InputError `plan/no-targets` without thresholds, `plan/no-price`; located, for a value that cannot be
 * @throws Stopped after Ctrl-C
 */
export async function plan(tasks: Tasks, axes: readonly Axis[], options: PlanOptions): Promise<Plan> {
  const { replications, confidence, largest = false, executor, store, stop, ended } = options;
  const { scenario, thresholds, prices } = await tasks.load();
  const targets = targetsOf(thresholds, scenario.name);
  const seeds = replicationSeeds(scenario.seed, replications);
  const keys = axes.map(({ key }) => key);
  const design = gridDesign(axes);
  await checkSweep({ design, seeds, tasks, metrics: () => true }, largest ? "--largest" : "--find");
  const costs = new Costs(options.paid ?? paidFor(keys), options.prices ?? prices);
  const trials = new Trials({
    tasks,
    targets,
    seeds,
    confidence: confidenceOfEach(confidence, targets.length),
    executor,
    ...(store === undefined ? {} : { store }),
    ...(stop === undefined ? {} : { stop }),
    ...(ended === undefined ? {} : { ended }),
  });
  const one = axes.length === 1 && !("values" in axes[0]!);
  const setting: Setting = { tasks, trials, costs, replications };
  const found = one ? await extreme(axes[0]!, largest, setting) : await cheapest(axes, setting);
  const { tried, answer } = found;
  const [first] = tried.filter(({ error }) => error !== undefined);
  // Where nothing at all can run, no size is too small: something is wrong.
  if (first?.error !== undefined && tried.every(({ error }) => error !== undefined)) throw first.error;
  const { runs } = trials;
  const around =
    answer === undefined || !options.around
      ? {}
      : {
          ...(largest && keys[0] === "load" ? {} : { headroom: await headroomOf(answer, setting) }),
          sanity: await sanityOf(tasks, { set: answer.set, seed: scenario.seed }, stop),
        };
  return {
    scenario: scenario.name,
    goal: one ? (largest ? "largest" : "smallest") : "cheapest",
    keys,
    targets,
    ...found,
    combinations: design.size,
    runs,
    replications,
    confidence,
    costUnit: costs.unit,
    ...around,
  };
}
