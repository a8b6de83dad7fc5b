import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { OptionInfo, PolicyInfo } from "../../core/policy-info.js";
import { closest } from "../../core/suggest.js";
import { wrap } from "../../report/text.js";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";
import type { Terminal } from "../terminal.js";

interface PoliciesOptions {
  json?: boolean;
}

const KINDS: readonly { kind: PolicyInfo["kind"]; title: string; key: string }[] = [
  {
    kind: "cluster",
    title: "Cluster policies: which job runs next, and where",
    key: "scheduler: { policy: NAME }",
  },
  {
    kind: "request",
    title: "Request schedulers: which requests enter the next pass",
    key: "engine: { scheduler: NAME }",
  },
  { kind: "router", title: "Routers: which replica a request goes to", key: "router: NAME" },
];

export function policiesCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("policies")
    .description("List the policies, or show what one follows and its options")
    .argument("[name]", "name of a policy")
    .option("--json", "print JSON")
    .action(async (name: string | undefined, options: PoliciesOptions) => {
      await policies(name, options, terminal);
      finish(Exit.Done);
    });
  examples(command, [
    ["policies", "All of them, by kind"],
    ["policies easy", "One, with its options and their defaults"],
  ]);
}

async function policies(
  name: string | undefined,
  { json }: PoliciesOptions,
  terminal: Terminal,
): Promise<void> {
  const { catalogue } = await import("../../scenario/catalogue.js");
  const shown = name === undefined ? catalogue : catalogue.filter((info) => info.name === name);
  if (name !== undefined && shown.length === 0) throw unknown(name, catalogue);
  if (json) terminal.out(`${JSON.stringify(name === undefined ? shown : shown[0], null, 2)}\n`);
  else
    terminal.out(
      name === undefined ? list(shown, terminal) : shown.map((info) => detail(info, terminal)).join("\n"),
    );
}

function unknown(name: string, catalogue: readonly PolicyInfo[]): InputError {
  const names = catalogue.map((info) => info.name);
  const near = closest(name, names);
  return new InputError({
    code: "usage/unknown-policy",
    message: `there is no policy "${name}"`,
    hint: near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`,
  });
}

function list(shown: readonly PolicyInfo[], { width, paintOut }: Terminal): string {
  const column = Math.max(...shown.map(({ name }) => name.length)) + 4;
  const blocks = KINDS.map(({ kind, title, key }) => {
    const rows = shown
      .filter((info) => info.kind === kind)
      .map(({ name, summary }) => {
        const [first = "", ...rest] = wrap(summary, width - column);
        const label = paintOut("bold", `  ${name}`) + " ".repeat(column - name.length - 2);
        return [label + first, ...rest.map((line) => " ".repeat(column) + line)].join("\n");
      });
    return `${title}\n${paintOut("dim", `  ${key}`)}\n${rows.join("\n")}\n`;
  });
  return `${blocks.join("\n")}\nwhowaits policies NAME shows the options of one.\n`;
}

function detail(info: PolicyInfo, { width, paintOut }: Terminal): string {
  const { name, kind, summary, follows, simplifies, options } = info;
  const text = (body: string, by: number) => wrap(body, width - by).map((line) => " ".repeat(by) + line);
  const lines = [
    `${paintOut("bold", name)}, ${NOUNS[kind]}`,
    ...text(summary, 0),
    "",
    "Follows",
    ...text(follows, 2),
  ];
  if (simplifies.length > 0) lines.push("", "Simplifies", ...simplifies.flatMap((one) => text(one, 2)));
  lines.push("", options.length === 0 ? "It has no options." : "Options");
  for (const option of options) {
    const heading = wrap(`${option.name}: ${valuesOf(option)}`, width - 4, "  ");
    lines.push(...heading.map((line) => `  ${line.replace(option.name, paintOut("bold", option.name))}`));
    lines.push(...text(option.description, 6));
  }
  return `${lines.join("\n")}\n`;
}

function valuesOf({ type, values, minimum, default: standard }: OptionInfo): string {
  const parts = [values === undefined ? type : values.join(" | ")];
  if (minimum !== undefined) parts.push(`at least ${minimum}`);
  if (standard !== undefined) parts.push(`default ${standard}`);
  return parts.join(", ");
}

const NOUNS: Record<PolicyInfo["kind"], string> = {
  cluster: "a cluster policy",
  request: "a request scheduler",
  router: "a router",
};
