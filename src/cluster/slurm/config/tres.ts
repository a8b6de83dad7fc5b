import { closest } from "../../../core/suggest.js";
import type { Section } from "./section.js";

/** TRES that every cluster has. */
export const BUILT_IN_TRES = ["cpu", "mem", "energy", "node", "billing", "fs/disk", "vmem", "pages"] as const;

/** `cpu` for `CPU`, `gres/gpu:a100` for `GRES/gpu:A100`: names of TRES are compared in small letters. */
export function tresName(text: string): string {
  return text.trim().toLowerCase();
}

/** Whether a name can be that of a TRES: a built-in one, or one of a kind that has names. */
export function isTres(name: string): boolean {
  return (BUILT_IN_TRES as readonly string[]).includes(name) || /^(gres|license|bb|fs|ic)\/\S+$/.test(name);
}

const MEMORY_UNITS: Readonly<Record<string, number>> = {
  k: 1 / 1024,
  m: 1,
  g: 1024,
  t: 1024 ** 2,
  p: 1024 ** 3,
};

/** What a name that is no TRES may stand for. */
export function meantTres(name: string): string {
  const near = /^gpus?$/.test(name) ? "gres/gpu" : closest(name, [...BUILT_IN_TRES, "gres/gpu"]);
  return near === undefined ? "such as cpu, mem, node or gres/gpu" : `did you mean ${near}?`;
}

/** Weights by TRES, such as `CPU=1.0,Mem=0.25G,GRES/gpu=2`; a unit says what the weight of `mem` is per. */
export function readTresNumbers(section: Section, key: string): Record<string, number> | undefined {
  const parts = section.list(key);
  if (parts.length === 0) return undefined;
  const weights: Record<string, number> = {};
  for (const { part, from, setting } of parts) {
    const equals = part.indexOf("=");
    const name = tresName(equals < 0 ? part : part.slice(0, equals));
    const [, number, unit] = /^(\d*\.?\d+)([kmgtp]?)$/i.exec(equals < 0 ? "" : part.slice(equals + 1)) ?? [];
    if (!isTres(name)) {
      section.wrong(setting, `"${name}" is not a TRES`, meantTres(name), part, from);
    } else if (number === undefined)
      section.wrong(
        setting,
        `${setting.key} gives ${name} no number`,
        "such as CPU=1.0,GRES/gpu=2",
        part,
        from,
      );
    // The weight of memory is per MiB unless a unit follows it.
    else weights[name] = Number(number) / (unit === "" ? 1 : MEMORY_UNITS[unit!.toLowerCase()]!);
  }
  return weights;
}
