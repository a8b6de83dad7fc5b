import { InputError } from "../../core/errors.js";
import type { Result } from "../../metrics/result.js";
import { loadOpened, type Overrides } from "../../scenario/load.js";
import { openScenario, type ScenarioInput } from "../../scenario/open.js";
import { simulate } from "../../scenario/simulate.js";
import type { Executor } from "../executors/executor.js";
import { FileHashes } from "../point/key.js";
import { replicationSeeds } from "../point/seeds.js";
import { Tasks } from "../point/tasks.js";
import { runTasks } from "../run-tasks.js";
import type { ResultStore } from "../store/store.js";
import type { Side } from "./compare.js";
import { DecisionLog } from "./decision-log.js";
import { type Divergence, diverge } from "./divergence.js";
import { recordInto } from "./record.js";

/** One variant to run: a scenario, or one of its variants, with the values that all get. */
export interface Contender {
  readonly name: string;
  readonly tasks: Tasks;
}

/**
 * Who is compared: the scenarios given, or a single one and its variants.
 *
 * @param only names of the variants to take; all of them by default
 * @throws InputError with what is wrong with the scenarios, and `compare/nothing` for one without variants
 */
export async function contendersOf(
  inputs: readonly ScenarioInput[],
  common: Overrides,
  only?: readonly string[],
): Promise<Contender[]> {
  const files = new FileHashes();
  const opened = await Promise.all(inputs.map((input) => openScenario(input, common.environment)));
  if (opened.length > 1) {
    const loaded = await Promise.all(opened.map((one) => loadOpened(one, common)));
    const names = namesOf(
      loaded.map(({ scenario }) => scenario.name),
      inputs,
    );
    return opened.map((one, i) => ({ tasks: new Tasks(one, common, files), name: names[i]! }));
  }
  const [scenario] = opened;
  const {
    variants,
    scenario: { name },
  } = await loadOpened(scenario!, common);
  const wanted = only ?? variants;
  if (wanted.length === 0)
    throw new InputError({
      code: "compare/nothing",
      message: `${name} has no variants to compare it with`,
      hint: "give it variants: { NAME: { key: value } }, or name a second scenario",
    });
  return [
    { name, tasks: new Tasks(scenario!, common, files) },
    ...wanted.map((variant) => ({
      name: variant,
      tasks: new Tasks(scenario!, { ...common, variant }, files),
    })),
  ];
}

/** Scenarios of one name are told apart by their paths, and those of one path by numbers. */
function namesOf(names: readonly string[], inputs: readonly ScenarioInput[]): string[] {
  const paths = names.map((name, i) => {
    const input = inputs[i]!;
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    return alone || typeof input !== "string" ? name : input;
  });
  return paths.map((path, i) => {
    const before = paths.slice(0, i).filter((other) => other === path).length;
    return before === 0 ? path : `${path} (${before + 1})`;
  });
}

export interface RunOptions {
  replications: number;
  executor: Executor;
  store?: ResultStore;
  stop?: AbortSignal;
  /** Different runs that have ended, so far. */
  ended?: (done: number) => void;
}

/**
 * Runs every contender under the same seeds: the first one's and those after it. After a stop only the replications
 * that all of them have are left.
 *
 * @throws InputError located in the scenario that cannot be run, and Error for a fault of ours
 */
export async function runSides(contenders: readonly Contender[], options: RunOptions): Promise<Side[]> {
  const { replications, executor, store, stop, ended } = options;
  const first = await contenders[0]!.tasks.load();
  const seeds = replicationSeeds(first.scenario.seed, replications);
  // Replication by replication, so that a stop leaves whole ones.
  const points = seeds.flatMap((seed) =>
    contenders.map(({ tasks }) => ({ tasks, point: { set: [], seed } })),
  );
  async function* made() {
    for (const { tasks, point } of points) yield await tasks.task(point);
  }
  const outcomes = await runTasks(made(), executor, {
    ...(store === undefined ? {} : { store }),
    ...(stop === undefined ? {} : { stop }),
    ...(ended === undefined ? {} : { ended }),
  });
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome === undefined) continue;
    const error = await points[i]!.tasks.errorOf(points[i]!.point, outcome);
    if (error !== undefined) throw error;
  }
  const results = outcomes.map((outcome) => (outcome && "result" in outcome ? outcome.result : undefined));
  const of = (replication: number, side: number) => results[replication * contenders.length + side];
  const whole = [...seeds.keys()].filter((i) => contenders.every((_, side) => of(i, side) !== undefined));
  return contenders.map(({ name }, side) => ({ name, runs: whole.map((i) => of(i, side) as Result) }));
}

/**
 * Runs the first replication of each contender once more, here, and tells where its decisions part from the first
 * one's.
 *
 * @param interrupted asked now and then; true ends the recording, and what is not known then is undefined
 */
export async function divergencesOf(
  contenders: readonly Contender[],
  interrupted: () => Promise<boolean>,
): Promise<(Divergence | undefined)[]> {
  const { scenario } = await contenders[0]!.tasks.load();
  const record = async ({ tasks }: Contender): Promise<DecisionLog | undefined> => {
    const log = new DecisionLog();
    const loaded = await tasks.load({ set: [], seed: scenario.seed });
    const { result } = await simulate(loaded, { listeners: [recordInto(log)], breathe: interrupted });
    return result.partial === "interrupted" ? undefined : log;
  };
  const base = await record(contenders[0]!);
  const found: (Divergence | undefined)[] = [];
  for (const other of contenders.slice(1)) {
    const log = base === undefined ? undefined : await record(other);
    found.push(base === undefined || log === undefined ? undefined : diverge(base, log));
  }
  return found;
}
