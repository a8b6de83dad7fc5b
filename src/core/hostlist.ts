/** Says what is wrong with a part of a text. */
export type Complain = (message: string, part: string, from: number, hint?: string) => void;

/** No cluster has as many nodes; a typing error such as `n[1-10000000000]` must not fill the memory. */
const MOST_NAMES = 1 << 20;

/**
 * The names that a host list stands for: `gpu[01-03,40]`, `r[1-2]n[1-4]`, lists of such. Ranges keep the width of their
 * first number, and with several brackets the last one runs fastest, as Slurm's hostlist does.
 *
 * @param complain hears of each mistake; the names of a part with a mistake are left out
 */
export function expandHostlist(text: string, complain: Complain): string[] {
  const names: string[] = [];
  for (const { part, from } of splitOutside(text)) {
    const expanded = expandPart(part, from, complain);
    if (expanded === undefined) continue;
    if (names.length + expanded.length > MOST_NAMES) {
      complain(`"${part}" stands for too many names`, part, from);
      return names;
    }
    for (const name of expanded) names.push(name);
  }
  return names;
}

/** Parts between commas or blanks that are not inside brackets, with where they start. */
export function splitOutside(text: string, open = "[", close = "]"): { part: string; from: number }[] {
  const parts: { part: string; from: number }[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    if (char === open) depth++;
    else if (char === close) depth--;
    else if (char === undefined || (depth <= 0 && /[,\s]/.test(char))) {
      if (i > start) parts.push({ part: text.slice(start, i), from: start });
      start = i + 1;
    }
  }
  return parts;
}

function expandPart(part: string, from: number, complain: Complain): string[] | undefined {
  let names = [""];
  let at = 0;
  for (const bracket of part.matchAll(/\[([^[\]]*)\]/g)) {
    const before = part.slice(at, bracket.index);
    if (/[[\]]/.test(before)) break;
    const numbers = expandRanges(bracket[1]!, from + bracket.index + 1, complain);
    if (numbers === undefined) return undefined;
    if (names.length * numbers.length > MOST_NAMES) {
      complain(`"${part}" stands for too many names`, part, from);
      return undefined;
    }
    names = names.flatMap((name) => numbers.map((number) => name + before + number));
    at = bracket.index + bracket[0].length;
  }
  const rest = part.slice(at);
  if (/[[\]]/.test(rest)) {
    complain("this bracket has no partner", rest, from + at, "such as n[1-8,12]");
    return undefined;
  }
  return rest === "" ? names : names.map((name) => name + rest);
}

/** `01-03,40` as texts. */
function expandRanges(text: string, from: number, complain: Complain): string[] | undefined {
  const numbers: string[] = [];
  let at = from;
  for (const range of text.split(",")) {
    const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    const count = Number(high) - Number(low) + 1;
    if (low === undefined || count < 1) {
      complain(`"${range}" is not a range of numbers`, range, at, "such as 1-8, or 01-32 with leading zeros");
      return undefined;
    }
    if (numbers.length + count > MOST_NAMES) {
      complain(`"${range}" stands for too many names`, range, at);
      return undefined;
    }
    for (let i = 0; i < count; i++) numbers.push(String(Number(low) + i).padStart(low.length, "0"));
    at += range.length + 1;
  }
  return numbers;
}

/** The shortest host list of names, numbers in ascending order: `gpu[01-03,40]`. */
export function compressHostlist(names: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const [, prefix = name, digits] = /^(.*?)(\d+)$/.exec(name) ?? [];
    const key = digits === undefined ? `${name}\n` : prefix;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, digits === undefined ? [] : [digits]);
    else if (digits !== undefined) group.push(digits);
  }
  return [...groups].map(([key, digits]) => compressGroup(key, digits)).join(",");
}

function compressGroup(prefix: string, digits: string[]): string {
  if (digits.length === 0) return prefix.slice(0, -1);
  const sorted = [...digits].sort((a, b) => Number(a) - Number(b) || a.length - b.length);
  const ranges: string[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i]!;
    let last = first;
    while (i + 1 < sorted.length && sorted[i + 1] === after(last, first.length)) last = sorted[++i]!;
    ranges.push(first === last ? first : `${first}-${last}`);
  }
  return ranges.length === 1 && !ranges[0]!.includes("-")
    ? prefix + ranges[0]
    : `${prefix}[${ranges.join(",")}]`;
}

function after(digits: string, width: number): string {
  return String(Number(digits) + 1).padStart(width, "0");
}

/**
 * Names in slurmctld's order of nodes: digits count as numbers, or digit by digit when one has a leading zero
 * (`strnatcmp`, by which slurmctld 22.05 sorts its node table).
 */
export function compareNames(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = /^\d+/.exec(a.slice(i))?.[0];
    const right = /^\d+/.exec(b.slice(j))?.[0];
    if (left !== undefined && right !== undefined) {
      const fractional = left[0] === "0" || right[0] === "0";
      const difference = fractional
        ? compareText(left, right)
        : left.length - right.length || compareText(left, right);
      if (difference !== 0) return difference;
      i += left.length;
      j += right.length;
      continue;
    }
    if (a[i] !== b[j]) return a[i]! < b[j]! ? -1 : 1;
    i++;
    j++;
  }
  return a.length - i - (b.length - j);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
