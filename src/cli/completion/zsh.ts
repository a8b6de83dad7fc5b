import type { Completion } from "./describe.js";

/** For zsh; works as \`_whowaits\` in fpath and when it is sourced after compinit. */
export function zsh(commands: readonly Completion[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : names.map((name) => `    ${quote(`${path} ${name}`)}) values=(${list(values)}) ;;`),
    ),
  );
  const words = commands.map(({ path, commands: subs, options, words }) => {
    const flags = options.flatMap(({ names, description }) =>
      names.filter((name) => name.startsWith("--")).map((name) => `${name}:${description}`),
    );
    const described = subs.map(({ name, description }) => `${name}:${description}`);
    const first = words === undefined ? "'<file>'" : [...described, ...words].map(item).join(" ");
    return `    ${quote(path)}) flags=(${flags.map(item).join(" ")}) words_=(${first}) ;;`;
  });
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => quote(path));
  return `#compdef whowaits
_whowaits() {
  local where="" word i
  local -a flags words_ values
  for ((i = 2; i < CURRENT; i++)); do
    word="\${where:+$where }\${words[i]}"
    case "$word" in
      (${paths.join("|")}) where="$word" ;;
    esac
  done
  case "$where \${words[CURRENT-1]}" in
${values.map((line) => line.replace(/^ {4}'/, "    ('")).join("\n")}
  esac
  case "$where" in
${words.map((line) => line.replace(/^ {4}'/, "    ('")).join("\n")}
  esac
  if (( \${#values} )); then
    words_=("\${values[@]}")
  elif [[ \${words[CURRENT]} == -* ]]; then
    words_=("\${flags[@]}")
  fi
  if [[ "\${words_[1]}" == '<file>' ]]; then
    _files
  else
    _describe whowaits words_
  fi
}
if [[ "\${funcstack[1]}" == _whowaits ]]; then
  _whowaits "$@"
else
  compdef _whowaits whowaits
fi
`;
}

function list(values: readonly string[]): string {
  return values.length === 0 ? "'<file>'" : values.map(item).join(" ");
}

/** `_describe` takes `word:description`; a colon within either would end it. */
function item(text: string): string {
  const colon = text.indexOf(":");
  const [word, rest] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  return quote(rest === "" ? word : `${word}:${rest.replaceAll(":", "\\:")}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
