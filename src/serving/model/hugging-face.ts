import { readFile } from "node:fs/promises";
import { InputError, type Problem } from "../../core/errors.js";
import { modelFromConfig } from "./model-from-config.js";
import type { ModelSpec } from "./model-spec.js";

/**
 * Reads a model's shape from a Hugging Face `config.json`; of a multimodal model, its language part (`text_config`).
 *
 * @param file path of the file, @param name the path as the user wrote it
 * @param path keys from the scenario's root to it
 * @throws InputError when the file cannot be read, is no JSON, lacks a field or describes a model that is not covered
 */
export async function readModelConfig(
  file: string,
  name = file,
  path?: readonly (string | number)[],
): Promise<ModelSpec> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new InputError({
      code: "serving/unreadable-model",
      message: missing
        ? `there is no model configuration ${name}`
        : `cannot read the model configuration ${name}`,
      hint: "give a model of the catalogue, or the path of a Hugging Face config.json",
      ...(path === undefined ? {} : { path }),
    });
  }
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (error) {
    throw new InputError(notJson(text, name, error as SyntaxError));
  }
  return modelFromConfig(json, name);
}

/** Python writes Infinity and NaN into JSON. They only stand where we do not look, so they become null, in place. */
function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const number = /(?<=[[:,\s])(-?Infinity|NaN)(?=[\],\s}])/g;
    return JSON.parse(text.replace(number, (word) => (word === "NaN" ? "0" : "null").padEnd(word.length)));
  }
}

function notJson(text: string, file: string, error: SyntaxError): Problem {
  const offset = Number(/position (\d+)/.exec(error.message)?.[1] ?? text.length);
  const before = text.slice(0, offset).split("\n");
  const line = before.length;
  const at = {
    file,
    line,
    column: before.at(-1)!.length + 1,
    length: 1,
    text: text.split("\n")[line - 1] ?? "",
  };
  return {
    code: "serving/broken-model",
    message: `the model configuration ${file} is not valid JSON`,
    at,
    hint: "download the file again",
  };
}
