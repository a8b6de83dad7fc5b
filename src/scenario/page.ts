import { scenarioJsonSchema } from "./json-schema.js";

/** What the documentation uses of a JSON Schema. */
interface Node {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: string[];
  const?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  additionalProperties?: Node | boolean;
  anyOf?: Node[];
  oneOf?: Node[];
  "x-kind"?: string;
}

const TAGS = ["distribution", "process"];

/** docs/scenario.md: every key of a scenario, as the schema has it. */
export function scenarioPage(): string {
  const schema = scenarioJsonSchema() as Node;
  const root = { ...schema, ...schema.anyOf![0] };
  const sections: string[] = [];
  const random: Node[] = [];
  section("Top level", root, "", sections, random);
  const quantities = random.length === 0 ? [] : [randomSection(random[0]!)];
  return `${[INTRODUCTION, ...sections, ...quantities].join("\n\n")}\n`;
}

const INTRODUCTION = `# Scenarios

A scenario is one YAML (or JSON) file: a fleet, its scheduler, and the work. \`whowaits init\` writes one to begin with,
\`whowaits validate\` tells everything that is wrong with one, and \`whowaits schema\` prints the JSON Schema that lets an
editor complete and check it while you type.

This page is made from that schema. A key that is not listed is an error.

- **Durations** need their unit: \`50ms\`, \`90s\`, \`5m\`, \`2h30m\`, \`7d\`. So do **sizes** (\`80GiB\`, \`2TB\`), **bandwidths**
  (\`450GB/s\`) and **rates** (\`5/s\`, \`30/h\`). Only \`0\` goes without.
- **Whole numbers** may be written \`10k\` or \`2M\`.
- **Paths** are relative to the folder of the scenario.
- **Overrides**: \`--set key.key.0.key=value\` replaces any value from the command line; lists count from 0, the value is
  YAML, and \`null\` takes a key out. Entries of a list that have names can be addressed by them
  (\`--set services.chat.replicas=4\`). \`--seed\` and \`--until\` are short for two of them.
- **Built on another**: \`extends: base.yaml\` lays a scenario over another. Mappings are merged key by key, \`null\` takes a
  key out, and everything else, lists too, replaces what was there. A mapping of another kind (another \`policy\`,
  \`distribution\` or \`process\`, \`trace\` instead of \`generate\`) replaces too. To change entries of a list, give a mapping of
  their names or numbers: \`services: { chat: { replicas: 4 } }\`. Paths stay relative to the file that gives them.
  (Outside of \`variants\`, an editor that checks by the schema marks such a mapping as a mistake.)
- **Variants**: each entry of \`variants\` is laid over the scenario in the same way. \`--variant NAME\` runs one,
  \`whowaits compare\` all of them.
- **Environment**: \`\${NAME}\` and \`\${NAME:-default}\` in a value stand for a variable of the environment; \`$\${\` is a
  plain \`\${\`. A value that is nothing but one reference is read as YAML: \`nodes: "\${NODES}"\` is a number.
- **Where a value comes from**: \`whowaits run scenario.yaml --dry-run\` prints the scenario with the origin of each value.`;

/** A table of a mapping's keys, followed by the mappings within it. */
function section(title: string, mapping: Node, prefix: string, into: string[], random: Node[]): void {
  const below: [string, Node][] = [];
  const rows = Object.entries(mapping.properties ?? {}).map(([key, value]) => {
    const inner = innerMapping(value);
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (inner !== undefined)
      below.push([path + (inner.listed ? "[]" : inner.named ? ".NAME" : ""), inner.node]);
    if (isQuantity(value)) random.push(value);
    return `| \`${key}\` | ${kindOf(value)} | ${defaultOf(key, value, mapping)} | ${textOf(value)} |`;
  });
  const about = mapping.description === undefined || prefix === "" ? "" : `${mapping.description}.\n\n`;
  into.push(`## ${title}\n\n${about}| key | value | default | |\n|---|---|---|---|\n${rows.join("\n")}`);
  for (const [path, node] of below)
    if (TAGS.some((tag) => node.oneOf?.some((one) => one.properties?.[tag])))
      into.push(tagged(`\`${path}\``, node));
    else section(`\`${path}\``, node, path, into, random);
}

/** The mapping that a value is, or is a list of, or holds under names. */
function innerMapping(value: Node): { node: Node; listed: boolean; named: boolean } | undefined {
  if (isQuantity(value)) return undefined;
  const described = (node: Node): Node =>
    node.description === undefined && value.description !== undefined
      ? { ...node, description: value.description }
      : node;
  if (value.properties !== undefined || value.oneOf !== undefined)
    return { node: described(value), listed: false, named: false };
  const list = value.items ?? value.anyOf?.find((one) => one.items)?.items;
  const items = list?.anyOf?.find((one) => one.properties) ?? list;
  if (items?.properties !== undefined)
    return { node: described(items), listed: value.items !== undefined, named: false };
  const named = typeof value.additionalProperties === "object" ? value.additionalProperties : undefined;
  if (named?.properties !== undefined) return { node: described(named), listed: false, named: true };
  return undefined;
}

function isQuantity(value: Node): boolean {
  return value.anyOf?.some((one) => one.oneOf?.some((kind) => kind.properties?.distribution)) ?? false;
}

function kindOf(value: Node): string {
  if (isQuantity(value)) {
    const plain = value.anyOf!.find((one) => one.oneOf === undefined)!;
    return `[quantity](#random-quantities) of ${kindOf(plain)}`;
  }
  if (value["x-kind"] !== undefined) return value["x-kind"].replace(/^an? /, "");
  if (value.enum !== undefined) return value.enum.map((one) => `\`${one}\``).join(", ");
  if (value.const !== undefined) return `\`${value.const}\``;
  if (value.anyOf?.some((one) => one.items)) return "mapping, or a list of such";
  if (value.items?.anyOf !== undefined) return `list of ${listed(value.items.anyOf.map(kindOf))}`;
  if (value.items !== undefined)
    return value.items.properties ? "list of mappings" : `list of ${kindOf(value.items)}`;
  if (value.properties !== undefined || value.oneOf !== undefined) return "mapping";
  if (typeof value.additionalProperties === "object")
    return value.additionalProperties.properties
      ? "mapping of names"
      : `mapping of names to ${kindOf(value.additionalProperties)}`;
  if (value.type === "string") return "text";
  if (value.type === "boolean") return "`true`, `false`";
  if (value.type === "number") return "number";
  if (Array.isArray(value.type))
    return value.type[0] === "integer" && "minimum" in value ? "whole number" : "text";
  return "mapping";
}

/** `mapping or text`, each kind once. */
function listed(kinds: readonly string[]): string {
  return [...new Set(kinds)].join(" or ");
}

const STATED = /\. Default:? (.+)$/;

/** What holds without the key: as the schema has it, or as its description says. */
function defaultOf(key: string, { default: standard, description = "" }: Node, { required }: Node): string {
  if (required?.includes(key)) return "required";
  const stated = STATED.exec(description)?.[1];
  if (stated !== undefined) return stated.replaceAll("|", "\\|");
  if (standard === undefined || standard === "") return "";
  const text = typeof standard === "string" ? standard : JSON.stringify(standard);
  return text === "{}" || text === "[]" ? "" : `\`${text}\``;
}

function textOf({ description = "" }: Node): string {
  return description.replace(STATED, "").replaceAll("|", "\\|");
}

/** A mapping of which one key says what kind it is. */
function tagged(title: string, node: Node): string {
  const kinds = node.oneOf!.map((kind) => {
    const tag = TAGS.find((name) => kind.properties?.[name] !== undefined)!;
    const keys = Object.entries(kind.properties!)
      .filter(([key]) => key !== tag)
      .map(
        ([key, value]) => `\`${key}\`${kind.required?.includes(key) ? "" : " (optional)"}: ${textOf(value)}`,
      );
    return `- \`${tag}: ${kind.properties![tag]!.const}\`, ${keys.join("; ")}.`;
  });
  const about = node.description === undefined ? "" : `${node.description}.\n\n`;
  return `## ${title}\n\n${about}${kinds.join("\n")}`;
}

function randomSection(quantity: Node): string {
  const kinds = quantity.anyOf!.find((one) => one.oneOf !== undefined)!;
  const about = "A plain value always comes out as it is. Otherwise a mapping names a distribution";
  return tagged("Random quantities", { ...kinds, description: about });
}
