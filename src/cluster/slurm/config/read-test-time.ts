import type { Problem } from "../../../core/errors.js";
import { parseDuration } from "../../../core/units.js";
import { noTestTimes, type TestTimes } from "../model/test-times.js";
import { isMapping } from "./accounts/inline.js";
import { placeInScenario } from "./place.js";
import { meant } from "./section.js";

const path = ["scheduler", "testTime"];

/**
 * `testTime:` of the scenario's scheduler: how long slurmctld takes to try a job, `{ main, backfill }`, each a duration;
 * of backfill also a mapping of what takes how long. Wrong ones go into `problems`.
 */
export function readTestTime(value: unknown, problems: Problem[]): TestTimes | undefined {
  if (value === undefined) return undefined;
  const times: TestTimes = structuredClone(noTestTimes);
  const { backfill } = times;
  if (!isMapping(value)) {
    problems.push(
      wrong(
        "testTime must be a mapping of schedulers to the time that a job takes them to try",
        path,
        example,
      ),
    );
    return times;
  }
  for (const [key, each] of entriesOf(value, ["main", "backfill"], path, problems)) {
    const at = [...path, key];
    if (key === "main") times.main = duration(each, at, problems);
    else if (!isMapping(each)) backfill.job = duration(each, at, problems);
    else
      for (const [part, time] of entriesOf(each, ["entry", "job", "slot"], at, problems))
        backfill[part] = duration(time, [...at, part], problems);
  }
  return times;
}

const example = "such as { main: 1ms, backfill: 20ms }";

/** Those with a known key. */
function entriesOf<Key extends string>(
  given: Readonly<Record<string, unknown>>,
  known: readonly Key[],
  at: readonly string[],
  problems: Problem[],
): [Key, unknown][] {
  return Object.entries(given).filter((entry): entry is [Key, unknown] => {
    const [key] = entry;
    if ((known as readonly string[]).includes(key)) return true;
    problems.push({
      code: "slurm/unknown-key",
      message: `${at.slice(1).join(".")} has no "${key}"`,
      ...placeInScenario([...at, key]).key(),
      hint: meant(key, known),
    });
    return false;
  });
}

function duration(value: unknown, at: string[], problems: Problem[]): number {
  const time = typeof value === "string" || value === 0 ? parseDuration(String(value)) : undefined;
  if (time !== undefined && time >= 0) return time;
  problems.push(wrong("how long a job takes to be tried must be a duration", at, example));
  return 0;
}

function wrong(message: string, at: string[], hint: string): Problem {
  return { code: "slurm/wrong-value", message, path: at, hint };
}
