import type { Command } from "commander";

/** A place on the command line: the words before it, and those that may follow. */
type Place = { readonly path: string; readonly words: readonly string[] };

const optionsOf = (command: Command) =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short }) => [long, short].filter((flag) => flag !== undefined));

/** @returns each command with what may follow it, groups before what is in them */
export function placesOf(command: Command, path: readonly string[] = []): Place[] {
  const inside = command.createHelp().visibleCommands(command);
  const words = [...inside.map((one) => one.name()), ...optionsOf(command)];
  const deeper = inside
    .filter((one) => one.name() !== "help")
    .flatMap((one) => placesOf(one, [...path, one.name()]));
  return [{ path: path.join(" "), words }, ...deeper];
}

const casesOf = (places: readonly Place[]) =>
  places.map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`).join("\n");

const groupsOf = (places: readonly Place[]) => places.map(({ path }) => `"${path}"`).join("|");

/** One function for both: zsh reads bash's with bashcompinit. Files are offered after options, which may name one. */
export function completionScript(program: Command, shell: "bash" | "zsh"): string {
  const places = placesOf(program);
  const name = program.name();
  const zsh = "autoload -Uz +X compinit bashcompinit && compinit && bashcompinit\n";
  return `# ${name} completion for ${shell}. Load it with: source <(${name} completion ${shell})
${shell === "zsh" ? zsh : ""}_${name}() {
  local path="" word words="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${path:+$path }$word" in
      ${groupsOf(places.slice(1))}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${casesOf(places)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi
}
complete -F _${name} ${name}`;
}
