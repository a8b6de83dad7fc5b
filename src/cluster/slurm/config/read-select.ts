import type { SelectConfig } from "../model/config.js";
import type { Section } from "./section.js";
import type { Unmodelled } from "./unmodelled.js";

const CONSUMES: Readonly<Record<string, { consumes: SelectConfig["consumes"]; memory: boolean }>> = {
  cr_cpu: { consumes: "cpu", memory: false },
  cr_cpu_memory: { consumes: "cpu", memory: true },
  cr_core: { consumes: "core", memory: false },
  cr_core_memory: { consumes: "core", memory: true },
  cr_socket: { consumes: "socket", memory: false },
  cr_socket_memory: { consumes: "socket", memory: true },
};

const FLAGS = [
  "CR_LLN",
  "CR_Pack_Nodes",
  "CR_ONE_TASK_PER_CORE",
  "CR_CORE_DEFAULT_DIST_BLOCK",
  "CR_Memory",
  "ENFORCE_BINDING_GRES",
  "ONE_TASK_PER_SHARING_GRES",
  "LL_SHARED_GRES",
  "MULTIPLE_SHARING_GRES_PJ",
  "NHC_ABSOLUTELY_NO",
  "NHC_NO_STEPS",
  "OTHER_CONS_RES",
  "OTHER_CONS_TRES",
] as const;

const MISSED: Readonly<Record<string, string>> = {
  CR_CORE_DEFAULT_DIST_BLOCK: "fills sockets one after another",
  ENFORCE_BINDING_GRES: "keeps jobs to cores beside their GPUs",
  ONE_TASK_PER_SHARING_GRES: "limits tasks per shared GPU",
  LL_SHARED_GRES: "spreads jobs over shared GPUs",
  MULTIPLE_SHARING_GRES_PJ: "lets a job share several GPUs",
};

/** SelectType and SelectTypeParameters. `select/cons_res` is read as `select/cons_tres`, of which it is a part. */
export function readSelect(conf: Section, unmodelled: Unmodelled): SelectConfig {
  const linear =
    conf.oneOf("SelectType", ["select/cons_tres", "select/cons_res", "select/linear"]) === "select/linear";
  const units = Object.keys(CONSUMES);
  const flags = conf.flags("SelectTypeParameters", [...units, ...FLAGS]);
  const unit = units.find((one) => flags.has(one));
  const setting = conf.get("SelectTypeParameters");
  if (unit !== undefined && linear)
    conf.wrong(
      setting!,
      `select/linear gives whole nodes and takes no ${unit}`,
      "CR_Memory, or SelectType=select/cons_tres",
    );
  for (const [flag, does] of Object.entries(MISSED))
    if (flags.has(flag)) unmodelled.add(flag, does, setting!.place.value());
  // Without a unit, 22.05 takes CR_Core_Memory.
  const { consumes, memory } = CONSUMES[unit ?? "cr_core_memory"]!;
  return {
    consumes: linear ? "node" : consumes,
    memory: linear ? flags.has("CR_Memory") : memory,
    leastLoaded: flags.has("CR_LLN"),
    packNodes: flags.has("CR_Pack_Nodes"),
    oneTaskPerCore: flags.has("CR_ONE_TASK_PER_CORE"),
  };
}
