import type { Column } from "../../experiment/sweep/columns.js";
import type { SweepRow, SweepTable } from "../../experiment/sweep/table.js";

/** The points of one combination of values: its seeds. */
export function groups({ rows }: SweepTable): SweepRow[][] {
  const byValues = new Map<string, SweepRow[]>();
  for (const row of rows) {
    const key = row.values.join("\u0000");
    const group = byValues.get(key);
    if (group === undefined) byValues.set(key, [row]);
    else group.push(row);
  }
  return [...byValues.values()];
}

/** What is shown when nobody said which metrics matter. */
const HEADLINE = [
  "wait.p95",
  "bounded-slowdown.mean",
  "ttft.p95",
  "tpot.p95",
  "slo-attainment",
  "utilisation",
];
const MOST = 5;

/** Indices of the columns that fit a screen. */
export function headline(columns: readonly Column[], chosen: boolean): number[] {
  const wanted = columns.flatMap(({ name, labels }, i) => {
    const place = HEADLINE.indexOf(name);
    const plain = Object.keys(labels).every((label) => label === "service" || label === "resource");
    return place >= 0 && plain && labels.resource !== "cpu" ? [{ i, place }] : [];
  });
  const shown = chosen
    ? columns.map((_, i) => i)
    : wanted.sort((a, b) => a.place - b.place).map(({ i }) => i);
  return shown.slice(0, MOST);
}

/** The shortest ends of keys that still tell them apart: `policy`, `nodes`. */
export function shortKeys(keys: readonly string[]): string[] {
  return keys.map((key) => {
    const parts = key.split(".");
    for (let n = 1; n < parts.length; n++) {
      const short = parts.slice(-n).join(".");
      const named = !/^\d+$/.test(short.split(".")[0]!);
      if (named && keys.every((other) => other === key || !`.${other}`.endsWith(`.${short}`))) return short;
    }
    return key;
  });
}
