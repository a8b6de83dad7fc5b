import { clusterPolicies } from "../cluster/registry.js";
import type { LoadedScenario } from "./load.js";
import type { Path } from "./positions.js";
import { scenarioSchema } from "./schema.js";
import { chosen, type Schema, shapeOf, valueAt } from "./schema-walk.js";

/** A scenario with what holds without its saying so. */
export interface ResolvedValues {
  readonly data: unknown;
  /** What gave the value at a path: `day.yaml:4`, `--set`, `default`. */
  originOf(path: Path): string;
}

/**
 * Everything that a scenario says, in the user's own words, with the defaults of its keys and of its policy's options
 * filled in. Defaults that depend on other values (a GPU type's nodes) stay out.
 */
export function resolvedValues(loaded: LoadedScenario): ResolvedValues {
  const data = withDefaults(scenarioSchema, loaded.data);
  const { variants: _, ...rest } = data as Record<string, unknown>;
  const { name, scheduler } = loaded.scenario;
  // A configuration in words of its own stays as it was written.
  const entry = clusterPolicies[scheduler.policy];
  const options = entry?.configure === undefined ? (entry?.info.options ?? []) : [];
  const standard = options.filter((option) => option.default !== undefined);
  return {
    data: {
      name,
      ...rest,
      scheduler: {
        ...(rest.scheduler as object),
        ...Object.fromEntries(
          standard
            .filter((option) => valueAt(rest, ["scheduler", option.name]) === undefined)
            .map((option) => [option.name, option.default]),
        ),
      },
    },
    originOf: (path) => (valueAt(loaded.data, path) === undefined ? "default" : loaded.originOf(path)),
  };
}

function withDefaults(schema: Schema | undefined, data: unknown): unknown {
  const inner = chosen(schema, data);
  const def = inner?._zod.def as { element?: Schema; valueType?: Schema } | undefined;
  if (Array.isArray(data)) return data.map((one) => withDefaults(def?.element, one));
  if (typeof data !== "object" || data === null) return data;
  const shape = shapeOf(inner);
  const given = data as Record<string, unknown>;
  const filled = Object.entries(shape).flatMap(([key, value]) => {
    const filled = withDefaults(value, given[key] ?? defaultOf(value));
    const says = filled !== undefined && (key in given || !isEmpty(filled));
    return says ? [[key, filled] as const] : [];
  });
  const others = Object.entries(given)
    .filter(([key]) => !(key in shape))
    .map(([key, value]) => [key, withDefaults(def?.valueType, value)] as const);
  return Object.fromEntries([...filled, ...others]);
}

/** What the schema puts in the place of a key that is not there. */
function defaultOf(schema: Schema): unknown {
  const def = schema._zod.def as { type: string; defaultValue?: unknown };
  return def.type === "prefault" ? def.defaultValue : undefined;
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
