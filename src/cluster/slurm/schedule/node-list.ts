import type { BitVector } from "../../../core/bit-vector.js";

/** Names of a set of nodes as Slurm prints them: consecutive numbers of one prefix are joined, `n[1-3,7]`. */
export function nodeList(set: BitVector, names: readonly string[]): string {
  const groups: { prefix: string; numbers: string[] }[] = [];
  for (const index of set.list()) {
    const name = names[index]!;
    const [, prefix, number] = /^(.*?)(\d*)$/.exec(name)!;
    const last = groups.at(-1);
    if (last !== undefined && last.prefix === prefix && number !== "") last.numbers.push(number!);
    else groups.push({ prefix: prefix!, numbers: number === "" ? [] : [number!] });
  }
  return groups
    .map(({ prefix, numbers }) => {
      if (numbers.length < 2) return prefix + (numbers[0] ?? "");
      return `${prefix}[${ranges(numbers)}]`;
    })
    .join(",");
}

function ranges(numbers: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let end = i;
    while (
      end + 1 < numbers.length &&
      Number(numbers[end + 1]) === Number(numbers[end]) + 1 &&
      numbers[end + 1]!.length === numbers[end]!.length
    )
      end++;
    parts.push(end === i ? numbers[i]! : `${numbers[i]}-${numbers[end]}`);
    i = end + 1;
  }
  return parts.join();
}
