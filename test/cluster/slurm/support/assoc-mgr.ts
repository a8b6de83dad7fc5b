import type { Usage } from "../../../../src/cluster/slurm/model/accounting.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";

/** What `scontrol show assoc_mgr` says is in use, by record and counter; limits are left out. */
export type InUse = Record<string, Record<string, string>>;

/** Reads the recorded lines. `users`: labels by system account. */
export function recordedUse(lines: readonly string[], users: Record<string, string>): InUse {
  const labels = new Map(Object.entries(users).map(([label, name]) => [name, label]));
  const byUid = new Map<string, string>();
  const all: InUse = {};
  for (const line of lines) {
    const association = /Account=(\S*) UserName=(?:(\w+)\((\d+)\))? /.exec(line);
    const qos = /^QOS=([^(]+)\(/.exec(line)?.[1];
    if (association?.[1]) {
      const user = association[2] === undefined ? "" : (labels.get(association[2]) ?? association[2]);
      if (association[3]) byUid.set(association[3], user);
      all[`${association[1]}/${user}`] = counters(line, "Grp");
    } else if (qos) {
      const [own, parts] = line.split(" Account Limits=") as [string, string];
      all[qos] = counters(own, "Grp");
      for (const [, name, text] of parts.matchAll(/(\w+)=\{([^}]*)\}/g))
        all[`${qos} ${byUid.get(name!) ?? name}`] = counters(text!, "Max");
    }
  }
  return all;
}

/** `GrpJobs=N(3) GrpTRES=cpu=N(3),gres/gpu=10(6)` as `{Jobs: "3", TRES: "cpu=3,gres/gpu=6"}`. */
function counters(text: string, prefix: "Grp" | "Max"): Record<string, string> {
  const found: Record<string, string> = {};
  const raw = /UsageRaw(?:\/Norm\/Efctv)?=([\d.]+)/.exec(text)?.[1];
  if (raw !== undefined) found.UsageRaw = Number(raw).toFixed(2);
  for (const [, name, value] of text.matchAll(new RegExp(`${prefix}(\\w+)=(\\S*\\))`, "g")))
    found[name!.replace(/P[AU]$/, "")] = value!
      .split(",")
      .map((one) => one.replace(/[^=()]*\(([\d.]+)\)$/, "$1"))
      .filter((one) => !/^(fs\/disk|vmem|pages)=/.test(one))
      .join(",");
  return found;
}

/** The same of our books; QOS that nobody used have no users. */
export function bookedUse(state: SlurmState): InUse {
  const all: InUse = {};
  for (const { account, user, usage } of state.associations) all[`${account}/${user}`] = whole(state, usage);
  for (const { name, usage, byUser, byAccount } of state.qos.values()) {
    all[name] = whole(state, usage);
    for (const [owner, part] of [...byUser, ...byAccount]) all[`${name} ${owner}`] = held(state, part);
  }
  return all;
}

function whole(state: SlurmState, usage: Usage): Record<string, string> {
  return {
    UsageRaw: usage.raw.toFixed(2),
    Jobs: String(usage.jobs),
    JobsAccrue: String(usage.accruing),
    SubmitJobs: String(usage.submitted),
    Wall: (usage.wall / 60).toFixed(2),
    TRES: byTres(state, usage.tres, 1),
    TRESMins: byTres(state, usage.tresRaw, 60),
    TRESRunMins: byTres(state, usage.runSeconds, 60),
  };
}

function held(state: SlurmState, usage: Usage): Record<string, string> {
  return {
    Jobs: String(usage.jobs),
    JobsAccrue: String(usage.accruing),
    SubmitJobs: String(usage.submitted),
    TRES: byTres(state, usage.tres, 1),
  };
}

function byTres({ tres }: SlurmState, values: Float64Array, divisor: number): string {
  return tres.names.map((name, i) => `${name}=${Math.trunc(values[i]! / divisor)}`).join(",");
}
