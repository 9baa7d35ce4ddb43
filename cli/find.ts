import type { AdminClient, RowOf } from "@/lib/admin-api/client";
import { listAssets } from "@/lib/admin-api/contract/assets";
import { listKeys, listSecrets } from "@/lib/admin-api/contract/credentials";
import { getMachine, listMachines } from "@/lib/admin-api/contract/machines";
import { listPeople } from "@/lib/admin-api/contract/people";
import { listProcesses } from "@/lib/admin-api/contract/processes";
import { folded } from "@/lib/fold";
import { looksLikeSecret } from "@/lib/text";
import { CommandEnd } from "./exit-codes";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type Named = { readonly id: string; readonly name: string };

const noSuch = (what: string, given: string) => new CommandEnd("notFound", `There is no ${what} "${given}".`);

/** @param given its name, id or client id */
export async function findMachine(client: AdminClient, given: string): Promise<Named> {
  if (looksLikeSecret(given))
    throw new CommandEnd("usage", "This is a client secret, and no machine's name.");
  const key = folded(given);
  for await (const row of client.rows(listMachines, { search: given }))
    if (folded(row.name) === key || row.clientId === given.toLowerCase()) return row;
  if (!UUID.test(given)) throw noSuch("machine", given);
  return client.ask(getMachine, { machineId: given });
}

/** As `findMachine`, for several; each once. */
export async function findMachines(client: AdminClient, given: readonly string[]): Promise<Named[]> {
  const found = new Map<string, Named>();
  for (const one of given) {
    const machine = await findMachine(client, one);
    found.set(machine.id, machine);
  }
  return [...found.values()];
}

async function findIn<Row>(
  rows: AsyncIterable<Row>,
  isIt: (row: Row) => boolean,
  what: string,
  given: string,
): Promise<Row> {
  for await (const row of rows) if (isIt(row)) return row;
  throw noSuch(what, given);
}

/** @param given its name or id */
export const findProcess = (client: AdminClient, given: string): Promise<RowOf<typeof listProcesses>> =>
  findIn(client.rows(listProcesses, {}), ({ id, name }) => id === given || name === given, "process", given);

/** @param given its name or id */
export const findAsset = (client: AdminClient, given: string): Promise<RowOf<typeof listAssets>> =>
  findIn(client.rows(listAssets, {}), ({ id, name }) => id === given || name === given, "asset", given);

/** @param given their email or id */
export const findPerson = (client: AdminClient, given: string): Promise<RowOf<typeof listPeople>> =>
  findIn(
    client.rows(listPeople, {}),
    ({ id, email }) => id === given || email.toLowerCase() === given.toLowerCase(),
    "user",
    given,
  );

export const LISTS = { secret: listSecrets, key: listKeys } as const;
export type CredentialWord = keyof typeof LISTS;
export type CredentialRow = RowOf<typeof listSecrets>;

/** @returns the machine's secrets or keys */
export async function credentialsOf(
  client: AdminClient,
  word: CredentialWord,
  machineId: string,
): Promise<readonly CredentialRow[]> {
  return (await client.ask(LISTS[word], { machineId })).items as readonly CredentialRow[];
}

/**
 * @param given its id or name; without one it is the only live one
 * @throws CommandEnd `notFound`, or `usage` where several could be meant
 */
export async function findCredential(
  client: AdminClient,
  word: CredentialWord,
  machine: Named,
  given: string | undefined,
): Promise<CredentialRow> {
  const all = await credentialsOf(client, word, machine.id);
  const live = all.filter(({ revokedAt }) => revokedAt === null);
  const meant = live.filter(({ id, name }) => given === undefined || id === given || name === given);
  const [one, other] = meant;
  if (one && !other) return one;
  if (!one) throw noSuch(`live ${word} of ${machine.name}`, given ?? "");
  throw new CommandEnd(
    "usage",
    `${machine.name} has several ${word}s that are meant. Name one by its id:`,
    meant.map(({ id, name }) => `${id}  ${name}`),
  );
}
