import type { Completion } from "./describe.js";

/** For bash 4 or newer; needs no other package. */
export function bash(commands: readonly Completion[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : names.map((name) => `    "${path} ${name}") values="${values.join(" ") || "<file>"}" ;;`),
    ),
  );
  const words = commands.map(({ path, commands: subs, options, words }) => {
    const flags = options.flatMap(({ names }) => names.filter((name) => name.startsWith("--")));
    const first = words === undefined ? "<file>" : [...subs.map(({ name }) => name), ...words].join(" ");
    return `    "${path}") flags="${flags.join(" ")}" words="${first}" ;;`;
  });
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => `"${path}"`);
  return `# bash completion for whowaits
_whowaits() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word i flags="" words="" values=""
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${path:+$path }\${COMP_WORDS[i]}"
    case "$word" in
      ${paths.join("|")}) path="$word" ;;
    esac
  done
  case "$path $previous" in
${values.join("\n")}
  esac
  case "$path" in
${words.join("\n")}
  esac
  if [[ -n $values ]]; then
    words="$values"
  elif [[ $current == -* ]]; then
    words="$flags"
  fi
  if [[ $words == "<file>" ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -F _whowaits whowaits
`;
}
