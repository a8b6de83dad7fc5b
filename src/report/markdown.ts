/** A table with figures to the right; the first column is names. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  const rule = `|${head.map((_, i) => (i === 0 ? "---" : "--:")).join("|")}|`;
  return [line(head), rule, ...rows.map(line)];
}

/** Names come from users: they must not make cells or tags. */
export function escaped(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replaceAll(/\s*\n\s*/g, " ");
}

/** Folded away until somebody opens it. */
export function details(summary: string, lines: readonly string[]): string[] {
  return ["<details>", `<summary>${escaped(summary)}</summary>`, "", ...lines, "", "</details>"];
}
