import { createHash } from "node:crypto";
import type { AnonymousActor, Ctx, PersonActor } from "@/lib/ctx";
import { networkOf, siteOf } from "@/lib/network";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { type BucketKind, emailKey, isForgotten, remainingPauseSeconds } from "./rules";

type Bucket = { readonly kind: BucketKind; readonly name: string };

const name = (kind: BucketKind, ...parts: string[]): Bucket => ({
  kind,
  name: `${kind}:${createHash("sha256").update(parts.join("\0")).digest("base64url")}`,
});

function bucketsOf(ctx: Ctx<AnonymousActor>, email: string, knownBrowser: string | null): Bucket[] {
  if (knownBrowser) return [name("browser", knownBrowser)];
  const address = ctx.actor.address ?? "";
  return [
    name("pair", emailKey(email), networkOf(address)),
    name("address", networkOf(address)),
    ...(siteOf(address) === networkOf(address) ? [] : [name("site", siteOf(address))]),
  ];
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
  const names = buckets.map((bucket) => bucket.name);
  await ctx.db.signInFailure.createMany({
    data: names.map((bucket) => ({ bucket, failures: 0, lastFailedAt: ctx.now })),
    skipDuplicates: true,
  });
  const rows = await ctx.db.$queryRaw<{ bucket: string; failures: number; lastFailedAt: Date }[]>`
    SELECT bucket, failures, last_failed_at AS "lastFailedAt" FROM sign_in_failures
     WHERE bucket = ANY(${names}) ORDER BY bucket FOR UPDATE`;
  const kindOf = new Map(buckets.map((bucket) => [bucket.name, bucket.kind]));
  const waitSeconds = Math.max(
    0,
    ...rows.map((row) => remainingPauseSeconds(kindOf.get(row.bucket) ?? "pair", row, ctx.now)),
  );
  if (waitSeconds > 0) return waitSeconds;
  const forgotten = rows.filter((row) => isForgotten(row.lastFailedAt, ctx.now)).map(({ bucket }) => bucket);
  // One statement, for others wait for these rows.
  await ctx.db.$executeRaw`
    UPDATE sign_in_failures
       SET failures = CASE WHEN bucket = ANY(${forgotten}) THEN 1 ELSE failures + 1 END, last_failed_at = ${ctx.now}
     WHERE bucket = ANY(${names})`;
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
  for (const bucket of names.sort()) await giveBack(ctx, bucket);
}

async function giveBack(ctx: Ctx<AnonymousActor>, bucket: string): Promise<void> {
  await ctx.db.signInFailure.updateMany({
    where: { bucket, failures: { gt: 0 } },
    data: { failures: { decrement: 1 } },
  });
}

/** The attempt was a success: the account's own buckets are cleared, the address gets its attempt back. */
export async function forgetAttempt(
  ctx: Ctx<AnonymousActor>,
  email: string,
  knownBrowser: string | null,
): Promise<void> {
  const buckets = [...bucketsOf(ctx, email, knownBrowser), ...codeBuckets(email, knownBrowser)];
  // In countAttempt's order: another one deadlocks with an attempt that comes at the same time.
  for (const { kind, name: bucket } of buckets.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    if (kind === "address" || kind === "site") await giveBack(ctx, bucket);
    else await ctx.db.signInFailure.deleteMany({ where: { bucket } });
  }
  await ctx.db.$executeRaw`
    DELETE FROM sign_in_failures WHERE bucket IN (
      SELECT bucket FROM sign_in_failures WHERE last_failed_at < ${addSeconds(ctx.now, -DAY_SECONDS)}
         FOR UPDATE SKIP LOCKED)`;
}
