import type { Axis } from "../../experiment/sweep/axis.js";
import { influences } from "../../experiment/sweep/sensitivity.js";
import type { SweepTable } from "../../experiment/sweep/table.js";
import { pointJson } from "./jsonl.js";

/** Versioned as a result is: unknown keys of a newer minor version can be ignored. */
const SWEEP_SCHEMA_VERSION = "1.0";

export interface SweepIdentity {
  tool: { name: string; version: string };
  scenario: string;
  axes: readonly Axis[];
  sampled: boolean;
}

/** A sweep for other programs: points, columns with units, and which keys explain each metric. */
export function sweepJson(table: SweepTable, { tool, scenario, axes, sampled }: SweepIdentity): string {
  const sensitivity = table.columns.flatMap(({ id }, i) => {
    const ranked = influences(table, i, axes, sampled);
    return ranked.length === 0 ? [] : [{ metric: id, keys: ranked }];
  });
  const columns = table.columns.map(({ id, unit, direction }) => ({ id, unit, direction }));
  const points = table.rows.map((row) => pointJson(table, row));
  const whole = {
    schemaVersion: SWEEP_SCHEMA_VERSION,
    tool,
    scenario,
    keys: table.keys,
    columns,
    sensitivity,
    points,
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}
