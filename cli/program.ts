import { Command } from "commander";
import { addMachines } from "./commands/machines";
import { addSession } from "./commands/session";
import { withoutSecrets } from "./console";

const EXIT_CODES_SAY = `
Exit codes: 0 done; 1 failed, or not confirmed; 2 wrong usage; 3 not signed in, or refused; 4 not found;
5 somebody was first, something stands in the way, or more would be cut than was shown; 6 the server is away.

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
  for (const add of [addSession, addMachines]) add(program);
  return program;
}
