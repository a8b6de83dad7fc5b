import { versionAtLeast } from "../model/config.js";
import type { SlurmState } from "../model/state.js";

/** The limits by TRES; each names its resource in the reason. */
export type TresLimitKind =
  | "grp"
  | "grpMinutes"
  | "grpRunMinutes"
  | "perJob"
  | "perNode"
  | "perJobMinutes"
  | "perUser"
  | "perAccount"
  | "accountRunMinutes"
  | "userRunMinutes"
  | "min";

type Words = Record<
  "cpu" | "mem" | "node" | "energy" | "billing" | "gres" | "license" | "bb" | "other",
  string
>;

const plain: Words = {
  cpu: "Cpu",
  mem: "Mem",
  node: "Node",
  energy: "Energy",
  billing: "Billing",
  gres: "GRES",
  license: "License",
  bb: "BB",
  other: "Unknown",
};

/**
 * The reason of a reached limit as squeue prints it. Slurm's names are not regular: those for CPUs and nodes mostly end
 * in `Limit`, QOS say `Memory` where associations say `Mem`, and limits of running minutes by user or account have no
 * name at all in 22.05, which squeue shows as `?`.
 */
export function tresReason(
  { tres, config }: SlurmState,
  position: number,
  owner: "QOS" | "Assoc",
  kind: TresLimitKind,
): string {
  const what = wordOf(tres.names[position]!);
  const memory = owner === "QOS" ? "Memory" : "Mem";
  const word = what === "mem" ? memory : plain[what];
  switch (kind) {
    case "grp":
      return `${owner}Grp${plain[what]}${what === "cpu" || what === "mem" || what === "node" ? "Limit" : ""}`;
    case "grpMinutes":
      return what === "cpu" ? `${owner}GrpCPUMinutesLimit` : `${owner}Grp${word}Minutes`;
    case "grpRunMinutes":
      return what === "cpu" ? `${owner}GrpCPURunMinutesLimit` : `${owner}Grp${word}RunMinutes`;
    case "perJob":
      return `${owner}Max${word}PerJob${what === "cpu" || what === "node" ? "Limit" : ""}`;
    case "perNode":
      return `${owner}Max${word}PerNode`;
    case "perJobMinutes":
      return `${owner}Max${word}MinutesPerJob${what === "cpu" ? "Limit" : ""}`;
    case "perUser":
      return `QOSMax${word}PerUser${what === "cpu" || what === "node" ? "Limit" : ""}`;
    case "perAccount":
      return `Max${what === "mem" ? "Memory" : plain[what]}PerAccount`;
    case "accountRunMinutes":
      return versionAtLeast(config.version, "24.11") ? `Max${word}RunMinsPerAccount` : "?";
    case "userRunMinutes":
      return versionAtLeast(config.version, "24.11") ? `Max${word}RunMinsPerUser` : "?";
    case "min":
      return what === "cpu" ? "QOSMinCpuNotSatisfied" : `QOSMin${word}`;
  }
}

function wordOf(name: string): keyof Words {
  const slash = name.indexOf("/");
  const kind = slash < 0 ? name : name.slice(0, slash);
  return kind in plain ? (kind as keyof Words) : "other";
}
