/**
 * `import { run } from "whowaits"`: the simulator as a library. It touches neither the process nor the console.
 */
export type { ClusterActions, ClusterPolicy, ClusterPolicyEntry, ClusterView } from "./cluster/policy.js";
export { InputError, InvariantError, type Position, type Problem } from "./core/errors.js";
export type { OptionInfo, PolicyInfo } from "./core/policy-info.js";
export type { JournalListener } from "./journal/journal.js";
export type { Metric, Result } from "./metrics/result.js";
export { type LoadedScenario, loadScenario, type Overrides } from "./scenario/load.js";
export type { ScenarioInput } from "./scenario/open.js";
export type { Scenario } from "./scenario/scenario.js";
export { type Outcome, type Progress, type SimulateOptions, simulate } from "./scenario/simulate.js";
export type { RequestScheduler, RequestSchedulerEntry } from "./serving/request-scheduler.js";
export type { Router, RouterEntry } from "./serving/router.js";

import type { Result } from "./metrics/result.js";
import { loadScenario, type Overrides } from "./scenario/load.js";
import type { ScenarioInput } from "./scenario/open.js";
import { type SimulateOptions, simulate } from "./scenario/simulate.js";

/**
 * Runs a scenario once.
 *
 * @param scenario path of a file, `{ text, name }`, or `{ object }` with the keys of a scenario
 * @throws InputError with everything that is wrong with the scenario or its traces
 */
export async function run(
  scenario: ScenarioInput,
  options: Overrides & SimulateOptions = {},
): Promise<Result> {
  return (await simulate(await loadScenario(scenario, options), options)).result;
}
