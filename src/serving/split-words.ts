/** Words of a command line as a shell would hand them over: quotes group, a backslash takes the next character. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?|\\$)+/g;
  for (const [word] of line.matchAll(pattern))
    words.push(
      word.replace(/\\\n|\\([\s\S])|"((?:[^"\\]|\\[\s\S])*)"?|'([^']*)'?/g, (_, escaped, double, single) =>
        double !== undefined ? double.replace(/\\(["\\$`])/g, "$1") : (single ?? escaped ?? ""),
      ),
    );
  return words.filter((word) => word !== "");
}
