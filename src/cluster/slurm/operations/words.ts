/** The words of a command line as a shell would split them: quotes keep blanks together. */
export function commandWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g))
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
  return words;
}

/** `Key=value` words, keys in lower case; words without `=` have the empty value. */
export function keyValues(words: readonly string[]): Map<string, string> {
  return new Map(
    words.map((word) => {
      const at = word.indexOf("=");
      return at < 0 ? [word.toLowerCase(), ""] : [word.slice(0, at).toLowerCase(), word.slice(at + 1)];
    }),
  );
}
