import { parseDocument } from "yaml";
import type { Problem } from "../core/errors.js";
import { closest } from "../core/suggest.js";
import type { Path } from "./positions.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/**
 * Data with `${NAME}` and `${NAME:-default}` in their text replaced by values of the environment, as in Compose files.
 * Text that is nothing but one reference is read as YAML afterwards, so that `nodes: "${NODES}"` is a number; `$${`
 * stands for `${`.
 *
 * @param report takes what is wrong, by path
 */
export function substitute(
  data: unknown,
  environment: Environment,
  report: (problem: Problem) => void,
  path: Path = [],
): unknown {
  if (typeof data === "string") return data.includes("${") ? replace(data, environment, report, path) : data;
  if (Array.isArray(data)) return data.map((one, i) => substitute(one, environment, report, [...path, i]));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, one]) => [key, substitute(one, environment, report, [...path, key])]),
  );
}

function replace(
  text: string,
  environment: Environment,
  report: (problem: Problem) => void,
  path: Path,
): unknown {
  let whole = false;
  const replaced = text.replace(REFERENCE, (reference, name?: string, standard?: string) => {
    if (reference === "$${") return "${";
    whole = reference.length === text.length;
    if (name === undefined) {
      report({
        code: "scenario/bad-variable",
        message: `"${text}" is not a reference to the environment`,
        path,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how it is written.
        hint: "write ${NAME} or ${NAME:-default}, and $${ for a plain ${",
      });
      return reference;
    }
    const set = environment[name];
    const value = standard === undefined ? set : set || standard;
    if (value !== undefined) return value;
    const near = name.length < 3 ? undefined : closest(name, Object.keys(environment));
    report({
      code: "scenario/unset-variable",
      message: `the environment has no ${name}`,
      path,
      hint: near === undefined ? `set it, or write \${${name}:-default}` : `did you mean ${near}?`,
    });
    return reference;
  });
  return whole ? scalar(replaced) : replaced;
}

/** The text as a YAML scalar; anything else stays text. */
function scalar(text: string): unknown {
  const doc = parseDocument(text, { prettyErrors: false });
  const value: unknown = doc.errors.length > 0 ? text : doc.toJS();
  return typeof value === "object" ? text : value;
}
