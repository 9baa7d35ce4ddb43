import type { Actor, Ctx, Db, PersonActor } from "@/lib/ctx";
import { database, inTransaction } from "@/lib/db";
import { Refusal } from "@/lib/errors";
import { formatQuantity } from "@/lib/format";
import { oncePerProcess } from "@/lib/shared";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { countConfirmation, forgetConfirmations } from "@/lib/users/throttle";

/** A deed as rooms have them, or a question. */
export type Deed<A extends Actor, I, T> = (ctx: Ctx<A>, input: I) => Promise<T>;

/** A deed of which one part takes long. */
export type InSteps<A extends Actor, I, T> = {
  readonly prepare: (ctx: Ctx<A>, input: I) => Promise<(ctx: Ctx<A>) => Promise<T>>;
  /** Whether its transaction may take minutes. */
  readonly takesLong?: (input: I) => boolean;
};

/** What a deed on ten thousand machines may take on a busy computer. */
const LONG_MILLISECONDS = 3 * MINUTE_SECONDS * SECOND_MILLISECONDS;

/**
 * @param areMany whether the input names so many that it takes long; of few it is a deed as any other, which nobody waits for
 * @returns a deed on many things at once, whose transaction may take minutes
 */
export const long = <A extends Actor, I, T>(
  deed: Deed<A, I, T>,
  areMany: (input: I) => boolean = () => true,
): InSteps<A, I, T> => ({
  prepare: async (_, input) => (held) => deed(held, input),
  takesLong: areMany,
});

/** So many deeds that take long hold connections of people's at once: the others stay free. */
const LONG_AT_ONCE = 2;

/** The tenants in which such a deed is under way in this process. */
const busyTenants = () => oncePerProcess("tenants with a long deed", () => new Set<string>());

/**
 * Runs the transaction of a deed. Of those that take long a tenant has one at a time: a second would wait for the first's rows, and hold a connection.
 * @throws Refusal `too_many` instead of waiting
 */
export async function inOwnTransaction<A extends Actor, I, T, R>(
  actor: A,
  deed: Deed<A, I, T> | InSteps<A, I, T>,
  input: I,
  work: (db: Db) => Promise<R>,
): Promise<R> {
  if (typeof deed === "function" || !deed.takesLong?.(input)) return inTransaction(database(), work);
  const [busy, own] = [busyTenants(), "tenantId" in actor ? actor.tenantId : actor.kind];
  if (busy.has(own) || busy.size >= LONG_AT_ONCE) {
    throw new Refusal(
      "too_many",
      "Nothing was done: another change of many machines is under way. Try again in a moment.",
      { problem: "too_many_requests" },
    );
  }
  busy.add(own);
  try {
    return await inTransaction(database(), work, LONG_MILLISECONDS);
  } finally {
    busy.delete(own);
  }
}

/**
 * Joins what takes long (passwords, new keys) with the deed that needs it. The first goes on while no connection is held: there are few
 * of them, and robots wait for the same ones. So it only asks, and the deed asks again what may have changed meanwhile.
 */
export const inSteps = <A extends Actor, I, P, T>(
  first: Deed<A, I, P>,
  deed: Deed<A, P, T>,
): InSteps<A, I, T> => ({
  prepare: async (ctx, input) => {
    const prepared = await first(ctx, input);
    return (held) => deed(held, prepared);
  },
});

/** Does what takes long, while no connection is held. @returns the rest, for a transaction */
export const prepared = <A extends Actor, I, T>(
  actor: A,
  deed: Deed<A, I, T> | InSteps<A, I, T>,
  input: I,
): Promise<(ctx: Ctx<A>) => Promise<T>> =>
  typeof deed === "function"
    ? Promise.resolve((ctx) => deed(ctx, input))
    : deed.prepare({ db: database().prisma, actor, now: new Date() }, input);

/** Does a deed: what takes long first, then the rest in one transaction. */
export async function perform<A extends Actor, I, T>(
  actor: A,
  deed: Deed<A, I, T> | InSteps<A, I, T>,
  input: I,
): Promise<T> {
  const run = await prepared(actor, deed, input);
  return inOwnTransaction(actor, deed, input, (db) => run({ db, actor, now: new Date() }));
}

/**
 * The same for a deed whose input somebody else could guess, such as a password at a browser that was left open. Attempts are counted
 * for the account before anything is looked at, in a transaction of their own, and forgotten when one succeeds.
 * @throws Refusal `limit_reached` while it must wait
 */
export async function performGuarded<I, T>(
  actor: PersonActor,
  deed: Deed<PersonActor, I, T> | InSteps<PersonActor, I, T>,
  input: I,
): Promise<T> {
  const waitSeconds = await perform(actor, countConfirmation, undefined);
  if (waitSeconds > 0) {
    const wait = formatQuantity(waitSeconds, "second");
    throw new Refusal("limit_reached", `Too many attempts. Try again in ${wait}.`);
  }
  const run = await prepared(actor, deed, input);
  return inOwnTransaction(actor, deed, input, async (db) => {
    const ctx = { db, actor, now: new Date() };
    const done = await run(ctx);
    await forgetConfirmations(ctx);
    return done;
  });
}
