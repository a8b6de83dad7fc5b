import { createHash } from "node:crypto";
import { basename, isAbsolute } from "node:path";

/**
 * SHA-256, in hex, of a resolved scenario: the same for the same content, whatever the order of its keys, the folder it
 * lies in or the way it was written (`90s` or `1m30s`). An absolute path counts by its last part only.
 */
export function hashOf(scenario: unknown): string {
  return createHash("sha256").update(canonical(scenario)).digest("hex");
}

/** JSON with sorted keys; numbers that JSON lacks by name. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value === "string" && isAbsolute(value)) return JSON.stringify(basename(value));
  return JSON.stringify(value) ?? "null";
}
