import type { InputError } from "../../core/errors.js";
import { problems } from "../problems.js";

const MAGIC: { bytes: number[]; what: string; hint: string }[] = [
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "compressed with zstd", hint: "unpack it first: zstd -d" },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "compressed with xz", hint: "unpack it first: xz -d" },
  { bytes: [0x42, 0x5a, 0x68], what: "compressed with bzip2", hint: "unpack it first: bzip2 -d" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: "a zip archive", hint: "unpack it first: unzip" },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: "a Parquet file", hint: "convert it to CSV first" },
  { bytes: [0xff, 0xfe], what: "UTF-16 text", hint: "save it as UTF-8" },
  { bytes: [0xfe, 0xff], what: "UTF-16 text", hint: "save it as UTF-8" },
];

const LOOKED_AT = 4096;

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

export function isGzip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x1f, 0x8b]);
}

/** Length of a UTF-8 byte order mark at the start: 3 or 0. */
export function bomLength(bytes: Uint8Array): number {
  return startsWith(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0;
}

/** What is wrong with a file whose unpacked bytes start like this; undefined when it may be text. */
export function binaryProblem(bytes: Uint8Array, name: string): InputError | undefined {
  for (const { bytes: magic, what, hint } of MAGIC)
    if (startsWith(bytes, magic)) return problems.binary(name, what, hint);
  if (bytes.subarray(0, LOOKED_AT).includes(0))
    return problems.binary(name, "binary data", "traces are text: SWF, CSV or JSON Lines, plain or .gz");
  return undefined;
}
