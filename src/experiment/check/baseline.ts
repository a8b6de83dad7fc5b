import { InputError, type Problem } from "../../core/errors.js";
import type { Metric, Result } from "../../metrics/result.js";
import { resolvedValues } from "../../scenario/defaults.js";
import { hashOf } from "../../scenario/hash.js";
import type { LoadedScenario } from "../../scenario/load.js";
import { metricKey } from "../compare/compare.js";
import type { ValueChange } from "./assertion.js";

const KIND = "whowaits-baseline";
/** Readers ignore what they do not know of a newer minor version and refuse another major one. */
const SCHEMA_VERSION = "1.0";

/** What is kept of a scenario's runs. */
export interface BaselineEntry {
  readonly traces: Readonly<Record<string, string>>;
  /** SHA-256 of the other files that values name: a slurm.conf, a policy's module. */
  readonly files: Readonly<Record<string, string>>;
  readonly seeds: readonly string[];
  /** Every value of the scenario, by its key such as `scheduler.policy`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What a configuration in files of its own (a slurm.conf) comes to, by key such as `slurm.config.…`; empty for others. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** By `name{labels}`: values by replication. */
  readonly metrics: Readonly<Record<string, readonly (number | null)[]>>;
}

/** A file in the user's repository: what scenarios gave when all was well. */
export interface Baseline {
  readonly kind: typeof KIND;
  readonly schemaVersion: string;
  readonly tool: Result["tool"];
  readonly scenarios: Readonly<Record<string, BaselineEntry>>;
}

/** What the runs of a scenario are remembered by. */
export function baselineEntry(
  loaded: LoadedScenario,
  runs: readonly Result[],
  files: Readonly<Record<string, string>> = {},
): BaselineEntry {
  const asked = new Set(loaded.thresholds.map(({ metric }) => metric.name));
  const kept = ({ name, direction }: Metric) => direction !== "neutral" || asked.has(name);
  const keys = new Set(runs.flatMap(({ metrics }) => metrics.filter(kept).map(metricKey)));
  const columns = [...keys].map((key) => [
    key,
    runs.map(({ metrics }) => metrics.find((metric) => metricKey(metric) === key)?.value ?? null),
  ]);
  const traces = runs[0]!.traceHashes;
  return {
    traces,
    files: Object.fromEntries(
      Object.entries(files)
        .filter(([path]) => !(path in traces))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    seeds: runs.map(({ seed }) => seed),
    values: flat(resolvedValues(loaded).data),
    configuration: configurationOf(loaded),
    metrics: Object.fromEntries(columns),
  };
}

/** Text of a baseline file: the same runs give the same bytes, and a changed number is one changed line. */
export function baselineText(tool: Result["tool"], scenarios: Baseline["scenarios"]): string {
  const sorted = Object.fromEntries(Object.entries(scenarios).sort(([a], [b]) => (a < b ? -1 : 1)));
  const file: Baseline = { kind: KIND, schemaVersion: SCHEMA_VERSION, tool, scenarios: sorted };
  // Numbers of one metric on one line.
  const text = JSON.stringify(file, null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, " ")}]`,
  );
  return `${text}\n`;
}

/** @throws InputError `check/not-a-baseline` */
export function parseBaseline(text: string, file: string): Baseline {
  let data: Partial<Baseline> | undefined;
  try {
    data = JSON.parse(text);
  } catch {
    // Reported below.
  }
  const wrong = (message: string) =>
    new InputError({
      code: "check/not-a-baseline",
      message,
      hint: "whowaits check SCENARIO --save-baseline FILE writes one",
    });
  if (data?.kind !== KIND || data.scenarios === undefined) throw wrong(`${file} is not a baseline`);
  const major = (version: string | undefined) => version?.split(".")[0];
  if (major(data.schemaVersion) !== major(SCHEMA_VERSION))
    throw wrong(
      `${file} is a baseline of version ${data.schemaVersion}, and this program reads ${SCHEMA_VERSION}`,
    );
  return data as Baseline;
}

/** Values that make a scenario another one: what is asked, and what is measured. All others may be put to the test. */
const WORK = /^(jobs|load|until|measure|stop)(\.|$)|^services\.[^.]+\.(name|requests)(\.|$)/;
/** Values without influence on what is simulated. */
const TALK = /^(name|description|seed|thresholds|prices)(\.|$)/;

/**
 * What differs from the baseline in what is tested.
 *
 * @throws InputError `check/other-baseline` when version, traces, seeds or the work itself differ: such numbers cannot
 *   be compared
 */
export function changesSince(
  baseline: Baseline,
  name: string,
  now: BaselineEntry,
  tool: Result["tool"],
  file: string,
): ValueChange[] {
  const entry = baseline.scenarios[name];
  const refuse = (message: string): Problem => ({
    code: "check/other-baseline",
    message,
    hint: "save a new baseline with --save-baseline, if the change is meant",
  });
  if (entry === undefined) {
    const names = Object.keys(baseline.scenarios).join(", ");
    throw new InputError(refuse(`${file} has no scenario called ${name}, but ${names}`));
  }
  const problems: Problem[] = [];
  if (baseline.tool.version !== tool.version)
    problems.push(
      refuse(`${file} was made by ${baseline.tool.name} ${baseline.tool.version}, this is ${tool.version}`),
    );
  for (const { key, before, after } of differences(entry.traces, now.traces))
    problems.push(refuse(`the trace ${key} is not that of ${file}: ${short(before)}, now ${short(after)}`));
  if (entry.seeds.join() !== now.seeds.join())
    problems.push(
      refuse(`${file} has the seeds ${entry.seeds.join(", ")}, and these are ${now.seeds.join(", ")}`),
    );
  const changes = differences(entry.values, now.values).filter(({ key }) => !TALK.test(key));
  for (const { key, before, after } of changes.filter((change) => WORK.test(change.key)))
    problems.push(refuse(`${key} of ${name} was ${shown(before)} in ${file}, and is ${shown(after)}`));
  if (problems.length > 0) throw new InputError(problems);
  // What the scenario itself says of the scheduler explains what its configuration comes to.
  const said = changes.some(({ key }) => key.startsWith("scheduler."));
  const inFiles = said ? [] : differences(entry.configuration, now.configuration);
  return [...changes, ...inFiles, ...fileChanges(entry, now)];
}

/** Files that say something else than those of the baseline did; one that is named anew shows as a value already. */
function fileChanges(entry: BaselineEntry, now: BaselineEntry): ValueChange[] {
  return differences(entry.files, now.files)
    .filter(({ before, after }) => before !== undefined && after !== undefined)
    .map(({ key, before, after }) => ({ key, before: short(before), after: short(after) }));
}

function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): ValueChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .sort()
    .map((key) => ({ key, before: before[key], after: after[key] }));
}

/** A value for people; `nothing` for one that is not there. */
export function shown(value: unknown): string {
  return value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value);
}

function short(hash: unknown): string {
  return typeof hash === "string" ? hash.slice(0, 12) : "nothing";
}

/** Everything that some data say, flat: `scheduler.policy`, `fleet.pools.0.nodes`. */
function flat(all: unknown, prefix = ""): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const walk = (data: unknown, path: string) => {
    if (typeof data !== "object" || data === null || Object.keys(data).length === 0) values[path] = data;
    else for (const [key, value] of Object.entries(data)) walk(value, path === "" ? key : `${path}.${key}`);
  };
  walk(all, prefix);
  return values;
}

/** A configuration with more values is remembered by its hash. */
const MOST_VALUES = 5000;

/** What a policy's own files come to: then its options are not what the scenario says. */
function configurationOf({ scenario, data }: LoadedScenario): Record<string, unknown> {
  const { policy, options } = scenario.scheduler;
  const written = Object.keys((data as { scheduler?: object }).scheduler ?? {});
  if (Object.keys(options).every((key) => written.includes(key))) return {};
  const values = flat(options, policy);
  return Object.keys(values).length <= MOST_VALUES ? values : { [policy]: hashOf(options) };
}
