import { resolve } from "node:path";
import type { Command } from "commander";
import { accessOf } from "@/cli/access";
import { acting, answer, leaf, type Manner } from "@/cli/command";
import { note, terminalPrompt } from "@/cli/console";
import { CommandEnd } from "@/cli/exit-codes";
import { forget, type GivenPair, readPair, readSecretFile, store, storedFile } from "@/cli/pair";
import { readText } from "@/cli/read-text";
import { factsText } from "@/cli/table";
import { whoAmI } from "@/lib/admin-api/contract/self";
import type { AnswerOf } from "@/lib/admin-api/operation";

type Login = {
  readonly url?: string;
  readonly clientId?: string;
  readonly secretFile?: string;
  readonly keyFile?: string;
};

async function asked(question: string, option: string, isHidden = false): Promise<string> {
  const ask = terminalPrompt();
  if (ask) return ask(question, { isHidden });
  throw new CommandEnd("usage", `Nobody can be asked here: add ${option}.`);
}

async function secretOf({ secretFile }: Login): Promise<string> {
  if (secretFile === undefined)
    return asked("Client secret (not shown): ", "--secret-file or --key-file", true);
  return secretFile === "-" ? (await readText("-")).trim() : readSecretFile(secretFile);
}

const isOnThisHost = ({ hostname }: URL) => /^(?:localhost|127\..*|\[::1\])$/.test(hostname);

async function login(options: Login): Promise<void> {
  if (options.secretFile !== undefined && options.keyFile !== undefined)
    throw new CommandEnd("usage", "It is either --secret-file or --key-file.");
  const url = options.url ?? (await asked("Address of the portal: ", "--url"));
  const clientId = options.clientId ?? (await asked("Client ID: ", "--client-id"));
  const key = options.keyFile;
  const given: GivenPair =
    key === undefined
      ? { url, clientId, clientSecret: await secretOf(options) }
      : { url, clientId, keyFile: resolve(key) };
  const pair = await readPair(given);
  if (pair.url.protocol === "http:" && !isOnThisHost(pair.url))
    note(`warning: ${pair.url.origin} is not encrypted; everybody on the way can read what is sent there`);
  const self = await accessOf(pair).ask(whoAmI, {});
  store(given);
  note(`Signed in at ${url} as ${inWords(self)}. The pair is in ${storedFile()}.`);
}

const inWords = ({ name, role, tenant }: AnswerOf<(typeof whoAmI)["answer"]>) =>
  `${name}, ${role} of ${tenant.name}`;

export function addSession(program: Command): void {
  program
    .command("login")
    .description("Check an API client's pair, and keep it in a file that only you can read")
    .option("--url <address>", "the portal's address")
    .option("--client-id <id>", "of an API client: Settings > API clients")
    .option("--secret-file <file>", "read the secret from a file; - is standard input")
    .option("--key-file <file>", "authenticate with a private key (PEM or JWK), which stays where it is")
    .addHelpText(
      "after",
      `
A secret is never typed as an argument: others see those, and the shell keeps them.

Examples:
  $ latchkey login
  $ vault read -field=secret latchkey | latchkey login --url https://latchkey.example.com --client-id $ID --secret-file -`,
    )
    .action((options: Login) => login(options));
  program
    .command("logout")
    .description("Forget the pair")
    .addHelpText("after", "\nExamples:\n  $ latchkey logout")
    .action(() =>
      note(forget() ? "The pair is forgotten. The API client still has it." : "Nobody was signed in."),
    );
  leaf(program, "whoami", "Show which API client this is, and what it may", [
    "whoami",
    "whoami --json",
  ]).action(
    acting(async ({ client }, manner: Manner) => {
      const self = await client.ask(whoAmI, {});
      const { id, name, role, tenant, mayConfirm, managesInstallation } = self;
      answer(manner, {
        json: self,
        ids: [id],
        text: () =>
          factsText([
            ["Name", name],
            ["Tenant", `${tenant.name} (${tenant.slug})`],
            ["Role", role],
            ["Confirms", mayConfirm],
            ["Manages the installation", managesInstallation],
          ]),
      });
    }),
  );
}
