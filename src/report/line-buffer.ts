/** Takes text, in order; files are opened and closed elsewhere. */
export type Sink = (chunk: string) => void;

/** Characters gathered before they are handed on: few calls, little memory. */
const CHUNK = 1 << 16;

/** Gathers lines and hands them on in large chunks. */
export class LineBuffer {
  #text = "";

  constructor(readonly sink: Sink) {}

  line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length >= CHUNK) this.flush();
  }

  /** To be called at the end. */
  flush(): void {
    if (this.#text.length > 0) this.sink(this.#text);
    this.#text = "";
  }
}
