import { SECOND } from "../core/units.js";

/** One field by RFC 4180: quoted when it holds a comma, a quote or a line break. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whole microseconds as seconds with six decimals, digit for digit; empty for an unknown (negative) time. */
export function csvSeconds(time: number): string {
  if (time < 0) return "";
  const seconds = Math.floor(time / SECOND);
  return `${seconds}.${String(time - seconds * SECOND).padStart(6, "0")}`;
}
