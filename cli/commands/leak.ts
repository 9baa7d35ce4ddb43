import type { Command } from "commander";
import { note, terminalPrompt } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { givenPair, readPair } from "@/cli/pair";
import { readText } from "@/cli/read-text";
import { reasonOf } from "@/robot/authentication";
import { Unreachable } from "@/robot/back-off";

type Options = { readonly file?: string; readonly source?: string; readonly at?: string };

async function found({ file }: Options): Promise<string[]> {
  const ask = file === undefined ? terminalPrompt() : undefined;
  const said = ask
    ? await ask("Client secret that was found (not shown): ", { isHidden: true })
    : await readText(file ?? "-");
  return said.split(/\s+/).filter((word) => word !== "");
}

const AT_ONCE_MAX = 100;
const TIMEOUT_SECONDS = 30;

/** Reports secrets that somebody found. Nobody needs to be signed in for that; whose they are is not answered. */
async function report(options: Options): Promise<void> {
  const { url } = await readPair(givenPair());
  const tokens = await found(options);
  if (tokens.length === 0) throw new CommandEnd("usage", "There is no secret to report.");
  for (let at = 0; at < tokens.length; at += AT_ONCE_MAX) {
    const entries = tokens
      .slice(at, at + AT_ONCE_MAX)
      .map((token) => ({ token, source: options.source ?? "latchkey", url: options.at }));
    const address = `${url.href.replace(/\/$/, "")}/api/identity/leaks`;
    const asked = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(entries),
      // Secrets go to nobody but whom the address names.
      redirect: "error" as const,
      signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
    };
    const response = await fetch(address, asked).catch((error: unknown) => {
      throw new Unreachable(`${address}: ${reasonOf(error)}`);
    });
    if (!response.ok)
      throw new CommandEnd(
        response.status >= 429 ? "away" : "failed",
        `The report was answered with ${response.status}.`,
      );
  }
  note(
    `Reported ${tokens.length}. What is a live secret here is dealt with as the tenant chose; its people are told.`,
  );
}

export function addLeak(program: Command): void {
  program
    .command("leak")
    .description("Report client secrets that somebody found where they should not be")
    .option("--file <path>", "secrets, one a line; standard input or the terminal otherwise")
    .option("--source <name>", "who found them")
    .option("--at <address>", "where they were found")
    .addHelpText(
      "after",
      `
A secret is never an argument: others see those.

Examples:
  $ latchkey leak
  $ grep -rhoE 'lks_[0-9A-Za-z_]+' ./logs | latchkey leak --source 'our logs'`,
    )
    .action((options: Options) => report(options));
}
