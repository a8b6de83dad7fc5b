import type { SchedulerConfig, SchedulerParameters } from "../model/config.js";
import type { Place, Setting } from "./place.js";
import {
  otherSchedulerParameters,
  type SchedulerParameter,
  schedulerParameters,
} from "./scheduler-parameters.js";
import { integerWords, meant, readInteger, type Section } from "./section.js";
import type { Unmodelled } from "./unmodelled.js";

/** One option of SchedulerParameters as written. */
interface Option {
  name: string;
  value: string | undefined;
  key: Place["key"];
  at: Place["key"];
}

/**
 * SchedulerType, SchedulerTimeSlice and SchedulerParameters.
 *
 * @param overrides SchedulerParameters one by one, which win over the text
 * @param messageTimeout seconds
 */
export function readScheduler(
  conf: Section,
  overrides: readonly Setting[],
  messageTimeout: number,
  unmodelled: Unmodelled,
): SchedulerConfig {
  const type = conf.oneOf("SchedulerType", ["sched/backfill", "sched/builtin", "sched/hold"]);
  if (type === "sched/hold")
    conf.wrong(conf.get("SchedulerType")!, "sched/hold is not modelled", "sched/backfill or sched/builtin");
  const given: Partial<Record<keyof SchedulerParameters, number | boolean>> = {};
  const options = [
    ...conf.list("SchedulerParameters").map(({ part, from, setting }): Option => {
      const [name, value] = split(part);
      const at = () =>
        setting.place.value(value ?? part, value === undefined ? from : from + name.length + 1);
      return { name, value, key: () => setting.place.value(name, from), at };
    }),
    ...overrides.map(({ key, value, place }) => ({
      name: key,
      value,
      key: place.key,
      at: () => place.value(),
    })),
  ];
  for (const option of options) readOption(option, given, conf, unmodelled);
  return {
    type: type === "sched/builtin" ? "builtin" : "backfill",
    timeSlice: Math.max(5, conf.integer("SchedulerTimeSlice", { least: 5, most: 65_535 }) ?? 30),
    parameters: withDefaults(given, messageTimeout),
  };
}

function split(part: string): [string, string | undefined] {
  const equals = part.indexOf("=");
  return equals < 0 ? [part, undefined] : [part.slice(0, equals), part.slice(equals + 1)];
}

function readOption(
  { name, value, key, at }: Option,
  given: Partial<Record<keyof SchedulerParameters, number | boolean>>,
  conf: Section,
  unmodelled: Unmodelled,
): void {
  const known = schedulerParameters.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) {
    const read = known.default === undefined ? readSwitch(value) : readNumber(known, value);
    if (read !== undefined) given[known.name] = read;
    else {
      const must = known.default === undefined ? "a switch and takes no value" : numberWords(known);
      const message = `${known.name} is ${must}${value === undefined ? "" : `, not "${value}"`}`;
      conf.problems.push({ code: "slurm/wrong-value", message, ...at() });
    }
    return;
  }
  const other = Object.keys(otherSchedulerParameters).find((one) => one.toLowerCase() === name.toLowerCase());
  if (other !== undefined) {
    const does = otherSchedulerParameters[other]!;
    if (does !== "") unmodelled.add(other, does, key());
    return;
  }
  const names = [...schedulerParameters.map((one) => one.name), ...Object.keys(otherSchedulerParameters)];
  conf.problems.push({
    code: "slurm/unknown-key",
    message: `SchedulerParameters has no "${name}"`,
    ...key(),
    hint: meant(name, names).replace(/^there are.*/, "whowaits policies slurm lists them"),
  });
}

function readSwitch(value: string | undefined): boolean | undefined {
  if (value === undefined || /^(true|yes|1)$/i.test(value)) return true;
  return /^(false|no|0)$/i.test(value) ? false : undefined;
}

function readNumber(known: SchedulerParameter, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (known.also?.includes(Number(value))) return Number(value);
  return readInteger(value, known);
}

function numberWords(known: SchedulerParameter): string {
  const unit =
    known.unit === undefined
      ? ""
      : { s: " of seconds", min: " of minutes", us: " of microseconds" }[known.unit];
  const [words] = integerWords(known);
  const also = known.also === undefined ? "" : `, or ${known.also.join(", ")}`;
  return words.replace("a whole number", `a whole number${unit}`) + also;
}

function withDefaults(
  given: Partial<Record<keyof SchedulerParameters, number | boolean>>,
  messageTimeout: number,
): SchedulerParameters {
  const all: Record<string, number | boolean> = {};
  for (const { name, default: value } of schedulerParameters)
    all[name] = given[name] ?? (typeof value === "number" ? value : value === undefined ? false : Number.NaN);
  const parameters = all as unknown as SchedulerParameters;
  parameters.bf_max_time = or(parameters.bf_max_time, Math.max(1, parameters.bf_interval));
  parameters.bf_node_space_size = or(parameters.bf_node_space_size, parameters.bf_max_job_test);
  parameters.max_sched_time = or(
    parameters.max_sched_time,
    Math.max(1, Math.min(2, Math.floor(messageTimeout / 2))),
  );
  // slurm.conf(5): bf_licenses implies it.
  if (parameters.bf_licenses) parameters.bf_running_job_reserve = true;
  return parameters;
}

function or(value: number, fallback: number): number {
  return Number.isNaN(value) ? fallback : value;
}
