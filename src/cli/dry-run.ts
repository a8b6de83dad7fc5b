import { Document, type Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { type ResolvedValues, resolvedValues } from "../scenario/defaults.js";
import type { LoadedScenario } from "../scenario/load.js";

/** The scenario as it would run: YAML with the origin of each value beside it, or JSON. */
export function dryRun(loaded: LoadedScenario, json: boolean): string {
  const values = resolvedValues(loaded);
  if (json) return `${JSON.stringify(list(values, values.data, []), null, 2)}\n`;
  const doc = new Document();
  doc.contents = nodeOf(doc, values, values.data, []) as typeof doc.contents;
  return doc.toString({ lineWidth: 0 });
}

type Keys = readonly (string | number)[];

interface ListedValue {
  key: string;
  value: unknown;
  origin: string;
}

function list(values: ResolvedValues, data: unknown, path: Keys): ListedValue[] {
  return isLeaf(data)
    ? [{ key: path.join("."), value: data, origin: values.originOf(path) }]
    : partsOf(data).flatMap(([key, value]) => list(values, value, [...path, key]));
}

function nodeOf(doc: Document, values: ResolvedValues, data: unknown, path: Keys): Node {
  if (isLeaf(data)) {
    const node = doc.createNode(data) as Node;
    node.comment = ` ${values.originOf(path)}`;
    return node;
  }
  const collection = Array.isArray(data) ? new YAMLSeq<Node>() : new YAMLMap<unknown, Node>();
  for (const [key, value] of partsOf(data)) {
    const node = nodeOf(doc, values, value, [...path, key]);
    if (collection instanceof YAMLSeq) collection.add(node);
    else collection.add(new Pair(doc.createNode(key), node));
  }
  return collection;
}

function isLeaf(data: unknown): boolean {
  return typeof data !== "object" || data === null || Object.keys(data).length === 0;
}

function partsOf(data: unknown): [string | number, unknown][] {
  return Array.isArray(data) ? [...data.entries()] : Object.entries(data as object);
}
