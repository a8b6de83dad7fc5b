import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import { makeFolders } from "../../core/make-folders.js";
import { closest } from "../../core/suggest.js";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";
import { packagePath, packageText, templates } from "../package-files.js";
import type { Terminal } from "../terminal.js";

interface InitOptions {
  template: string;
  force?: boolean;
}

const SCHEMA = "scenario.schema.json";

export function initCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("init")
    .description("Write a scenario to begin with, and the schema that lets an editor help")
    .argument("[file]", "file to write", "scenario.yaml")
    .option("--template <name>", "one of the shipped scenarios", "quickstart")
    .option("--force", "replace files that are there")
    .action((file: string, options: InitOptions) => {
      init(file, options, terminal);
      finish(Exit.Done);
    });
  examples(command, [
    ["init", "scenario.yaml in this folder"],
    ["init serving.yaml --template chat-serving", "Another one to begin with"],
  ]);
}

function init(file: string, { template, force = false }: InitOptions, terminal: Terminal): void {
  const names = templates();
  if (!names.includes(template)) {
    const near = closest(template, names);
    throw new InputError({
      code: "usage/unknown-template",
      message: `there is no template "${template}"`,
      hint: near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`,
    });
  }
  const folder = dirname(resolve(file));
  const { text, traces } = relocated(packageText("scenarios", `${template}.yaml`));
  const schema = join(folder, SCHEMA);
  const targets = [resolve(file), ...traces.map((trace) => join(folder, "traces", trace))];
  const there = force ? undefined : targets.find((target) => existsSync(target));
  if (there !== undefined)
    throw new InputError({
      code: "out/exists",
      message: `${there === targets[0] ? file : join(dirname(file), "traces", basename(there))} is there already`,
      hint: "--force replaces it",
    });
  writing(file, () => {
    makeFolders(folder);
    if (traces.length > 0) makeFolders(join(folder, "traces"));
    for (const trace of traces) copyFileSync(packagePath("traces", trace), join(folder, "traces", trace));
    writeFileSync(schema, packageText(SCHEMA));
    writeFileSync(file, text);
  });
  const also = [SCHEMA, ...traces.map((trace) => `traces/${trace}`)].join(", ");
  terminal.out(`Wrote ${file} (and ${also}).\nRun it: whowaits run ${file}\n`);
}

/** The template as it reads when its traces lie in `traces/` beside it, and their names. */
function relocated(text: string): { text: string; traces: string[] } {
  const traces = new Set<string>();
  const moved = text
    .replace(/^# yaml-language-server:.*\n/, "")
    .replace(/\.\.\/traces\/([\w.-]+)/g, (_, name: string) => {
      traces.add(name);
      return `traces/${name}`;
    });
  return { text: `# yaml-language-server: $schema=./${SCHEMA}\n${moved}`, traces: [...traces] };
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new InputError({
      code: "out/unwritable",
      message: `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`,
      hint: "name a file that can be written",
    });
  }
}
