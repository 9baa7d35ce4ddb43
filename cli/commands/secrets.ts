import { type Command, Option } from "commander";
import { type Choosing, filterIn, isByFilter, withChoice } from "@/cli/chosen";
import { acting, answer, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { note, plain, progress } from "@/cli/console";
import { type Cutting, isWanted, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { findCredential, findMachine } from "@/cli/find";
import { labelOf, type ManyDestination, makeSecrets, withManyDestinations } from "@/cli/many-secrets";
import { readInstant, wholeNumber } from "@/cli/options";
import { type Destination, envText, type Issued, reserve } from "@/cli/secret-files";
import { addSecrets as addSecretToEach, rotateMachines } from "@/lib/admin-api/contract/bulk";
import { addSecret } from "@/lib/admin-api/contract/credentials";
import { listMachines } from "@/lib/admin-api/contract/machines";
import { rotateCredential } from "@/lib/admin-api/contract/rotations";
import { RETIREMENTS } from "@/lib/rotations/schema";
import { addCommon, type Ending, endOption } from "./credentials";

type Adding = Ending & ManyDestination & Choosing & Cutting & { readonly name?: string };
type Rotating = Ending &
  ManyDestination &
  Choosing &
  Cutting & {
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
    const file = files.put(url, { ...secret, machineName });
    const { clientSecret: _, ...shown } = secret;
    answer(options, { json: json({ ...shown, file }), ids: [secret.secretId], text: () => plain([file]) });
  } finally {
    files?.release();
  }
}

/** @throws CommandEnd `usage` unless a machine is named, or options say which are meant, one of the two */
function requireOne(given: string | undefined, options: Choosing): void {
  if ((given !== undefined) === isByFilter(options))
    throw new CommandEnd("usage", "Name a machine, or say --all or which; one of the two.");
}

/** @throws CommandEnd `usage` where an option is for many */
function requireNoneOfMany({ dryRun, recipient }: Cutting & ManyDestination): void {
  if (dryRun || recipient !== undefined)
    throw new CommandEnd("usage", "--dry-run and --recipient are for many.");
}

/** @returns what the files of the machines' secrets are called after: each has as many as it has live ones, or one */
async function labelsOf({ client }: Tools, options: Choosing, isOneEach: boolean): Promise<string[]> {
  const rows = await taken(client.rows(listMachines, filterIn(options)));
  return rows.flatMap(({ name, liveSecrets }) =>
    Array.from({ length: isOneEach ? 1 : liveSecrets }, (_, index) => labelOf(name, index + 1)),
  );
}

async function addMany(tools: Tools, options: Adding): Promise<void> {
  const { name, expiresAt, recipient } = options;
  const asked = { filter: filterIn(options), name, expiresAt, recipient };
  const preview = await tools.client.ask(addSecretToEach, asked, { dryRun: true });
  const what = `Add a client secret to each of ${preview.machines} machines`;
  if (!(await isWanted(options, what, preview))) return;
  const labels = options.secretsDir === undefined ? [] : await labelsOf(tools, options, true);
  await makeSecrets(tools, options, labels, { done: "Added", member: "secret" }, () =>
    tools.client.ask(addSecretToEach, { ...asked, preview: preview.token }),
  );
}

async function add(tools: Tools, options: Adding, given?: string): Promise<void> {
  requireOne(given, options);
  if (given === undefined) return addMany(tools, options);
  requireNoneOfMany(options);
  const { id: machineId, name: machineName } = await findMachine(tools.client, given);
  const { name, expiresAt } = options;
  await issued(tools, options, machineName, async () => {
    const secret = await tools.client.ask(addSecret, { machineId, name, expiresAt });
    return { secret, json: (shown) => ({ ...shown }) };
  });
}

/** What one rotation is asked with, and one of many. */
function termsOf({ retirement, at, handOver, seenDays, expiresAt, secretsDir, recipient }: Rotating) {
  if (retirement !== "moved" && (retirement === "at") !== (at !== undefined))
    throw new CommandEnd("usage", "--at goes with --retirement at, and with moved as the last date.");
  const isShown = !handOver || secretsDir !== undefined || recipient !== undefined;
  return { retirement, endsAt: at, expiresAt, seenDays, handsOver: handOver, isShown };
}

async function rotateMany(tools: Tools, options: Rotating): Promise<void> {
  const { client } = tools;
  const asked = { ...termsOf(options), filter: filterIn(options), recipient: options.recipient };
  const preview = await client.ask(rotateMachines, asked, { dryRun: true });
  const what = `Rotate the client secrets of ${preview.machines} machines`;
  const isCut = options.retirement === "now";
  if (!(await isWanted(options, what, preview, { isCut }))) return;
  const isFiled = options.secretsDir !== undefined;
  const labels = isFiled ? await labelsOf(tools, options, false) : [];
  await makeSecrets(tools, options, labels, { done: "Rotated", member: "secret" }, async () => {
    progress("rotating");
    const done = await client.ask(rotateMachines, { ...asked, preview: preview.token });
    const { count, machines } = done.keysLeft;
    if (count > 0) note(`${count} keys are not rotated, of: ${machines.join(", ")}`);
    return { ...done, more: { keysLeft: done.keysLeft } };
  });
}

async function rotate(tools: Tools, options: Rotating, given?: string, which?: string): Promise<void> {
  requireOne(given, options);
  if (given === undefined) return rotateMany(tools, options);
  requireNoneOfMany(options);
  const machine = await findMachine(tools.client, given);
  const { id: credentialId } = await findCredential(tools.client, "secret", machine, which);
  const terms = termsOf(options);
  await issued(tools, options, machine.name, async () => {
    const rotated = await tools.client.ask(rotateCredential, {
      machineId: machine.id,
      credentialId,
      ...terms,
    });
    if (!options.quiet) note(`The old one ends ${rotated.endsAt.toISOString()} at the latest.`);
    return { secret: rotated.secret, json: (secret) => ({ ...rotated, secret }) };
  });
}

export function addSecrets(program: Command): void {
  const secrets = groupOf(program, "secrets", "Client secrets of machines");
  const adding = leaf(secrets, "add [machine]", "Add a client secret to a machine, or to each of many", [
    "secrets add lane-1 --secrets-dir ./secrets",
    "secrets add lane-1 --quiet | vault kv put secret/lane-1 value=-",
    "secrets add --secrets neverUsed --secrets-dir ./secrets --yes",
  ]);
  withChoice(withCutting(withManyDestinations(adding)))
    .option("--name <name>", "what people call it")
    .addOption(endOption("it"))
    .action(acting<[string | undefined], Adding>(add));
  const rotating = leaf(
    secrets,
    "rotate [machine] [secret]",
    "Let a client secret, or all of many machines, give way to new ones",
    [
      "secrets rotate lane-1 --secrets-dir ./new",
      "secrets rotate --all --retirement moved --hand-over --dry-run",
      "secrets rotate --search floor-3 --secrets-dir ./new --yes",
    ],
  );
  withChoice(withCutting(withManyDestinations(rotating)))
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
    .action(acting<[string | undefined, string | undefined], Rotating>(rotate));
  addCommon(secrets, "secret");
}
