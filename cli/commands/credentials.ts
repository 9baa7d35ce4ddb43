import { type Command, Option } from "commander";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools } from "@/cli/command";
import { note, plain } from "@/cli/console";
import { type Cutting, cutting, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import {
  type CredentialRow,
  type CredentialWord,
  credentialsOf,
  findCredential,
  findMachine,
} from "@/cli/find";
import { readInstant, wholeNumber } from "@/cli/options";
import { readText } from "@/cli/read-text";
import { type Destination, envText, type Issued, reserve, withSecretsDir } from "@/cli/secret-files";
import type { Column } from "@/cli/table";
import * as credentials from "@/lib/admin-api/contract/credentials";
import { rotateCredential } from "@/lib/admin-api/contract/rotations";
import { RETIREMENTS } from "@/lib/rotations/schema";

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

type Ending = { readonly expiresAt?: string };
type Adding = Manner & Ending & Destination & { readonly name?: string };
type Rotating = Manner &
  Ending &
  Destination & {
    readonly retirement: (typeof RETIREMENTS)[number];
    readonly at?: string;
    readonly handOver?: boolean;
    readonly seenDays?: number;
  };

type Made = {
  readonly secret: (Issued & { readonly secretId: string }) | null;
  readonly json: (shown: object | null) => object;
};

/** Has a secret made, and put where it is to go: to a file, or into the answer. */
async function issued(
  { url }: Tools,
  options: Manner & Destination,
  machineName: string,
  make: () => Promise<Made>,
): Promise<void> {
  const files = options.secretsDir === undefined ? null : reserve(options.secretsDir, [machineName]);
  try {
    const { secret, json } = await make();
    if (!secret) return answer(options, { json: json(null), ids: [], text: () => "" });
    if (!files) {
      const text = () => envText(url, secret).trimEnd();
      return answer(options, { json: json(secret), ids: [secret.clientSecret], text });
    }
    const file = files.put(url, secret);
    const { clientSecret: _, ...shown } = secret;
    answer(options, { json: json({ ...shown, file }), ids: [secret.secretId], text: () => plain([file]) });
  } finally {
    files?.release();
  }
}

async function add(tools: Tools, options: Adding, given: string): Promise<void> {
  const { id: machineId, name: machineName } = await findMachine(tools.client, given);
  const { name, expiresAt } = options;
  await issued(tools, options, machineName, async () => {
    const secret = await tools.client.ask(credentials.addSecret, { machineId, name, expiresAt });
    return { secret, json: (shown) => ({ ...shown }) };
  });
}

async function rotate(tools: Tools, options: Rotating, given: string, which?: string): Promise<void> {
  const machine = await findMachine(tools.client, given);
  const { id: credentialId } = await findCredential(tools.client, "secret", machine, which);
  const { retirement, at, handOver, seenDays, expiresAt, secretsDir } = options;
  if ((retirement === "at") !== (at !== undefined) && retirement !== "moved")
    throw new CommandEnd("usage", "--at goes with --retirement at, and with moved as the last date.");
  await issued(tools, options, machine.name, async () => {
    const rotated = await tools.client.ask(rotateCredential, {
      machineId: machine.id,
      credentialId,
      retirement,
      endsAt: at,
      expiresAt,
      seenDays,
      handsOver: handOver,
      isShown: !handOver || secretsDir !== undefined,
    });
    if (!options.quiet) note(`The old one ends ${rotated.endsAt.toISOString()} at the latest.`);
    return { secret: rotated.secret, json: (secret) => ({ ...rotated, secret }) };
  });
}

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
function addCommon(group: Command, word: CredentialWord): void {
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

const endOption = (whose: string) =>
  new Option("--expires-at <instant>", `when ${whose} ends; never otherwise`).argParser(readInstant);

export function addSecrets(program: Command): void {
  const secrets = groupOf(program, "secrets", "Client secrets of machines");
  withSecretsDir(
    leaf(secrets, "add <machine>", "Add a client secret", [
      "secrets add lane-1 --secrets-dir ./secrets",
      "secrets add lane-1 --quiet | vault kv put secret/lane-1 value=-",
    ]),
  )
    .option("--name <name>", "what people call it")
    .addOption(endOption("it"))
    .action(acting<[string], Adding>(add));
  withSecretsDir(
    leaf(secrets, "rotate <machine> [secret]", "Let a client secret give way to a new one", [
      "secrets rotate lane-1 --secrets-dir ./new",
      "secrets rotate lane-1 --retirement moved --hand-over",
    ]),
  )
    .addOption(new Option("--retirement <when>", "when the old one ends").choices(RETIREMENTS).default("day"))
    .addOption(
      new Option("--at <instant>", "of --retirement at; of moved the last date").argParser(readInstant),
    )
    .option(
      "--hand-over",
      "robots that are connected fetch the new one themselves; nobody else sees it without --secrets-dir",
    )
    .addOption(
      new Option(
        "--seen-days <n>",
        "of moved: hosts that were not seen for longer are not waited for",
      ).argParser(wholeNumber(1, 365)),
    )
    .addOption(endOption("the new one"))
    .action(acting<[string, string | undefined], Rotating>(rotate));
  addCommon(secrets, "secret");
}

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
