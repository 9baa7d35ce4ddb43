import { record } from "@/lib/audit/commands";
import type { Actor, Ctx, SystemActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { makeKey } from "@/lib/identity/key-material";
import { type KeyRow, readKeyLives } from "@/lib/identity/queries";
import { scheduledChange, signerAt, stateOf } from "@/lib/identity/rules";
import { signal } from "@/lib/signals";
import { lockSigningKeys, publishKey } from "./publish-key";

/** Makes a key that signs at once when there is none that signs: the first start, of however many processes. */
export async function ensureSigningKey(ctx: Ctx<Actor>): Promise<{ kid: string }> {
  await lockSigningKeys(ctx);
  const keys = await readKeyLives(ctx);
  // Another process that began a little later, or by another clock, may have made it while this one waited.
  const now = new Date(Math.max(ctx.now.getTime(), ...keys.map(({ createdAt }) => createdAt.getTime())));
  const signer = signerAt(keys, now);
  if (signer) return { kid: signer.kid };
  const key = await makeKey(env().signingAlgorithm);
  await publishKey(ctx, key, { activatesAt: ctx.now });
  return { kid: key.kid };
}

const supersededAmong = (keys: readonly KeyRow[], now: Date) => {
  const signer = signerAt(keys, now);
  const superseded = keys.filter((key) => !key.retiredAt && stateOf(key, signer, now) === "Retired");
  return { signer, superseded };
};

/**
 * What time does to keys. Every process's clock asks; most times there is nothing to do and nothing is locked.
 * - A key that another has succeeded is retired from the moment the other became active; both get their event.
 * - When rotation by schedule is due, the next key is published.
 * - Counts of tokens that have expired are forgotten.
 */
export async function keepSigningKeys(ctx: Ctx<SystemActor>): Promise<void> {
  await ctx.db.tokenIssue.deleteMany({ where: { expiresAt: { lte: ctx.now } } });
  const isDue = (keys: readonly KeyRow[]) =>
    scheduledChange(keys, env().signingKeyRotationDays, ctx.now) !== null ||
    supersededAmong(keys, ctx.now).superseded.length > 0;
  if (!isDue(await readKeyLives(ctx))) return;
  await lockSigningKeys(ctx);
  // Asked again under the lock: of several processes that look at once, one finds something to do.
  const keys = await readKeyLives(ctx);
  await retireSuperseded(ctx, keys);
  const activatesAt = scheduledChange(keys, env().signingKeyRotationDays, ctx.now);
  if (activatesAt) await publishKey(ctx, await makeKey(env().signingAlgorithm), { activatesAt });
}

async function retireSuperseded(ctx: Ctx<SystemActor>, keys: readonly KeyRow[]): Promise<void> {
  const { signer, superseded } = supersededAmong(keys, ctx.now);
  if (!signer || superseded.length === 0) return;
  const kids = superseded.map(({ kid }) => kid);
  await ctx.db.signingKey.updateMany({
    where: { kid: { in: kids }, retiredAt: null },
    data: { retiredAt: signer.activatesAt },
  });
  await record(
    ctx,
    [
      { type: "signing_key.activated", kid: signer.kid },
      ...kids.map((kid) => ({ type: "signing_key.retired" as const, kid })),
    ],
    null,
  );
  await signal(ctx.db, [{ kind: "keys" }]);
}
