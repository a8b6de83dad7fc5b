import { type Complain, splitOutside } from "../../../core/hostlist.js";
import type { NodeLine } from "../model/config.js";

export type Gres = NodeLine["gres"][number];

const SUFFIX: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/**
 * A Gres list of slurm.conf or of a request: `gpu:8`, `gpu:a100:4(S:0)`, `gpu:2,license:1`. Without a count it is 1;
 * `no_consume` has no influence on GPUs. A type is in small letters, as Slurm keeps it.
 */
export function parseGres(text: string, complain: Complain): Gres[] {
  return splitOutside(text, "(", ")").flatMap(({ part, from }): Gres[] => {
    const [, body = "", sockets] = /^([^(]+)(?:\((?:S:([\d,-]+)|[^)]*)\))?$/.exec(part) ?? [];
    const words = body.split(":").filter((word) => word !== "no_consume");
    const [name, ...rest] = words;
    const last = rest.at(-1);
    const [, digits, unit = ""] = /^(\d+)([kmgt]?)$/i.exec(last ?? "") ?? [];
    const count = digits === undefined ? 1 : Number(digits) * SUFFIX[unit.toLowerCase()]!;
    const type = digits === undefined ? last : rest.at(-2);
    if (name === undefined || !/^[A-Za-z][\w-]*$/.test(name) || words.length > 3 || words.includes("")) {
      complain(`"${part}" is not a generic resource`, part, from, "such as gpu:8 or gpu:a100:4");
      return [];
    }
    return [
      {
        name: name.toLowerCase(),
        type: (type ?? "").toLowerCase(),
        count,
        ...(sockets === undefined ? {} : { sockets: parseNumbers(sockets) }),
      },
    ];
  });
}

/** `0-1,3` as numbers. */
export function parseNumbers(text: string): number[] {
  return text.split(",").flatMap((range) => {
    const [low, high = low] = range.split("-").map(Number);
    return Array.from({ length: Math.max(0, high! - low! + 1) }, (_, i) => low! + i);
  });
}
