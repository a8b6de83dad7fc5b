import type { Result } from "../../metrics/result.js";
import { isHeadline, metricKey, type Row, type Side } from "./compare.js";

/** Warnings of single runs that a comparison rests on too. */
const CARRIED = /\/(saturated|warm-up|censored|not-steady|not-settled|too-short)$/;

/** What a reader of a comparison ought to know. */
export function comparisonWarnings(sides: readonly Side[]): string[] {
  return [...carriedWarnings(sides), ...alike(sides), ...differentWork(sides), ...unfinished(sides)];
}

/** A relative difference that is worth knowing about, although chance may have made it. */
const LARGE = 0.1;

/** Large differences that the replications do not tell apart from chance. */
export function undecided(rows: readonly Row[], replications: number): string[] {
  const large = rows.filter(
    ({ metric, judgements }) =>
      isHeadline(metric) && judgements.some((one) => one?.verdict === "no change" && isLarge(one.relative)),
  );
  if (large.length === 0 || replications < 2) return [];
  const [one] = large as [Row];
  const what =
    large.length === 1 ? metricKey(one.metric) : `${large.length} metrics, such as ${metricKey(one.metric)},`;
  return [
    `${what} differed by more than 10 % on average and still no change could be told from chance: more replications would decide, such as -n ${4 * replications}`,
  ];
}

/** Whether a relative difference is larger than a tenth. */
export function isLarge(relative: number | null): boolean {
  return relative === null || Math.abs(relative) > LARGE;
}

/** Warnings of single runs that concern what rests on them: one for each kind, in the words of the first that has it. */
export function carriedWarnings(sides: readonly Side[]): string[] {
  const found = new Map<string, { message: string; names: Set<string> }>();
  for (const { name, runs } of sides)
    for (const { code, message } of runs.flatMap(({ warnings }) => warnings)) {
      if (!CARRIED.test(code)) continue;
      const known = found.get(code) ?? { message: `${name}: ${message}`, names: new Set() };
      found.set(code, known);
      known.names.add(name);
    }
  return [...found.values()].map(({ message, names: [, ...others] }) =>
    others.length === 0 ? message : `${message} (likewise ${others.join(", ")})`,
  );
}

/** Replications of what is not random say the same thing again and again. */
function alike(sides: readonly Side[]): string[] {
  const [{ runs }] = sides as [Side];
  if (runs.length < 2) return [];
  const same = sides.every((side) =>
    side.runs.every(({ metrics }) => JSON.stringify(metrics) === JSON.stringify(side.runs[0]!.metrics)),
  );
  return same
    ? ["nothing here is random: all replications are alike, and --replications 1 tells as much"]
    : [];
}

/** Variants that do not meet the same traces are compared as they are, but that is seldom meant. */
function differentWork(sides: readonly Side[]): string[] {
  const [base, ...others] = sides as [Side, ...Side[]];
  const traces = ({ runs }: Side) => JSON.stringify(Object.values((runs[0] as Result).traceHashes).sort());
  return others
    .filter((side) => traces(side) !== traces(base))
    .map(({ name }) => `${name} and ${base.name} read different traces`);
}

function unfinished(sides: readonly Side[]): string[] {
  return sides
    .filter(({ runs }) => runs.some(({ partial }) => partial !== false))
    .map(({ name }) => `a run of ${name} did not come to its end`);
}
