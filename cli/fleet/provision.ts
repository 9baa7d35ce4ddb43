import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { CommandEnd } from "@/cli/exit-codes";
import { type AdminClient, AdminProblem, SecretsShown } from "@/lib/admin-api/client";
import { provisionMachines } from "@/lib/admin-api/contract/bulk";
import { disableMachine } from "@/lib/admin-api/contract/machines";
import { rotateCredential } from "@/lib/admin-api/contract/rotations";
import { type Change, shownCreation } from "./diff";
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

/** For how long a request is known by its key for sure: the server knows it for an hour more. */
const KEY_HOURS = 23;

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

/**
 * Where the answer with a secret was lost, another takes its place at once: nobody can have it.
 * @returns the secret, or why there is none to put anywhere
 */
async function secretOf(
  { client }: Site,
  { name, provisioned }: Provisioned,
): Promise<{ readonly clientSecret: string } | { readonly says: string }> {
  const { machineId, secretId: credentialId, clientSecret } = provisioned;
  if (clientSecret) return { clientSecret };
  try {
    const rotation = { machineId, credentialId, retirement: "now" } as const;
    const { secret } = await client.ask(rotateCredential, rotation);
    return secret ?? { says: `“${name}”: its new secret was not shown.` };
  } catch (error) {
    if (!(error instanceof AdminProblem && [404, 409, 410].includes(error.status))) throw error;
    return { says: `“${name}”: ${error.message}` };
  }
}

/**
 * Puts the secrets of those in `left` where they go, out of all that the journal's request has made.
 * @throws CommandEnd `conflict` when all is done but some have no secret that could get there
 */
async function work(
  site: Site,
  journal: Journal,
  left: readonly Row[],
  make: () => Promise<Provisioned[]> = () => ask(site, journal),
): Promise<void> {
  const { client, file } = site;
  const wantsSecret = new Set(left.flatMap(({ row, secrets }) => (secrets === "none" ? [] : [row.name])));
  const disabled = new Set(journal.machines.flatMap(({ row, isEnabled }) => (isEnabled ? [] : [row.name])));
  const deliveries = openAll(site, left);
  const undelivered: string[] = [];
  try {
    for (const one of await make()) {
      const { name, provisioned } = one;
      const issued = wantsSecret.has(name) ? await secretOf(site, one) : null;
      if (issued && "says" in issued) undelivered.push(issued.says);
      else if (issued) {
        const { clientSecret } = issued;
        await deliveries.of(name).put({ machineName: name, clientId: provisioned.clientId, clientSecret });
      }
      noteDelivered(file, name);
      if (disabled.has(name)) await client.ask(disableMachine, { machineId: provisioned.machineId });
    }
  } finally {
    deliveries.release();
  }
  removeJournal(file);
  if (undelivered.length > 0)
    throw new CommandEnd(
      "conflict",
      "Secrets of an apply that was stopped did not get where they go, and cannot any more. Add new ones where they are needed.",
      undelivered,
    );
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
  await work(site, journal, journal.machines, () =>
    ask(site, journal).catch((error: unknown) => {
      // It was refused, and its key is new: nothing was made.
      if (error instanceof AdminProblem) removeJournal(file);
      throw error;
    }),
  );
}

type ShownCreation = Pick<Creation, "what" | "action" | "name" | "fields">;

const shownOf = ({ row, isEnabled, secrets }: Row): ShownCreation => shownCreation(row, isEnabled, secrets);

/** @returns the machines that an apply has left that was stopped: the next one finishes them first */
export const unfinished = ({ file }: Site): ShownCreation[] =>
  readJournal(file)?.journal.machines.map(shownOf) ?? [];

/**
 * Finishes what an apply has left that was stopped: who has no secret yet that anybody knows gets another one.
 * @param isShown whether somebody has agreed to a machine that was left
 * @throws CommandEnd `conflict` while another one is under way, where nobody can find out any more what was done, or where it cannot be finished
 */
export async function resume(
  site: Site,
  isShown: (creation: ShownCreation) => boolean = () => true,
): Promise<void> {
  const stored = readJournal(site.file);
  if (!stored) return;
  const { at, url, clientId, machines } = stored.journal;
  if (isUnderWay(stored.journal))
    throw new CommandEnd(
      "conflict",
      `Nothing was done: another apply of this file is under way (process ${stored.journal.process}).`,
    );
  const hours = (Date.now() - Date.parse(at)) / 3_600_000;
  const names = machines.map(({ row }) => row.name);
  if (!(hours >= 0 && hours <= KEY_HOURS) || url !== site.url || clientId !== site.clientId) {
    throw new CommandEnd(
      "conflict",
      `An apply was stopped on ${at}, by the API client ${clientId} at ${url}. Nobody can find out any more which of these machines got their secret: rotate those that did not, and remove ${journalOf(site.file)}.`,
      names,
    );
  }
  const more = machines.map(shownOf).filter((creation) => !isShown(creation));
  if (more.length > 0)
    throw new CommandEnd(
      "conflict",
      `Nothing was done: an apply was stopped on ${at}, and the plan does not show what it has left. Plan again.`,
      more.map(({ name }) => name),
    );
  site.say(`An apply was stopped on ${at}: it is finished first`);
  const left = machines.filter(
    (row) => !stored.delivered.has(row.row.name) && !isDelivered(destinationOf(site, row), row.row.name),
  );
  try {
    await work(site, stored.journal, left);
  } catch (error) {
    if (!(error instanceof AdminProblem)) throw error;
    throw new CommandEnd(
      "conflict",
      `An apply was stopped on ${at}, and finishing it was refused: ${error.message} If it stays so, rotate the secrets of those of these machines that did not get theirs, and remove ${journalOf(site.file)}.`,
      names,
    );
  }
}
