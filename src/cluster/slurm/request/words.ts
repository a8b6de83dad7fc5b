/** A word of a command line, quotes and backslashes taken off, and where it stands in the text. */
export interface Word {
  text: string;
  from: number;
  length: number;
}

/** Splits a text as a shell would; undefined when a quote has no end. */
export function splitWords(text: string): Word[] | undefined {
  const words: Word[] = [];
  const piece = /\s+|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)/gsy;
  let word: Word | undefined;
  let end = 0;
  for (let match = piece.exec(text); match !== null; match = piece.exec(text)) {
    const [whole, double, single, escaped, plain] = match;
    const part = double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? plain;
    if (part === undefined) word = undefined;
    else {
      if (word === undefined) {
        word = { text: "", from: end, length: 0 };
        words.push(word);
      }
      word.text += part;
      word.length = end + whole.length - word.from;
    }
    end = piece.lastIndex;
  }
  return end === text.length ? words : undefined;
}
