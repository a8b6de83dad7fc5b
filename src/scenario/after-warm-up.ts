import { InputError } from "../core/errors.js";
import { formatDuration } from "../core/units.js";
import { type WarmUpEnd, WarmUpProbe } from "../metrics/warm-up-probe.js";
import type { LoadedScenario } from "./load.js";
import type { Outcome, SimulateOptions } from "./simulate.js";

type Run = (loaded: LoadedScenario, options: SimulateOptions) => Promise<Outcome>;

/**
 * Runs a scenario twice: once to find where its warm-up ends, and once more, to the same decisions, measured from there.
 *
 * @throws InputError `scenario/standard-input` for a trace that can be read only once
 */
export async function afterWarmUp(
  loaded: LoadedScenario,
  options: SimulateOptions,
  run: Run,
): Promise<Outcome> {
  refuseStandardInput(loaded);
  const { measure } = loaded.scenario;
  const probe = new WarmUpProbe(measure.window);
  const first = await run(loaded, { ...options, listeners: [probe] });
  if (first.result.partial === "interrupted") return first;
  const found = probe.found();
  const window = { ...measure.window, from: found.from };
  const scenario = { ...loaded.scenario, measure: { ...measure, window } };
  const { result, events } = await run({ ...loaded, scenario }, options);
  return {
    result: {
      ...result,
      window: { ...result.window, warmUp: "MSER-5" },
      warnings: [...result.warnings, ...warningsOf(found)],
    },
    events: first.events + events,
  };
}

function warningsOf({ unsettled, short, from }: WarmUpEnd): Outcome["result"]["warnings"] {
  const hint = "a longer run settles, unless more comes than the fleet can do";
  return [
    ...unsettled.map((what) => ({
      code: "run/not-settled",
      message: `MSER-5 finds no end of the warm-up in the first half of the ${what}: what is measured from ${formatDuration(from)} on need not be a steady state`,
      hint,
    })),
    ...short.map((what) => ({
      code: "run/too-short",
      message: `there are too few ${what} to tell where the warm-up ends: all of them are measured`,
      hint,
    })),
  ];
}

function refuseStandardInput({ scenario }: LoadedScenario): void {
  const sources = [...scenario.jobs, ...scenario.services.flatMap(({ requests }) => requests)];
  if (sources.every((source) => !("trace" in source) || source.trace !== "-")) return;
  throw new InputError({
    code: "scenario/standard-input",
    message: "standard input can be read only once, and finding the end of the warm-up reads the trace twice",
    path: ["measure", "from"],
    hint: "name a file, or a time from which to measure",
  });
}
