import { expandHostlist } from "../../../core/hostlist.js";
import { parseGres } from "../config/gres.js";
import { parseMebibytes, parseSlurmMinutes, parseSlurmTime } from "../config/time.js";
import { addGres, type Draft } from "./draft.js";
import { parseArray, parseDependencies, parseGpus, parseLicenses, parseMoment } from "./grammar.js";

/** What reading an option's value may ask. */
export interface ReadContext {
  /** Unix time of the run's start, if known. */
  epoch: number | undefined;
}

/** Puts a value into the draft; what it returns is what the value should have been. */
type Apply = (draft: Draft, value: string, context: ReadContext) => string | undefined;

export interface SbatchOption {
  readonly short?: string;
  readonly value: "none" | "needed" | "optional";
  /** Undefined: it has no influence on scheduling, or `misses` says what it would do. */
  readonly apply?: Apply;
  readonly misses?: string;
}

type Counter =
  | "ntasks"
  | "ntasksPerNode"
  | "ntasksPerSocket"
  | "ntasksPerCore"
  | "cpusPerTask"
  | "minCpusPerNode"
  | "cpusPerGpu"
  | "segment";

const count =
  (key: Counter): Apply =>
  ({ request }, value) => {
    if (!/^\d+$/.test(value) || Number(value) < 1) return "a whole number of at least 1";
    request[key] = Number(value);
    if (key === "cpusPerTask") request.cpusPerTaskGiven = true;
    return undefined;
  };

const memory =
  (key: "memPerNode" | "memPerCpu" | "memPerGpu"): Apply =>
  ({ request }, value) => {
    const size = parseMebibytes(value);
    if (size === undefined) return "a size such as 4000, 64G or 512M";
    request.memPerNode = undefined;
    request.memPerCpu = undefined;
    request.memPerGpu = undefined;
    request[key] = size;
    return undefined;
  };

const flag =
  (key: "overSubscribe" | "contiguous" | "spread" | "reboot"): Apply =>
  ({ request }) => {
    request[key] = true;
    return undefined;
  };

const word =
  (key: "name" | "account" | "qos"): Apply =>
  ({ job }, value) => {
    job[key] = key === "name" ? value : value.toLowerCase();
    return undefined;
  };

const gpus =
  (scope: "perJob" | "perNode" | "perTask" | "perSocket"): Apply =>
  ({ request }, value) => {
    const found = parseGpus(value);
    if (found === undefined) return "[type:]number, such as 4 or a100:4";
    for (const { type, count: amount } of found) addGres(request.gres, "gpu", type, scope, amount);
    return undefined;
  };

const hosts =
  (key: "nodelist" | "exclude"): Apply =>
  ({ request }, value) => {
    let wrong: string | undefined;
    request[key] = [...new Set(expandHostlist(value, (message) => (wrong ??= message)))];
    return wrong === undefined ? undefined : "a host list such as n[1-4,7]";
  };

const minutes =
  (put: (draft: Draft, limit: number) => void): Apply =>
  (draft, value) => {
    const limit = parseSlurmMinutes(value);
    if (limit === undefined) return "a time: minutes, M:S, H:M:S, D-H, D-H:M or D-H:M:S";
    put(draft, limit);
    return undefined;
  };

const moment =
  (key: "begin" | "deadline"): Apply =>
  ({ job }, value, { epoch }) => {
    const time = parseMoment(value, epoch);
    if (time === undefined)
      return epoch === undefined
        ? "now+60, now+2hours …; the trace has no calendar"
        : "now+60, now+2hours or YYYY-MM-DDTHH:MM:SS";
    job[key] = time;
    return undefined;
  };

const nodes: Apply = ({ request }, value) => {
  const [, low, lowUnit, high, highUnit] = /^(\d+)([km]?)(?:-(\d+)([km]?))?$/i.exec(value) ?? [];
  const number = (digits: string, unit = "") =>
    Number(digits) * ({ k: 1024, m: 1024 ** 2 }[unit.toLowerCase()] ?? 1);
  if (low === undefined || number(low, lowUnit) < 1) return "a number of nodes, or least-most";
  request.minNodes = number(low, lowUnit);
  request.maxNodes = high === undefined ? request.minNodes : number(high, highUnit);
  request.nodesGiven = true;
  return undefined;
};

const exclusive: Apply = ({ request }, value) => {
  if (value === "user") request.exclusiveUser = true;
  else if (value === "" || value === "mcs") request.exclusive = value === "";
  else return "without a value, or user";
  return undefined;
};

const gres: Apply = ({ request }, value) => {
  if (/^(none|)$/i.test(value)) return undefined;
  let wrong = false;
  for (const one of parseGres(value.replaceAll("gres/", "").replaceAll("gres:", ""), () => {
    wrong = true;
  }))
    addGres(request.gres, one.name, one.type, "perNode", one.count);
  return wrong ? "such as gpu:2 or gpu:a100:2" : undefined;
};

const switches: Apply = ({ request }, value) => {
  const [, most, wait] = /^(\d+)(?:@(.+))?$/.exec(value) ?? [];
  const seconds = wait === undefined ? Number.POSITIVE_INFINITY : parseSlurmTime(wait);
  if (most === undefined || seconds === undefined) return "a number of switches, with @time if it may wait";
  request.switches = { count: Number(most), wait: seconds };
  return undefined;
};

/** Puts what `parse` makes of a value, or says what it should have been. */
const parsed =
  <T>(parse: (value: string) => T | undefined, put: (draft: Draft, value: T) => void, must: string): Apply =>
  (draft, value) => {
    const found = parse(value);
    if (found === undefined) return must;
    put(draft, found);
    return undefined;
  };

const integer = (value: string) => (/^[+-]?\d+$/.test(value) ? Number(value) : undefined);
const yesNo = (value: string) => (/^yes$/i.test(value) ? true : /^no$/i.test(value) ? false : undefined);
const needed = (apply: Apply, short?: string): SbatchOption => ({
  value: "needed",
  apply,
  ...(short === undefined ? {} : { short }),
});
const bare = (apply: Apply, short?: string): SbatchOption => ({
  value: "none",
  apply,
  ...(short === undefined ? {} : { short }),
});

/** Options that are read. Names, short forms and grammar as sbatch(1) of 22.05. */
// biome-ignore format: a table
export const readOptions: Readonly<Record<string, SbatchOption>> = {
  account: needed(word("account"), "A"),
  array: needed(parsed(parseArray, (d, v) => { d.job.array = v; }, "task numbers such as 0-15, 1,3,5 or 0-99%10"), "a"),
  begin: needed(moment("begin"), "b"),
  constraint: needed((d, v) => { d.request.constraint = v; return undefined; }, "C"),
  contiguous: bare(flag("contiguous")),
  "cpus-per-gpu": needed(count("cpusPerGpu")),
  "cpus-per-task": needed(count("cpusPerTask"), "c"),
  deadline: needed(moment("deadline")),
  dependency: needed(parsed(parseDependencies, (d, v) => { d.job.dependencies = v; }, "such as afterok:20:21 or singleton; all joined by , or all by ?"), "d"),
  exclude: needed(hosts("exclude"), "x"),
  exclusive: { value: "optional", apply: exclusive },
  gpus: needed(gpus("perJob"), "G"),
  "gpus-per-node": needed(gpus("perNode")),
  "gpus-per-socket": needed(gpus("perSocket")),
  "gpus-per-task": needed(gpus("perTask")),
  gres: needed(gres),
  hold: bare((d) => { d.job.hold = true; return undefined; }, "H"),
  "job-name": needed(word("name"), "J"),
  "kill-on-invalid-dep": needed(parsed(yesNo, (d, v) => { d.job.killOnInvalidDependency = v; }, "yes or no")),
  licenses: needed(parsed(parseLicenses, (d, v) => { d.request.licenses = v; }, "such as matlab:2,other"), "L"),
  mem: needed(memory("memPerNode")),
  "mem-per-cpu": needed(memory("memPerCpu")),
  "mem-per-gpu": needed(memory("memPerGpu")),
  mincpus: needed(count("minCpusPerNode")),
  nice: { value: "optional", apply: parsed((v) => (v === "" ? 100 : integer(v)), (d, v) => { d.job.nice = v; }, "a whole number") },
  "no-requeue": bare((d) => { d.job.requeue = false; return undefined; }),
  nodelist: needed(hosts("nodelist"), "w"),
  nodes: needed(nodes, "N"),
  ntasks: needed(count("ntasks"), "n"),
  "ntasks-per-core": needed(count("ntasksPerCore")),
  "ntasks-per-gpu": needed(parsed((v) => (/^[1-9]\d*$/.test(v) ? Number(v) : undefined), (d, v) => { d.ntasksPerGpu = v; }, "a whole number of at least 1")),
  "ntasks-per-node": needed(count("ntasksPerNode")),
  "ntasks-per-socket": needed(count("ntasksPerSocket")),
  overcommit: bare((d) => { d.overcommit = true; return undefined; }, "O"),
  oversubscribe: bare(flag("overSubscribe"), "s"),
  share: bare(flag("overSubscribe")),
  partition: needed((d, v) => { d.job.partitions = v.split(",").filter((name) => name !== ""); return undefined; }, "p"),
  priority: needed(parsed((v) => (/^top$/i.test(v) ? 4_294_967_293 : integer(v)), (d, v) => { d.job.priority = v; }, "a whole number")),
  qos: needed(word("qos"), "q"),
  reboot: bare(flag("reboot")),
  requeue: bare((d) => { d.job.requeue = true; return undefined; }),
  reservation: needed((d, v) => { d.request.reservation = v; return undefined; }),
  segment: needed(count("segment")),
  "spread-job": bare(flag("spread")),
  switches: needed(switches),
  time: needed(minutes((d, limit) => { d.job.timeLimit = limit === 0 ? Number.POSITIVE_INFINITY : limit; }), "t"),
  "time-min": needed(minutes((d, limit) => { d.job.timeMin = limit; })),
};

const misses = (does: string, value: SbatchOption["value"] = "needed", short?: string): SbatchOption => ({
  value,
  misses: does,
  ...(short === undefined ? {} : { short }),
});

/** Options that change what a job gets, and that are not modelled. */
export const unmodelledOptions: Readonly<Record<string, SbatchOption>> = {
  batch: misses("chooses the node of the script by features"),
  bb: misses("asks for a burst buffer"),
  bbf: misses("asks for a burst buffer"),
  "cluster-constraint": misses("chooses among federated clusters"),
  clusters: misses("chooses among clusters", "needed", "M"),
  "core-spec": misses("leaves cores to the system", "needed", "S"),
  "cores-per-socket": misses("asks for nodes with such sockets"),
  "delay-boot": misses("delays a job whose features need a reboot"),
  "extra-node-info": misses("asks for nodes with such sockets", "needed", "B"),
  "gres-flags": misses("binds cores and GPUs to each other"),
  hint: misses("uses one thread of a core, or not all cores"),
  "mcs-label": misses("keeps groups apart"),
  "no-kill": misses("lets a job outlive its nodes", "optional", "k"),
  nodefile: misses("names nodes in a file", "needed", "F"),
  power: misses("asks for a power level"),
  prefer: misses("prefers nodes with features"),
  signal: misses("sends a signal before the limit"),
  "sockets-per-node": misses("asks for nodes with so many sockets"),
  "thread-spec": misses("leaves threads to the system"),
  "threads-per-core": misses("asks for nodes with such cores"),
  tmp: misses("asks for nodes with a temporary disk"),
  "tres-per-job": misses("asks for TRES of the job"),
  "tres-per-node": misses("asks for TRES of each node"),
  "tres-per-socket": misses("asks for TRES of each socket"),
  "tres-per-task": misses("asks for TRES of each task"),
  "use-min-nodes": misses("prefers fewer nodes of a range", "none"),
};

const silent = (value: SbatchOption["value"], names: string, short?: string): Record<string, SbatchOption> =>
  Object.fromEntries(
    names.split(" ").map((name) => [name, { value, ...(short === undefined ? {} : { short }) }]),
  );

/** Options without influence on scheduling. */
export const silentOptions: Readonly<Record<string, SbatchOption>> = {
  ...silent(
    "needed",
    "acctg-freq comment container container-id cpu-freq export export-file gid gpu-bind gpu-freq mail-type mail-user mem-bind network open-mode profile uid wait-all-nodes wckey wrap admin-comment resv-ports tree-width external-launcher",
  ),
  ...silent("optional", "get-user-env propagate"),
  ...silent("none", "ignore-pbs parsable test-only usage external"),
  ...silent("needed", "chdir workdir", "D"),
  ...silent("needed", "distribution", "m"),
  ...silent("needed", "error", "e"),
  ...silent("needed", "input", "i"),
  ...silent("needed", "output", "o"),
  ...silent("none", "help", "h"),
  ...silent("none", "quiet", "Q"),
  ...silent("none", "verbose", "v"),
  ...silent("none", "version", "V"),
  ...silent("none", "wait", "W"),
};

export const sbatchOptions: Readonly<Record<string, SbatchOption>> = {
  ...readOptions,
  ...unmodelledOptions,
  ...silentOptions,
};
