import type { Association } from "../model/accounting.js";
import type { SlurmState } from "../model/state.js";
import type { ClassicFairshare } from "./classic.js";
import { printed } from "./printed.js";
import { usesParent } from "./shares.js";

/**
 * `sshare -l -a -P`: shares, usage and fair-share of every account and user. Usage is in billing seconds, the
 * remaining use of running jobs in minutes of each TRES.
 */
export function sshareLong(state: SlurmState, classic: ClassicFairshare | undefined): string[] {
  const columns = ["Account", "User", "RawShares", "NormShares", "RawUsage", "NormUsage", "EffectvUsage"];
  columns.push("FairShare", ...(classic ? [] : ["LevelFS"]), "GrpTRESMins", "TRESRunMins");
  const lines = [columns.join("|")];
  const list = (association: Association, depth: number) => {
    lines.push(line(state, association, depth, classic));
    for (const child of [...association.children].sort(byName)) list(child, depth + 1);
  };
  if (state.associations[0]) list(state.associations[0], 0);
  return lines;
}

function line(
  state: SlurmState,
  association: Association,
  depth: number,
  classic: ClassicFairshare | undefined,
): string {
  const root = association.parent === undefined;
  const user = association.user !== "";
  const { usageNorm, usageEffective, fairshare } = association;
  const shown = classic?.show(association) ?? { usageNorm, usageEffective, factor: fairshare };
  const factor = classic || user ? printed(shown.factor, 6) : "";
  return [
    " ".repeat(depth) + association.account,
    association.user,
    root ? "" : usesParent(association) ? "parent" : String(association.config.fairshare),
    printed(association.sharesNorm, 6),
    String(Math.trunc(association.usage.raw)),
    root ? "" : printed(shown.usageNorm, 6),
    printed(root ? 1 : shown.usageEffective, 6),
    factor,
    ...(classic ? [] : [root || usesParent(association) ? "" : printed(association.levelFairshare, 6)]),
    limits(association.config.grpTresMins),
    runMinutes(state, association),
  ].join("|");
}

function limits(all: Readonly<Record<string, number>> | undefined): string {
  return Object.entries(all ?? {})
    .map(([name, limit]) => `${name}=${limit}`)
    .join(",");
}

/** With the TRES that Slurm always knows and a simulation never uses. */
function runMinutes({ tres }: SlurmState, { usage }: Association): string {
  const minutes = tres.names.map((name, i) => `${name}=${Math.trunc(usage.runSeconds[i]! / 60)}`);
  minutes.splice(5, 0, "fs/disk=0", "vmem=0", "pages=0");
  return minutes.join(",");
}

function byName(a: Association, b: Association): number {
  if ((a.user === "") !== (b.user === "")) return a.user === "" ? 1 : -1;
  const [left, right] = a.user === "" ? [a.account, b.account] : [a.user, b.user];
  return left < right ? -1 : left > right ? 1 : 0;
}
