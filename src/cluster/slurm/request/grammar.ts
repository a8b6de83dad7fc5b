import type { Submission, SubmittedDependency } from "../model/submission.js";

/** Tasks of `--array` at most: Slurm's own bound of MaxArraySize. */
const MOST_TASKS = 4_000_001;

/** `0-15:4,20%3`; undefined when it is no such thing. */
export function parseArray(text: string): NonNullable<Submission["array"]> | undefined {
  const [, list, most] = /^([\d,:-]+)(?:%(\d+))?$/.exec(text.replace(/^\[(.*)\]$/, "$1")) ?? [];
  const tasks = list === undefined ? undefined : parseTasks(list);
  if (tasks === undefined || tasks.length === 0) return undefined;
  return { tasks, maxRunning: Number(most ?? 0) || Number.POSITIVE_INFINITY };
}

function parseTasks(list: string): number[] | undefined {
  const tasks = new Set<number>();
  for (const range of list.split(",")) {
    const [, low, high = low, step = "1"] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range) ?? [];
    if (low === undefined || Number(high) < Number(low) || Number(step) < 1 || Number(high) >= MOST_TASKS)
      return undefined;
    for (let task = Number(low); task <= Number(high); task += Number(step)) tasks.add(task);
  }
  return [...tasks].sort((a, b) => a - b);
}

const KINDS: readonly string[] = [
  "after",
  "afterany",
  "afterok",
  "afternotok",
  "aftercorr",
  "singleton",
  "expand",
] satisfies SubmittedDependency["kind"][];

/** `afterok:20:21,singleton`, or with `?` for OR; undefined when it is no such thing. A list of bare jobs is afterany. */
export function parseDependencies(text: string): SubmittedDependency[] | undefined {
  const or = text.includes("?");
  if (or && text.includes(",")) return undefined;
  const terms: SubmittedDependency[] = [];
  for (const part of text.split(/[,?]/)) {
    const words = part.split(":");
    const named = KINDS.includes(words[0]!.toLowerCase());
    const kind = (named ? words.shift()!.toLowerCase() : "afterany") as SubmittedDependency["kind"];
    if (kind === "singleton" && words.length === 0) terms.push({ kind, job: "", delay: 0, or });
    else if (words.length === 0 || words.includes("")) return undefined;
    else
      for (const word of words) {
        const [, job, delay = "0"] = /^(.+?)(?:\+(\d+))?$/.exec(word)!;
        terms.push({ kind, job: job!, delay: kind === "after" ? Number(delay) : 0, or });
      }
  }
  return terms;
}

const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
};

/**
 * `now`, `now+60`, `now+2hours`, or a date; seconds.
 *
 * @param epoch Unix time of the run's start; without it a date says nothing
 */
export function parseMoment(text: string, epoch: number | undefined): Submission["begin"] {
  const [, count, unit = "second"] = /^now(?:\+(\d+)\s*(second|minute|hour|day|week)?s?)?$/i.exec(text) ?? [];
  if (/^now/i.test(text)) {
    if (!/^now(\+\d+\s*((second|minute|hour|day|week)s?)?)?$/i.test(text)) return undefined;
    return { after: Number(count ?? 0) * UNITS[unit.toLowerCase()]! };
  }
  const [, day, time = "00:00", seconds = ":00"] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(:\d{2})?)?$/.exec(text) ?? [];
  if (day === undefined || epoch === undefined) return undefined;
  const moment = Date.parse(`${day}T${time}${seconds}Z`);
  return Number.isNaN(moment) ? undefined : { at: moment / 1000 - epoch };
}

/** `lic:4,other`; undefined when it is no such thing. */
export function parseLicenses(text: string): { name: string; count: number }[] | undefined {
  const licenses: { name: string; count: number }[] = [];
  for (const part of text.split(",")) {
    const [, name, count = "1"] = /^([^\s:*]+)(?:[:*](\d+))?$/.exec(part) ?? [];
    if (name === undefined) return undefined;
    licenses.push({ name, count: Number(count) });
  }
  return licenses;
}

/** `[type:]n` of the GPU options, or a list of such; undefined when it is no such thing. */
export function parseGpus(text: string): { type: string; count: number }[] | undefined {
  const gpus: { type: string; count: number }[] = [];
  for (const part of text.split(",")) {
    const [, type = "", count] = /^(?:([A-Za-z][\w-]*):)?(\d+)$/.exec(part) ?? [];
    if (count === undefined) return undefined;
    gpus.push({ type: type.toLowerCase(), count: Number(count) });
  }
  return gpus;
}
