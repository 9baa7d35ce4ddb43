import { parseArgs } from "node:util";
import { RobotEnd } from "./exit-codes";

export const USAGE = `Usage: latchkey-robot --processes <file> [--env-file <file>]

  --processes <file>  JSON: what this host may run, {"process name": {"command": "/path/or/name", "args": []}}
  --env-file <file>   lines NAME=value; nobody but its owner and group may read it
  --help              this text

Settings come from the environment or the file; what is missing is asked for on a terminal:
  LATCHKEY_URL                 the portal's address, e.g. https://latchkey.example.com
  LATCHKEY_CLIENT_ID           shown on the machine's page
  LATCHKEY_CLIENT_SECRET       shown once, when it was made; or, instead of it:
  LATCHKEY_PRIVATE_KEY_FILE    the private half of one of the machine's keys, PEM (PKCS #8) or JWK;
                               nobody but its owner and group may read it
  LATCHKEY_KEY_ID              not needed any more: the key's thumbprint tells the server which it is
  LATCHKEY_HOST_NAME           this host's name; the system's by default
  LATCHKEY_STOP_GRACE_SECONDS  time a job has to end after Stop; 30
`;

export type Arguments =
  | { readonly help: true }
  | { readonly help: false; readonly processes: string; readonly envFile: string | undefined };

/**
 * Reads the command line. It names files only: everybody on the host can read a command line with `ps`.
 * @throws RobotEnd `settings`
 */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        processes: { type: "string" },
        "env-file": { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { help: true };
    if (values.processes === undefined) throw new Error("--processes <file> is missing.");
    return { help: false, processes: values.processes, envFile: values["env-file"] };
  } catch (error) {
    // What was typed is not repeated: it may be a secret that somebody put in the wrong place.
    const isMissing = error instanceof Error && error.message.startsWith("--processes <file>");
    const wrong = isMissing ? error.message : "The command line takes --processes and --env-file only.";
    throw new RobotEnd("settings", `${wrong} See --help. A client secret never belongs on a command line.`);
  }
}
