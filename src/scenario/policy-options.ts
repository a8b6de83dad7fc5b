import { InputError, type Problem } from "../core/errors.js";
import type { OptionInfo, PolicyInfo } from "../core/policy-info.js";
import { closest } from "../core/suggest.js";
import { parseDuration } from "../core/units.js";

/**
 * A policy's knobs as the scenario gives them, checked against what the policy says of itself, with its defaults
 * filled in. Durations come out in µs.
 *
 * @param path keys from the scenario's root to the mapping that holds the knobs
 * @throws InputError with every knob that is wrong
 */
export function resolveOptions(
  info: PolicyInfo,
  given: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): Record<string, unknown> {
  const problems: Problem[] = [];
  const resolved: Record<string, unknown> = {};
  const known = new Map(info.options.map((option) => [option.name, option]));
  for (const [name, value] of Object.entries(given)) {
    const option = known.get(name);
    if (option === undefined) problems.push(unknownOption(info, name, [...path, name]));
    else {
      const wrong = check(option, value);
      if (wrong !== undefined) problems.push({ ...wrong, path: [...path, name] });
      else resolved[name] = option.type === "duration" ? parseDuration(String(value)) : value;
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  for (const option of info.options)
    if (resolved[option.name] === undefined && option.default !== undefined)
      resolved[option.name] =
        option.type === "duration" ? parseDuration(String(option.default)) : option.default;
  return resolved;
}

function unknownOption(info: PolicyInfo, name: string, path: (string | number)[]): Problem {
  const names = info.options.map((option) => option.name);
  // A cluster policy's options stand beside the key `policy`, which may be what was meant.
  const near = closest(name, info.kind === "cluster" ? [...names, "policy"] : names);
  const hint =
    near !== undefined
      ? `did you mean "${near}"?`
      : names.length > 0
        ? `it has ${names.join(", ")}`
        : "it has no options";
  return {
    code: "scenario/unknown-option",
    message: `the policy ${info.name} has no option "${name}"`,
    path,
    hint,
  };
}

/** What is wrong with a value, or undefined. */
function check(option: OptionInfo, value: unknown): Omit<Problem, "path"> | undefined {
  const wrong = (should: string, hint?: string) => ({
    code: "scenario/wrong-option",
    message: `"${option.name}" must be ${should}, not ${JSON.stringify(value)}`,
    ...(hint === undefined ? {} : { hint }),
  });
  switch (option.type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : wrong("true or false");
    case "integer":
    case "number": {
      const fits =
        typeof value === "number" &&
        Number.isFinite(value) &&
        (option.type === "number" || Number.isInteger(value));
      if (!fits) return wrong(option.type === "integer" ? "a whole number" : "a number");
      return option.minimum === undefined || value >= option.minimum
        ? undefined
        : wrong(`at least ${option.minimum}`);
    }
    case "duration":
      return parseDuration(String(value)) === undefined
        ? wrong("a duration", "write its unit, such as 30s, 5m or 2h")
        : undefined;
    case "enum": {
      if (option.values!.includes(String(value))) return undefined;
      const near = closest(String(value), option.values!);
      return wrong(
        `one of ${option.values!.join(", ")}`,
        near === undefined ? undefined : `did you mean "${near}"?`,
      );
    }
    case "string":
      return typeof value === "string" ? undefined : wrong("text");
    case "any":
      return undefined;
  }
}
