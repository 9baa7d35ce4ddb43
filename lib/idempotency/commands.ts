import { createHmac } from "node:crypto";
import type { Actor, Ctx, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { derivedKey, readingKeys } from "@/lib/keys";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

/** How long an answer is kept for whoever asks again. In seconds. */
const KEPT_SECONDS = DAY_SECONDS;

/** What is asked may hold a value that somebody could guess, so that its digest has a key. */
const digestOf = (key: Buffer, asked: string) => createHmac("sha256", key).update(asked).digest();

/** A request that its client may send again: by the key that it chose for it. */
export type KeyedRequest = {
  readonly tenantId: string;
  /** The API client's machine id. */
  readonly clientId: string;
  readonly key: string;
  /** Everything that was asked, in one text; a digest of it is kept. */
  readonly asked: string;
};

/** What was answered, with no secret's value in it. */
export type KeptAnswer = { readonly status: number; readonly body: string | null };

/**
 * Takes the key for the transaction that does what is asked, so that it is done once: whoever comes with the same key waits for that
 * transaction, and gets its answer.
 * @returns the answer that was given before; null for who is first
 * @throws Refusal `invalid` when the key was used for another request
 */
export async function takeKey(
  ctx: Pick<Ctx<Actor>, "db" | "now">,
  request: KeyedRequest,
): Promise<KeptAnswer | null> {
  const { db, now } = ctx;
  const { tenantId, clientId, key, asked } = request;
  const oldest = addSeconds(now, -KEPT_SECONDS);
  const digest = digestOf(derivedKey("idempotency digest"), asked);
  const taken = await db.$queryRaw<unknown[]>`
    INSERT INTO idempotency_keys AS known (tenant_id, client_id, key, digest, at)
    VALUES (${tenantId}::uuid, ${clientId}::uuid, ${key}, ${digest}, ${now})
    ON CONFLICT (client_id, key) DO UPDATE SET digest = EXCLUDED.digest, at = EXCLUDED.at, status = NULL, body = NULL
     WHERE known.at <= ${oldest}
    RETURNING key`;
  if (taken.length > 0) return null;
  const known = await findAnswer(ctx, request);
  if (!known) throw new Refusal("conflict", "The first request with this key is not over. Try again.");
  return known;
}

/**
 * @returns the answer that was given before; null where there is none yet
 * @throws Refusal `invalid` when the key was used for another request
 */
export async function findAnswer(
  { db, now }: Pick<Ctx<Actor>, "db" | "now">,
  { tenantId, clientId, key, asked }: KeyedRequest,
): Promise<KeptAnswer | null> {
  const known = await db.idempotencyKey.findFirst({
    where: { tenantId, clientId, key, at: { gt: addSeconds(now, -KEPT_SECONDS) } },
    select: { digest: true, status: true, body: true },
  });
  if (!known?.status) return null;
  if (!readingKeys("idempotency digest").some((each) => digestOf(each, asked).equals(known.digest))) {
    throw new Refusal(
      "invalid",
      "This Idempotency-Key came before with another request. Choose a new key for each request.",
      { problem: "idempotency_key_reused" },
    );
  }
  return { status: known.status, body: known.body };
}

/** Keeps what is answered, in the transaction of what was done. */
export async function keepAnswer(
  { db }: Pick<Ctx<Actor>, "db">,
  { tenantId, clientId, key }: KeyedRequest,
  answer: KeptAnswer,
): Promise<void> {
  await db.idempotencyKey.updateMany({ where: { tenantId, clientId, key }, data: answer });
}

/** Forgets answers that nobody gets again. @returns how many */
export async function forgetAnswers({ db, now }: Ctx<SystemActor>): Promise<number> {
  const { count } = await db.idempotencyKey.deleteMany({
    where: { at: { lte: addSeconds(now, -KEPT_SECONDS) } },
  });
  return count;
}
