import type { Completion } from "./describe.js";

/** For fish 3 or newer. */
export function fish(commands: readonly Completion[]): string {
  const lines = ["# fish completion for whowaits", helper(commands), "complete -c whowaits -f"];
  for (const { path, commands: subs, options, words } of commands) {
    const here = `-n ${quote(`__whowaits_at ${quote(path)}`)}`;
    for (const { name, description } of subs)
      lines.push(`complete -c whowaits ${here} -a ${quote(name)} -d ${quote(description)}`);
    if (words === undefined) lines.push(`complete -c whowaits ${here} -F`);
    else if (words.length > 0) lines.push(`complete -c whowaits ${here} -a ${quote(words.join(" "))}`);
    for (const { names, description, values } of options) {
      const flags = names.map((name) =>
        name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
      );
      const value =
        values === undefined ? "" : values.length > 0 ? ` -x -a ${quote(values.join(" "))}` : " -r -F";
      lines.push(`complete -c whowaits ${here} ${flags.join(" ")}${value} -d ${quote(description)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Tells whether the command typed so far is the one named. */
function helper(commands: readonly Completion[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return `function __whowaits_at
  set -l at ""
  for word in (commandline -opc)[2..]
    set -l longer (string trim -- "$at $word")
    if contains -- "$longer" ${paths.join(" ")}
      set at "$longer"
    end
  end
  test "$at" = "$argv[1]"
end`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
