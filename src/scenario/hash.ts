import { createHash } from "node:crypto";
import { basename, isAbsolute } from "node:path";
import { canonicalJson } from "../core/canonical.js";

/**
 * SHA-256, in hex, of a resolved scenario: the same for the same content, whatever the order of its keys, the folder it
 * lies in or the way it was written (`90s` or `1m30s`). An absolute path counts by its last part only.
 */
export function hashOf(scenario: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(portable(scenario)))
    .digest("hex");
}

function portable(value: unknown): unknown {
  if (typeof value === "string") return isAbsolute(value) ? basename(value) : value;
  if (Array.isArray(value)) return value.map(portable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, portable(inner)]));
}
