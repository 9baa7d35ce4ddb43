import { type Command, Option } from "commander";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools } from "@/cli/command";
import { type Cutting, cutting, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import {
  type CredentialRow,
  type CredentialWord,
  credentialsOf,
  findCredential,
  findMachine,
} from "@/cli/find";
import { readInstant } from "@/cli/options";
import { readText } from "@/cli/read-text";
import type { Column } from "@/cli/table";
import * as credentials from "@/lib/admin-api/contract/credentials";

const stateOf = ({ revokedAt, disabledAt, expiresAt }: CredentialRow): string => {
  if (revokedAt) return "deleted";
  if (disabledAt) return "disabled";
  return expiresAt && expiresAt <= new Date() ? "expired" : "live";
};

const COLUMNS: readonly Column<CredentialRow>[] = [
  ["ID", ({ id }) => id],
  ["NAME", ({ name }) => name],
  ["STATE", stateOf],
  ["LAST USED", ({ lastUsedAt }) => lastUsedAt],
  ["FROM", ({ lastUsedAddress }) => lastUsedAddress],
  ["ENDS", ({ expiresAt }) => expiresAt],
  ["CREATED", ({ createdAt }) => createdAt],
  ["BY", ({ createdBy }) => createdBy],
];

export type Ending = { readonly expiresAt?: string };
async function addKey(
  { client }: Tools,
  options: Manner & Ending & { readonly name: string; readonly file: string },
  given: string,
) {
  const { id: machineId } = await findMachine(client, given);
  const publicKey = await readText(options.file);
  if (/PRIVATE KEY|"d"\s*:/.test(publicKey))
    throw new CommandEnd("usage", "This is the private half, which stays where it is. Give the public one.");
  const { name, expiresAt } = options;
  const added = await client.ask(credentials.addKey, { machineId, name, expiresAt, publicKey });
  answer(options, { json: added, ids: [added.keyId], text: () => added.keyId });
}

/** What secrets and keys have in common. */
export function addCommon(group: Command, word: CredentialWord): void {
  const [those, called] = [`${word}s`, `[${word}]`];
  const which = (
    act: (
      tools: Tools,
      options: Cutting & Ending & { readonly reason?: string; readonly last?: boolean },
      ofIt: { readonly machineId: string; readonly credentialId: string },
      row: CredentialRow,
    ) => Promise<void>,
  ) =>
    acting<[string, string | undefined], Cutting>(async (tools, options, given, name) => {
      const machine = await findMachine(tools.client, given);
      const row = await findCredential(tools.client, word, machine, name);
      await act(tools, options, { machineId: machine.id, credentialId: row.id }, row);
    });
  const calledOf = ({ id, name }: CredentialRow) => `${word} ${name || id}`;
  const withLast = (command: Command) =>
    withCutting(command).option("--last", `also where it is the machine's last live ${word} or key`);

  leaf(group, "list <machine>", `List a machine's ${those}, the live ones first`, [
    `${those} list lane-1`,
  ]).action(
    acting<[string]>(async ({ client }, options, given) => {
      const { id } = await findMachine(client, given);
      answerList(options, await credentialsOf(client, word, id), { id: (row) => row.id, columns: COLUMNS });
    }),
  );
  leaf(group, `end <machine> ${called}`, `Say when a ${word} ends by itself`, [
    `${those} end lane-1 --at 2027-01-31T12:00:00Z`,
    `${those} end lane-1 --never`,
  ])
    .addOption(new Option("--at <instant>", "from then on it is refused").argParser(readInstant))
    .option("--never", "it has no end")
    .action(
      which(async ({ client }, options, ofIt, { name, note: said, expiresAt }) => {
        const { at, never } = options as { readonly at?: string; readonly never?: boolean };
        if ((at === undefined) === !never) throw new CommandEnd("usage", "Say --at or --never.");
        const seen = { name, note: said, expiresAt: expiresAt?.toISOString() ?? null };
        await client.ask(credentials.editCredential, {
          ...ofIt,
          name,
          note: said,
          expiresAt: at ?? null,
          seen,
        });
        answer(options, { json: {}, ids: [ofIt.credentialId], text: () => "" });
      }),
    );
  withLast(
    leaf(
      group,
      `disable <machine> ${called}`,
      `Refuse a ${word} until it is enabled, and disconnect its hosts`,
      [`${those} disable lane-1 --dry-run`, `${those} disable lane-1 --reason 'seen in a log' --yes`],
    ),
  )
    .option("--reason <text>", "why, for whoever finds it disabled")
    .action(
      which(async ({ client }, options, ofIt, row) => {
        const input = { ...ofIt, confirmedLast: options.last, reason: options.reason };
        await cutting(options, `Disable the ${calledOf(row)}`, {
          look: () => client.ask(credentials.disableCredential, input, { dryRun: true }),
          cut: () => client.ask(credentials.disableCredential, input),
          ids: [row.id],
        });
      }),
    );
  leaf(group, `enable <machine> ${called}`, `Enable a disabled ${word}`, [`${those} enable lane-1`]).action(
    which(async ({ client }, options, ofIt) => {
      await client.ask(credentials.enableCredential, ofIt);
      answer(options, { json: {}, ids: [ofIt.credentialId], text: () => "" });
    }),
  );
  withLast(
    leaf(group, `delete <machine> ${called}`, `Delete a ${word} and disconnect its hosts`, [
      `${those} delete lane-1 --dry-run`,
      `${those} delete lane-1 Zm9vYmFyYmF6cXV4 --yes`,
    ]),
  ).action(
    which(async ({ client }, options, ofIt, row) => {
      const input = { ...ofIt, confirmedLast: options.last };
      await cutting(options, `Delete the ${calledOf(row)}`, {
        look: () => client.ask(credentials.deleteCredential, input, { dryRun: true }),
        cut: () => client.ask(credentials.deleteCredential, input),
        ids: [row.id],
      });
    }),
  );
}

export const endOption = (whose: string) =>
  new Option("--expires-at <instant>", `when ${whose} ends; never otherwise`).argParser(readInstant);

export function addKeys(program: Command): void {
  const keys = groupOf(program, "keys", "Public keys of machines");
  leaf(keys, "add <machine>", "Add a public key", [
    "keys add lane-1 --name laptop --file robot.pub.pem",
    "openssl pkey -in robot.key -pubout | latchkey keys add lane-1 --name laptop --file -",
  ])
    .requiredOption("--name <name>", "what people call it")
    .requiredOption("--file <path>", "the public half, PEM or JWK; - is standard input")
    .addOption(endOption("it"))
    .action(acting(addKey));
  addCommon(keys, "key");
}
