import { createHash } from "node:crypto";
import type { AnonymousActor, Ctx, PersonActor } from "@/lib/ctx";
import { networkOf } from "@/lib/network";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { type BucketKind, emailKey, isForgotten, remainingPauseSeconds } from "./rules";

type Bucket = { readonly kind: BucketKind; readonly name: string };

const name = (kind: BucketKind, ...parts: string[]): Bucket => ({
  kind,
  name: `${kind}:${createHash("sha256").update(parts.join("\0")).digest("base64url")}`,
});

function bucketsOf(ctx: Ctx<AnonymousActor>, email: string, knownBrowser: string | null): Bucket[] {
  if (knownBrowser) return [name("browser", knownBrowser)];
  const address = networkOf(ctx.actor.address ?? "");
  return [name("pair", emailKey(email), address), name("address", address)];
}

const codeBuckets = (email: string, knownBrowser: string | null): Bucket[] =>
  knownBrowser ? [] : [name("code", emailKey(email))];

/**
 * Counts an attempt as failed before the password is looked at, so that many at once cannot slip through together;
 * `forgetAttempt` takes it back.
 * @param knownBrowser the nonce of a browser in which this account signed in before
 * @returns 0 when the attempt may go on, else the seconds to wait
 */
export async function countAttempt(
  ctx: Ctx<AnonymousActor>,
  email: string,
  knownBrowser: string | null,
): Promise<number> {
  return count(ctx, bucketsOf(ctx, email, knownBrowser));
}

/** All of an account's sign-ins together: whoever holds several of them has not more attempts. */
const ownBuckets = ({ actor }: Ctx<PersonActor>): Bucket[] => [name("account", actor.id)];

/**
 * The same for somebody who is signed in and proves again who they are.
 * @returns 0 when the attempt may go on, else the seconds to wait
 */
export const countConfirmation = (ctx: Ctx<PersonActor>): Promise<number> => count(ctx, ownBuckets(ctx));

/** They proved it. */
export async function forgetConfirmations(ctx: Ctx<PersonActor>): Promise<void> {
  const names = ownBuckets(ctx).map((bucket) => bucket.name);
  await ctx.db.signInFailure.deleteMany({ where: { bucket: { in: names } } });
}

/**
 * Counts a guess at the second factor of somebody whose password was right, whatever address it comes from; a known browser
 * is counted by itself already.
 * @returns 0 when the code may be looked at, else the seconds to wait
 */
export async function countCode(
  ctx: Ctx<AnonymousActor>,
  email: string,
  knownBrowser: string | null,
): Promise<number> {
  return count(ctx, codeBuckets(email, knownBrowser));
}

async function count(ctx: Ctx<AnonymousActor | PersonActor>, buckets: readonly Bucket[]): Promise<number> {
  if (buckets.length === 0) return 0;
  await ctx.db.signInFailure.createMany({
    data: buckets.map((bucket) => ({ bucket: bucket.name, failures: 0, lastFailedAt: ctx.now })),
    skipDuplicates: true,
  });
  const rows = await ctx.db.$queryRaw<{ bucket: string; failures: number; lastFailedAt: Date }[]>`
    SELECT bucket, failures, last_failed_at AS "lastFailedAt" FROM sign_in_failures
     WHERE bucket = ANY(${buckets.map((bucket) => bucket.name)}) ORDER BY bucket FOR UPDATE`;
  const kindOf = new Map(buckets.map((bucket) => [bucket.name, bucket.kind]));
  const waitSeconds = Math.max(
    0,
    ...rows.map((row) => remainingPauseSeconds(kindOf.get(row.bucket) ?? "pair", row, ctx.now)),
  );
  if (waitSeconds > 0) return waitSeconds;
  for (const row of rows) {
    await ctx.db.signInFailure.update({
      where: { bucket: row.bucket },
      data: {
        failures: isForgotten(row.lastFailedAt, ctx.now) ? 1 : row.failures + 1,
        lastFailedAt: ctx.now,
      },
    });
  }
  return 0;
}

/**
 * The attempt was neither a failure nor a success yet: it asked how to go on. It is given back, but earlier failures stay,
 * or whoever knows the password would guess codes without a pause.
 */
export async function giveBackAttempt(
  ctx: Ctx<AnonymousActor>,
  email: string,
  knownBrowser: string | null,
): Promise<void> {
  // One after the other in countAttempt's order, against deadlocks.
  const names = bucketsOf(ctx, email, knownBrowser).map((bucket) => bucket.name);
  for (const bucket of names.sort()) {
    await ctx.db.signInFailure.updateMany({
      where: { bucket, failures: { gt: 0 } },
      data: { failures: { decrement: 1 } },
    });
  }
}

/** The attempt was a success: the account's own buckets are cleared, the address gets its attempt back. */
export async function forgetAttempt(
  ctx: Ctx<AnonymousActor>,
  email: string,
  knownBrowser: string | null,
): Promise<void> {
  const buckets = [...bucketsOf(ctx, email, knownBrowser), ...codeBuckets(email, knownBrowser)];
  const names = (isShared: boolean) =>
    buckets.filter(({ kind }) => (kind === "address") === isShared).map((bucket) => bucket.name);
  // The address first, as countAttempt locks it: the other order deadlocks with an attempt that comes at the same time.
  await ctx.db.signInFailure.updateMany({
    where: { bucket: { in: names(true) }, failures: { gt: 0 } },
    data: { failures: { decrement: 1 } },
  });
  await ctx.db.signInFailure.deleteMany({ where: { bucket: { in: names(false) } } });
  await ctx.db.$executeRaw`
    DELETE FROM sign_in_failures WHERE bucket IN (
      SELECT bucket FROM sign_in_failures WHERE last_failed_at < ${addSeconds(ctx.now, -DAY_SECONDS)}
         FOR UPDATE SKIP LOCKED)`;
}
