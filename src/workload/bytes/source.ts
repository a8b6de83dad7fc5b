import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { binaryProblem, bomLength, isGzip } from "./magic.js";
import { openProblem } from "./missing.js";

/** Where a trace's bytes come from: a file, or a stream that can be read once (standard input). */
export type TraceFile =
  | { path: string /** As the user wrote it; the path when absent. */; name?: string }
  | {
      stream: Readable;
      name?: string /** Of the files that belong to it; the present one when absent. */;
      folder?: string;
    };

const READ_BYTES = 128 * 1024;
const UNPACKED_BYTES = 256 * 1024;
/** What to look at before deciding whether a file is text. */
const HEAD_BYTES = 8;

/** The gzip data ended early or are damaged, `good` unpacked bytes after the start. */
export class GzipFailure extends Error {
  constructor(
    readonly truncated: boolean,
    readonly good: number,
  ) {
    super(truncated ? "truncated gzip data" : "damaged gzip data");
  }
}

/** A trace's text in chunks, unpacked when it is gzip, without a byte order mark; hashes the stored bytes on the way. */
export class ByteSource {
  readonly name: string;
  /** Unpacked bytes handed out so far. */
  good = 0;
  readonly #file: TraceFile;
  readonly #hash = createHash("sha256");
  #handle: FileHandle | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;

  constructor(file: TraceFile) {
    this.#file = file;
    this.name = file.name ?? ("path" in file ? file.path : "-");
  }

  /**
   * The next chunk, never empty; null at the end.
   * @throws InputError when the file is missing, a folder, unreadable or not text; GzipFailure.
   */
  async next(): Promise<Uint8Array | null> {
    this.#chunks ??= await this.#open();
    try {
      for (;;) {
        const { done, value } = await this.#chunks.next();
        if (done) return null;
        this.good += value.length;
        if (value.length > 0) return value;
      }
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  /** SHA-256 of the stored bytes in hex; call it once, after the last chunk. */
  hash(): string {
    return this.#hash.digest("hex");
  }

  /** Closes the file; a stream is left to its owner. */
  async close(): Promise<void> {
    await this.#chunks?.return?.();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #open(): Promise<AsyncIterator<Uint8Array>> {
    const file = this.#file;
    if ("stream" in file) return this.#text(file.stream);
    try {
      this.#handle = await open(file.path, "r");
      if ((await this.#handle.stat()).isDirectory())
        throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    } catch (error) {
      throw await openProblem(file.path, this.name, error);
    }
    return this.#text(this.#handle.createReadStream({ highWaterMark: READ_BYTES, autoClose: false }));
  }

  async *#stored(from: Readable): AsyncGenerator<Uint8Array> {
    for await (const chunk of from) {
      const bytes: Uint8Array = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      this.#hash.update(bytes);
      yield bytes;
    }
  }

  async *#text(from: Readable): AsyncGenerator<Uint8Array> {
    let chunks = await headed(this.#stored(from));
    if (isGzip(chunks.head)) {
      const packed = Readable.from(chunks.all(), { objectMode: false });
      const gunzip = createGunzip({ chunkSize: UNPACKED_BYTES, highWaterMark: 4 * UNPACKED_BYTES } as object);
      chunks = await headed(pipeline(packed, gunzip, () => {}));
    }
    const problem = binaryProblem(chunks.head, this.name);
    if (problem) throw problem;
    let skip = bomLength(chunks.head);
    for await (const chunk of chunks.all()) {
      yield skip > 0 ? chunk.subarray(skip) : chunk;
      skip = 0;
    }
  }

  async #explain(error: unknown): Promise<unknown> {
    const code = String((error as NodeJS.ErrnoException).code ?? "");
    if (code.startsWith("Z_")) return new GzipFailure(code === "Z_BUF_ERROR", this.good);
    if (code === "" || !("path" in this.#file)) return error;
    return openProblem(this.#file.path, this.name, error);
  }
}

/** Looks at the first bytes without losing them: `head` holds the first chunks, joined until they are long enough. */
async function headed(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; all: () => AsyncGenerator<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < HEAD_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return {
    head,
    async *all() {
      try {
        yield head;
        for (;;) {
          const { done, value } = await chunks.next();
          if (done) return;
          yield value;
        }
      } finally {
        await chunks.return?.(undefined);
      }
    },
  };
}
