import type { PriorityConfig } from "../model/config.js";
import type { Section } from "./section.js";
import { readTresNumbers } from "./tres.js";

const MOST_WEIGHT = 4_294_967_295;
const FLAGS = [
  "ACCRUE_ALWAYS",
  "CALCULATE_RUNNING",
  "DEPTH_OBLIVIOUS",
  "NO_FAIR_TREE",
  "INCR_ONLY",
  "MAX_TRES",
  "NO_NORMAL_ALL",
  "NO_NORMAL_ASSOC",
  "NO_NORMAL_PART",
  "NO_NORMAL_QOS",
  "NO_NORMAL_TRES",
  "SMALL_RELATIVE_TO_TIME",
  "FAIR_TREE",
  "MAX_TRES_GRES",
] as const;

/** PriorityType and all Priority settings; slurm.conf gives their times in minutes or as D-HH:MM:SS. */
export function readPriority(conf: Section): PriorityConfig {
  const type = conf.oneOf("PriorityType", ["priority/basic", "priority/multifactor"]);
  const weight = (name: string) => conf.integer(`PriorityWeight${name}`, { most: MOST_WEIGHT }) ?? 0;
  const time = (name: string, minutes: number) => 60 * (conf.minutes(`Priority${name}`) ?? minutes);
  const flags = conf.flags("PriorityFlags", FLAGS);
  const all = flags.has("NO_NORMAL_ALL");
  const halfLife = time("DecayHalfLife", 7 * 24 * 60);
  return {
    // Since 23.11 multifactor is the default; 22.05 takes basic.
    type: type === "priority/multifactor" ? "multifactor" : "basic",
    weightAge: weight("Age"),
    weightAssoc: weight("Assoc"),
    weightFairshare: weight("Fairshare"),
    weightJobSize: weight("JobSize"),
    weightPartition: weight("Partition"),
    weightQos: weight("QOS"),
    weightTres: readTresNumbers(conf, "PriorityWeightTRES") ?? {},
    maxAge: time("MaxAge", 7 * 24 * 60),
    decayHalfLife: Number.isFinite(halfLife) ? halfLife : 0,
    calcPeriod: Math.max(60, time("CalcPeriod", 5)),
    usageResetPeriod:
      conf.oneOf("PriorityUsageResetPeriod", [
        "NONE",
        "NOW",
        "DAILY",
        "WEEKLY",
        "MONTHLY",
        "QUARTERLY",
        "YEARLY",
      ]) ?? "NONE",
    favorSmall: conf.boolean("PriorityFavorSmall") ?? false,
    dampeningFactor: conf.integer("FairShareDampeningFactor", { least: 1, most: 65_533 }) ?? 1,
    flags: {
      accrueAlways: flags.has("ACCRUE_ALWAYS"),
      calculateRunning: flags.has("CALCULATE_RUNNING"),
      depthOblivious: flags.has("DEPTH_OBLIVIOUS"),
      noFairTree: flags.has("NO_FAIR_TREE"),
      incrOnly: flags.has("INCR_ONLY"),
      maxTres: flags.has("MAX_TRES"),
      noNormalAll: all,
      noNormalAssoc: all || flags.has("NO_NORMAL_ASSOC"),
      noNormalPart: all || flags.has("NO_NORMAL_PART"),
      noNormalQos: all || flags.has("NO_NORMAL_QOS"),
      noNormalTres: all || flags.has("NO_NORMAL_TRES"),
      smallRelativeToTime: flags.has("SMALL_RELATIVE_TO_TIME"),
    },
  };
}
