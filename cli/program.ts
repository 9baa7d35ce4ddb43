import { Argument, Command } from "commander";
import { addApi } from "./commands/api";
import { addAudit } from "./commands/audit";
import { addKeys } from "./commands/credentials";
import { addFleet } from "./commands/fleet";
import { addHosts } from "./commands/hosts";
import { addJobs } from "./commands/jobs";
import { addLeak } from "./commands/leak";
import { addMachines } from "./commands/machines";
import { addSecrets } from "./commands/secrets";
import { addSession } from "./commands/session";
import { addUsers } from "./commands/users";
import { addAssets, addProcesses } from "./commands/work";
import { completionScript } from "./completion";
import { print, withoutSecrets } from "./console";

const EXIT_CODES_SAY = `
Exit codes: 0 done; 1 failed, or not confirmed; 2 wrong usage; 3 not signed in, or refused; 4 not found;
5 somebody was first, something stands in the way, or more would be cut than was shown; 6 the server is away; 10 plan --exit-code
found something to change.

Environment: LATCHKEY_URL, LATCHKEY_CLIENT_ID and one of LATCHKEY_CLIENT_SECRET, LATCHKEY_CLIENT_SECRET_FILE and
LATCHKEY_KEY_FILE go before what login has stored. NO_COLOR: no colours.

Examples:
  $ latchkey login
  $ latchkey machines list --search lane
  $ latchkey machines list --help`;

/** @returns the whole command line */
export function newProgram(): Command {
  const program = new Command("latchkey")
    .description("Administer Latchkey: what people do in the portal, from a terminal")
    .exitOverride()
    .showHelpAfterError("See --help.")
    .configureOutput({ outputError: (text, write) => write(withoutSecrets(text)) })
    .addHelpText("after", EXIT_CODES_SAY);
  const groups = [
    addMachines,
    addSecrets,
    addKeys,
    addHosts,
    addProcesses,
    addJobs,
    addAssets,
    addUsers,
    addAudit,
    addFleet,
  ];
  for (const add of [addSession, ...groups, addLeak, addApi]) add(program);
  program
    .command("completion")
    .description("Print a completion script")
    .addArgument(new Argument("<shell>", "which").choices(["bash", "zsh"]))
    .addHelpText("after", "\nExamples:\n  $ source <(latchkey completion bash)")
    .action((shell: "bash" | "zsh") => print(completionScript(program, shell)));
  return program;
}
