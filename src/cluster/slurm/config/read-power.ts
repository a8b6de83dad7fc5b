import { expandHostlist } from "../../../core/hostlist.js";
import type { PowerConfig } from "../model/config.js";
import type { Section } from "./section.js";
import type { Unmodelled } from "./unmodelled.js";

/** Power saving: undefined unless SuspendTime is a time. */
export function readPower(conf: Section, unmodelled: Unmodelled): PowerConfig | undefined {
  const suspendTime = conf.integer("SuspendTime", { unlimited: true }) ?? Number.POSITIVE_INFINITY;
  const short = (name: string, fallback: number) => conf.integer(name, { most: 65_533 }) ?? fallback;
  const setting = conf.get("SuspendExcNodes");
  const exclude =
    setting === undefined
      ? []
      : expandHostlist(setting.value.replace(/:\d+(?=,|$)/g, ""), (message, part, from, hint) =>
          conf.wrong(setting, message, hint, part, from),
        );
  if (setting !== undefined && /\]?:\d+/.test(setting.value))
    unmodelled.add(
      "SuspendExcNodes with a count",
      "keeps that many nodes up; here it keeps all",
      setting.place.value(),
    );
  const power = {
    suspendTime,
    suspendTimeout: short("SuspendTimeout", 30),
    resumeTimeout: short("ResumeTimeout", 60),
    suspendRate: short("SuspendRate", 60),
    resumeRate: short("ResumeRate", 300),
    exclude,
  };
  return Number.isFinite(suspendTime) ? power : undefined;
}
