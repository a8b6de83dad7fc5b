import type { Position } from "../core/errors.js";
import type { Path } from "./positions.js";
import { valueAt } from "./schema-walk.js";

/** What values of a scenario come from: a file, or an option of the command line. */
export interface Layer {
  /** Where the key, or the value, at a path stands; undefined when the layer does not have it. */
  locate(path: Path, what: "key" | "value"): Position | undefined;
  /** For people: `day.yaml:4`, `--set`. */
  describe(path: Path): string;
}

/** The layer that a value comes from and its path there; `inner` where parts come from elsewhere. */
export interface Origin {
  readonly layer: Layer;
  readonly at: Path;
  readonly inner?: ReadonlyMap<string, Origin>;
}

/** Data of which every part knows where it was written. */
export interface Layered {
  readonly data: unknown;
  readonly origin: Origin;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Keys that say of what kind a mapping is: options of one kind mean nothing to another. */
const KINDS = ["policy", "distribution", "process"];
/** Of these a mapping has one. */
const ALTERNATIVES = ["trace", "generate"];

/** A part of layered data; its origin is known even when the part does not exist. */
export function part({ data, origin }: Layered, path: Path): Layered {
  return { data: valueAt(data, path), origin: path.reduce<Origin>(childOf, origin) };
}

export function childOf({ layer, at, inner }: Origin, key: string | number): Origin {
  return inner?.get(String(key)) ?? { layer, at: [...at, key] };
}

/** Where the key, or the value, at a path was written; the nearest thing above it that was when it was not itself. */
export function locate(layered: Layered, path: Path, what: "key" | "value"): Position | undefined {
  const { layer, at } = part(layered, path).origin;
  const found = layer.locate(at, what);
  return found ?? (path.length === 0 ? undefined : locate(layered, path.slice(0, -1), "key"));
}

/**
 * Data laid over other data. Mappings are merged key by key, `null` takes a key out, and everything else replaces what
 * was there; so does a mapping of another kind (`policy: easy` over the options of another policy). A mapping over a
 * list changes those of its entries that its keys name, by index or by their `name`.
 */
export function overlay(below: Layered, above: Layered): Layered {
  if (!isMapping(above.data)) return above;
  if (Array.isArray(below.data)) return overEntries(below, below.data, above, above.data);
  if (!isMapping(below.data) || differInKind(below.data, above.data)) return above;
  let merged = below;
  for (const key of Object.keys(above.data)) merged = overKey(merged, key, part(above, [key]));
  return merged;
}

function overEntries(below: Layered, entries: readonly unknown[], above: Layered, changes: Mapping): Layered {
  const keys = Object.keys(changes);
  const indexes = keys.map((key) => indexOf(entries, key));
  if (keys.length === 0 || indexes.some((index) => index === undefined)) return above;
  // From the last one: taking one out must not move those still to come.
  const order = keys.map((key, i) => ({ key, index: indexes[i]! })).sort((a, b) => b.index - a.index);
  return order.reduce((merged, { key, index }) => overKey(merged, index, part(above, [key])), below);
}

function overKey(below: Layered, key: string | number, above: Layered): Layered {
  if (above.data === null) return without(below, key);
  const there = valueAt(below.data, [key]) !== undefined;
  return withPart(below, key, there ? overlay(part(below, [key]), above) : above);
}

/** The data with another value under one key of its mapping or list. */
export function withPart({ data, origin }: Layered, key: string | number, value: Layered): Layered {
  const inner = new Map(origin.inner).set(String(key), value.origin);
  if (Array.isArray(data)) {
    const copy = [...data];
    copy[Number(key)] = value.data;
    return { data: copy, origin: { ...origin, inner } };
  }
  return {
    data: { ...(data as Mapping | null | undefined), [key]: value.data },
    origin: { ...origin, inner },
  };
}

/** The data without one key of its mapping or list. */
export function without({ data, origin }: Layered, key: string | number): Layered {
  const inner = new Map(origin.inner);
  inner.delete(String(key));
  if (!Array.isArray(data)) {
    const { [key]: _, ...rest } = data as Record<string | number, unknown>;
    return { data: rest, origin: { ...origin, inner } };
  }
  const kept = [...data.keys()].filter((index) => index !== Number(key));
  const moved = new Map(kept.map((index, i) => [String(i), childOf(origin, index)]));
  return { data: kept.map((index) => data[index]), origin: { ...origin, inner: moved } };
}

/** The index that a key stands for in a list: a number up to its length, or the name of an entry. */
export function indexOf(entries: readonly unknown[], key: string | number): number | undefined {
  if (/^\d+$/.test(String(key))) return Number(key) <= entries.length ? Number(key) : undefined;
  const index = entries.findIndex((entry) => valueAt(entry, ["name"]) === key);
  return index < 0 ? undefined : index;
}

function differInKind(below: Mapping, above: Mapping): boolean {
  if (KINDS.some((key) => key in above && key in below && above[key] !== below[key])) return true;
  const chosen = ALTERNATIVES.find((key) => key in above);
  return chosen !== undefined && !(chosen in below) && ALTERNATIVES.some((key) => key in below);
}

function isMapping(data: unknown): data is Mapping {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
