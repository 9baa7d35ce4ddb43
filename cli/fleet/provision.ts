import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { CommandEnd } from "@/cli/exit-codes";
import { type AdminClient, AdminProblem, SecretsShown } from "@/lib/admin-api/client";
import { provisionMachines } from "@/lib/admin-api/contract/bulk";
import { disableMachine } from "@/lib/admin-api/contract/machines";
import { rotateCredential } from "@/lib/admin-api/contract/rotations";
import type { Change } from "./diff";
import {
  isUnderWay,
  type Journal,
  journalOf,
  noteDelivered,
  readJournal,
  removeJournal,
  startedHere,
  writeJournal,
} from "./journal";
import { type Delivery, type Destination, isDelivered, openDelivery } from "./secrets";

/** Who applies which file where. */
export type Site = {
  readonly client: AdminClient;
  /** The portal's address. */
  readonly url: string;
  /** Of the API client. */
  readonly clientId: string;
  /** The fleet's file. */
  readonly file: string;
  /** Tells what is done, in a line. */
  readonly say: (text: string) => void;
  /** How many machines are provisioned at once, where it is not the usual number. */
  readonly setSize?: number;
};

export type Creation = Extract<Change, { what: "machine"; action: "create" }>;

/** For how long a request is known by its key. */
const KEY_HOURS = 24;

type Row = Journal["machines"][number];

const destinationOf = ({ url, file }: Site, { secrets }: Row): Destination => ({
  place: secrets,
  folder: dirname(file),
  url,
});

/** Makes ready where each row's secret goes. @returns what puts it there, by the machine's name */
function openAll(site: Site, rows: readonly Row[]): { of: (name: string) => Delivery; release: () => void } {
  const byName = new Map<string, Delivery>();
  const opened: Delivery[] = [];
  const release = () => {
    for (const delivery of opened) delivery.release();
  };
  const places: Row["secrets"][] = [];
  for (const { secrets } of rows)
    if (!places.some((place) => isDeepStrictEqual(place, secrets))) places.push(secrets);
  try {
    for (const place of places) {
      const there = rows.filter(({ secrets }) => isDeepStrictEqual(secrets, place));
      const [first] = there;
      if (!first) continue;
      const names = there.map(({ row }) => row.name);
      const delivery = openDelivery(destinationOf(site, first), names);
      opened.push(delivery);
      for (const name of names) byName.set(name, delivery);
    }
  } catch (error) {
    release();
    throw error;
  }
  const of = (name: string) => {
    const delivery = byName.get(name);
    if (!delivery) throw new Error(`nobody asked for ${name}`);
    return delivery;
  };
  return { of, release };
}

const repeatedSchema = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      provisioned: z.object({
        machineId: z.uuid(),
        clientId: z.uuid(),
        secretId: z.string(),
        clientSecret: z.string().nullish(),
      }),
    }),
  ),
});

type Provisioned = z.output<typeof repeatedSchema>["results"][number];

/** Asks for the machines under the journal's key: they are made once, however often this is asked. */
async function ask({ client }: Site, { idempotencyKey, machines }: Journal): Promise<Provisioned[]> {
  const answer = await client
    .ask(provisionMachines, { machines: machines.map(({ row }) => row) }, { idempotencyKey })
    .catch((error: unknown) => {
      if (error instanceof SecretsShown) return error.answer;
      throw error;
    });
  return repeatedSchema.parse(answer).results;
}

/** Where the answer with a secret was lost, another takes its place at once: nobody can have it. */
async function secretOf({ client, say }: Site, { name, provisioned }: Provisioned): Promise<string | null> {
  const { machineId, secretId: credentialId, clientSecret } = provisioned;
  if (clientSecret) return clientSecret;
  try {
    const rotation = { machineId, credentialId, retirement: "now" } as const;
    const { secret } = await client.ask(rotateCredential, rotation);
    return secret?.clientSecret ?? null;
  } catch (error) {
    if (!(error instanceof AdminProblem && [404, 409, 410].includes(error.status))) throw error;
    say(`“${name}” has another secret by now, or is gone: ${error.message}`);
    return null;
  }
}

/**
 * Has the machines of a journal made, and the secrets of those in `left` put where they go. What is refused was not done, and leaves no journal.
 */
async function work(site: Site, journal: Journal, left: readonly Row[]): Promise<void> {
  const { client, file } = site;
  const wantsSecret = new Set(left.flatMap(({ row, secrets }) => (secrets === "none" ? [] : [row.name])));
  const disabled = new Set(journal.machines.flatMap(({ row, isEnabled }) => (isEnabled ? [] : [row.name])));
  const deliveries = openAll(site, left);
  try {
    const made = await ask(site, journal).catch((error: unknown) => {
      if (error instanceof AdminProblem) removeJournal(file);
      throw error;
    });
    for (const one of made) {
      const { name, provisioned } = one;
      const clientSecret = wantsSecret.has(name) ? await secretOf(site, one) : null;
      if (clientSecret !== null)
        await deliveries.of(name).put({ machineName: name, clientId: provisioned.clientId, clientSecret });
      noteDelivered(file, name);
      if (disabled.has(name)) await client.ask(disableMachine, { machineId: provisioned.machineId });
    }
  } finally {
    deliveries.release();
  }
  removeJournal(file);
}

/** @throws CommandEnd `usage` unless each secret can be put where it goes */
export function checkPlaces(site: Site, creations: readonly Creation[]): void {
  openAll(site, creations.map(rowOf)).release();
}

const rowOf = ({ details, secrets, isEnabled }: Creation): Row => ({ row: details, secrets, isEnabled });

/**
 * Provisions machines, all of them or none, and puts each secret where the file says.
 * @param creations as many as one request takes
 * @throws CommandEnd where a secret did not get there; as the client
 */
export async function provision(site: Site, creations: readonly Creation[]): Promise<void> {
  const { url, clientId, file } = site;
  const journal = {
    ...startedHere(),
    url,
    clientId,
    idempotencyKey: randomUUID(),
    machines: creations.map(rowOf),
  };
  writeJournal(file, journal);
  await work(site, journal, journal.machines);
}

/**
 * Finishes what an apply has left that was stopped: who has no secret yet that anybody knows gets another one.
 * @throws CommandEnd `conflict` while another one is under way, or where nobody can find out any more what was done
 */
export async function resume(site: Site): Promise<void> {
  const stored = readJournal(site.file);
  if (!stored) return;
  const { at, url, clientId, machines } = stored.journal;
  if (isUnderWay(stored.journal))
    throw new CommandEnd(
      "conflict",
      `Nothing was done: another apply of this file is under way (process ${stored.journal.process}).`,
    );
  const hours = (Date.now() - Date.parse(at)) / 3_600_000;
  if (hours > KEY_HOURS || url !== site.url || clientId !== site.clientId) {
    throw new CommandEnd(
      "conflict",
      `An apply was stopped on ${at}, by the API client ${clientId} at ${url}. Nobody can find out any more which of these machines got their secret: rotate those that did not, and remove ${journalOf(site.file)}.`,
      machines.map(({ row }) => row.name),
    );
  }
  site.say(`An apply was stopped on ${at}: it is finished first`);
  const left = machines.filter(
    (row) => !stored.delivered.has(row.row.name) && !isDelivered(destinationOf(site, row), row.row.name),
  );
  try {
    await work(site, stored.journal, left);
  } catch (error) {
    // Without a journal it was refused: nothing had been made under its key.
    if (!(error instanceof AdminProblem) || readJournal(site.file)) throw error;
  }
}
