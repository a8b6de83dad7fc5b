/** `[D-]HH:MM:SS` in seconds; undefined when it is no duration. */
export function parseElapsed(text: string): number | undefined {
  const [, days = "0", hours, minutes, seconds] = /^(?:(\d+)-)?(\d+):(\d+):(\d+)(?:\.\d+)?$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** What a job asked for, from its TRES or from the columns that were there before TRES. */
export interface Resources {
  nodes: number;
  /** Of the whole job. */
  cpus: number;
  /** MiB of each node, or of each CPU; undefined when nothing is said. */
  memPerNode: number | undefined;
  memPerCpu: number | undefined;
  /** GPUs of the whole job by type; an empty type for any. */
  gpus: Map<string, number>;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1 / 1024,
  M: 1,
  G: 1024,
  T: 1024 ** 2,
  P: 1024 ** 3,
};

/**
 * Resources of a row. ReqTRES wins over AllocTRES, and both over the older columns. `gres/gpu` is the total of its
 * types: they are not added up.
 */
export function readResources(cell: (column: string) => string): Resources {
  const tres = tresOf(cell("reqtres") || cell("alloctres"));
  const count = (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined);
  const nodes = Math.max(1, count(tres.get("node") ?? "") ?? count(cell("nnodes")) ?? 1);
  const cpus = Math.max(
    nodes,
    count(tres.get("cpu") ?? "") ?? count(cell("reqcpus")) ?? count(cell("ncpus")) ?? nodes,
  );
  return { nodes, cpus, ...memoryOf(tres.get("mem"), cell("reqmem"), nodes), gpus: gpusOf(tres, cell) };
}

function tresOf(text: string): Map<string, string> {
  return new Map(
    text
      .split(",")
      .filter((part) => part.includes("="))
      .map((part) => [part.slice(0, part.indexOf("=")).toLowerCase(), part.slice(part.indexOf("=") + 1)]),
  );
}

/** TRES and new ReqMem are of the whole job; of old, `n` is per node and `c` per core. */
function memoryOf(
  total: string | undefined,
  reqMem: string,
  nodes: number,
): Pick<Resources, "memPerNode" | "memPerCpu"> {
  const [, number, unit = "", per = ""] = /^([\d.]+)([KMGTP]?)([nc]?)$/i.exec(total ?? reqMem) ?? [];
  const none = { memPerNode: undefined, memPerCpu: undefined };
  if (number === undefined) return none;
  const size = Math.ceil(Number(number) * UNITS[unit.toUpperCase()]!);
  if (per.toLowerCase() === "c") return size === 0 ? none : { ...none, memPerCpu: size };
  if (per.toLowerCase() === "n") return { ...none, memPerNode: size };
  return size === 0 ? none : { ...none, memPerNode: Math.ceil(size / nodes) };
}

function gpusOf(tres: ReadonlyMap<string, string>, cell: (column: string) => string): Map<string, number> {
  const typed = new Map<string, number>();
  for (const [name, value] of tres)
    if (name.startsWith("gres/gpu:")) typed.set(name.slice("gres/gpu:".length), Number(value));
  const total = tres.get("gres/gpu");
  if (typed.size === 0 && total !== undefined) typed.set("", Number(total));
  if (typed.size > 0) return typed;
  // Old columns: gpu:4, gpu:a100:4, or a plug-in's number that nobody can read any more.
  for (const part of (cell("reqgres") || cell("allocgres")).split(",")) {
    const [, type = "", amount] = /^gpu:(?:([A-Za-z][\w-]*):)?(\d+)/.exec(part) ?? [];
    if (amount !== undefined) typed.set(type.toLowerCase(), Number(amount));
  }
  return typed;
}

/** The options of sbatch that stand for resources; tasks are not in the accounts, so each node is one. */
export function optionsOf({ nodes, cpus, memPerNode, memPerCpu, gpus }: Resources): string {
  const parts = [`--nodes=${nodes}`, `--ntasks=${nodes}`, `--cpus-per-task=${Math.ceil(cpus / nodes)}`];
  if (memPerNode !== undefined) parts.push(`--mem=${memPerNode}`);
  if (memPerCpu !== undefined) parts.push(`--mem-per-cpu=${memPerCpu}`);
  for (const [type, count] of gpus) {
    const name = type === "" ? "" : `${type}:`;
    if (count === 0) continue;
    parts.push(count % nodes === 0 ? `--gpus-per-node=${name}${count / nodes}` : `--gpus=${name}${count}`);
  }
  return parts.join(" ");
}
