import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { inFile } from "../problems.js";
import type { RequestInput } from "./format.js";
import { parseObject } from "./json-line.js";

/** The parts of a prompt in their order. */
export const COMPONENTS = ["sys_prompt", "passages_ids", "history", "web_search", "user_input"] as const;

/** The files beside the trace that say how long each piece is, and the name of its id there. */
const SIDE_FILES: readonly (readonly [file: string, key: string])[] = [
  ["1_sys_prompt.jsonl", "sys_prompt_id"],
  ["2_passages.jsonl", "passage_id"],
  ["3_history.jsonl", "history_id"],
  ["4_user_input.jsonl", "user_input_id"],
  ["5_web_search.jsonl", "web_search_id"],
];

export interface Components {
  /** Tokens of each piece by its id; ids of different parts do not overlap. */
  lengths: Map<number, number>;
  /** SHA-256 of each side file, in hex. */
  hashes: string[];
}

/** @throws InputError when a side file is missing or holds something else */
export function readComponents({ folder, tally }: RequestInput): Components {
  const lengths = new Map<number, number>();
  const hashes: string[] = [];
  for (const [file, key] of SIDE_FILES) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(folder, file));
    } catch {
      throw new InputError({
        code: "trace/missing-side-file",
        message: `${tally.file} needs ${file} beside it`,
        at: inFile(tally.file),
        hint: `a RAGPulse trace comes with ${SIDE_FILES.map(([name]) => name).join(", ")}`,
      });
    }
    hashes.push(createHash("sha256").update(bytes).digest("hex"));
    const lines = bytes.toString("utf8").split("\n");
    lines.forEach((line, i) => {
      if (line.trim() === "") return;
      const row = parseObject(line);
      const id = row?.[key];
      const tokens = row?.token_length;
      if (!Number.isSafeInteger(id) || !Number.isSafeInteger(tokens) || (tokens as number) < 0)
        throw new InputError({
          code: "trace/bad-side-file",
          message: `this line of ${file} gives no ${key} and token_length`,
          at: { file, line: i + 1, column: 1, length: 1 },
          hint: `such as {"${key}": 7, "token_length": 120}`,
        });
      lengths.set(id as number, tokens as number);
    });
  }
  return { lengths, hashes };
}
