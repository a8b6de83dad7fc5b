import type { PreemptConfig } from "../model/config.js";
import type { Section } from "./section.js";

/** PreemptType, PreemptMode and PreemptExemptTime. */
export function readPreempt(conf: Section): PreemptConfig {
  const type = conf.oneOf("PreemptType", ["preempt/none", "preempt/partition_prio", "preempt/qos"]);
  const flags = conf.flags("PreemptMode", [
    "OFF",
    "CANCEL",
    "REQUEUE",
    "SUSPEND",
    "GANG",
    "WITHIN",
    "PRIORITY",
  ]);
  const mode = (["CANCEL", "REQUEUE", "SUSPEND"] as const).find((one) => flags.has(one)) ?? "OFF";
  const setting = conf.get("PreemptMode") ?? conf.get("PreemptType");
  const preempts = type !== undefined && type !== "preempt/none";
  if (setting !== undefined && preempts && mode === "OFF")
    conf.wrong(setting, `${type} needs a PreemptMode`, "CANCEL, REQUEUE or SUSPEND,GANG");
  if (setting !== undefined && !preempts && mode !== "OFF")
    conf.wrong(setting, `PreemptMode=${mode} needs a PreemptType`, "preempt/qos or preempt/partition_prio");
  if (setting !== undefined && mode === "SUSPEND" && !flags.has("GANG"))
    conf.wrong(setting, "PreemptMode=SUSPEND needs GANG", "PreemptMode=SUSPEND,GANG");
  const exempt = conf.seconds("PreemptExemptTime") ?? 0;
  return {
    type: type === "preempt/qos" ? "qos" : type === "preempt/partition_prio" ? "partition_prio" : "none",
    mode,
    gang: flags.has("GANG"),
    within: flags.has("WITHIN"),
    exemptTime: Number.isFinite(exempt) ? exempt : 0,
  };
}
