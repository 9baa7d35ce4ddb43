import { mayBeClientId } from "@/lib/client-id";
import type { AnonymousActor, Ctx, Sql, SystemActor } from "@/lib/ctx";
import { log } from "@/lib/log";
import { addSeconds, MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { type Bucket, failureBuckets, isFull, keep } from "./failure-buckets";
import { OAuthError } from "./oauth-error";

// Sorted, so that two processes lock the rows in the same order.
const COUNT = {
  name: "client_failure_count",
  text: `INSERT INTO client_failures AS counted (bucket, window_ends_at, failures)
         SELECT bucket, window_ends_at, 1 FROM unnest($1::text[], $2::timestamptz[]) AS failed(bucket, window_ends_at)
          ORDER BY bucket
             ON CONFLICT (bucket, window_ends_at) DO UPDATE SET failures = counted.failures + 1
         RETURNING bucket, failures`,
};

/** A process whose clock is behind may still count in a window that is over here. */
const CLOCKS_DIFFER_SECONDS = MINUTE_SECONDS;

/** What a client id looks like here; anything else that was sent as one may be a secret in the wrong field, and is not logged. */

/**
 * Counts a client authentication that failed, and slows down whoever fails too often (RFC 6749 §2.3.1, §10.10). Who authenticates is
 * never asked how often others failed: right credentials are never refused because of wrong ones.
 *
 * A failure that the database had to be asked about is counted there, for all processes, until this process knows that the limit is
 * reached; one that was refused without it is counted in this process only.
 * @param claimedClientId whom the failed request claimed to be; null where that cannot be read
 * @param error `invalid_client`
 * @returns the error; `slow_down` instead of it over the limit
 */
export async function countFailure(
  ctx: Ctx<AnonymousActor, Sql>,
  claimedClientId: string | null,
  error: OAuthError,
  isDatabaseAsked: boolean,
): Promise<OAuthError> {
  const buckets = failureBuckets(ctx.actor.address, claimedClientId, ctx.now);
  const over = await count(ctx, buckets, isDatabaseAsked);
  if (over.length === 0) return error;
  report(ctx, over, claimedClientId);
  const endsAt = Math.max(...over.map(({ windowEndsAt }) => windowEndsAt.getTime()));
  const retryAfterSeconds = Math.ceil((endsAt - ctx.now.getTime()) / SECOND_MILLISECONDS);
  return new OAuthError("slow_down", { reason: error.reason, retryAfterSeconds });
}

/** @returns the buckets in which this failure is over the limit. Once one is full nothing is counted any more. */
async function count(
  ctx: Ctx<AnonymousActor, Sql>,
  buckets: readonly Bucket[],
  isDatabaseAsked: boolean,
): Promise<Bucket[]> {
  const full = buckets.filter(isFull);
  for (const bucket of full.length > 0 ? full : buckets) keep(bucket);
  if (full.length > 0) return full;
  if (isDatabaseAsked) return countForAll(ctx.db, buckets);
  for (const bucket of buckets) bucket.local += 1;
  return [];
}

async function countForAll(db: Sql, buckets: readonly Bucket[]): Promise<Bucket[]> {
  // Before the write is answered, so that a thousand failures at once are not a thousand writes.
  for (const bucket of buckets) bucket.written += 1;
  try {
    const rows = await db.query<{ bucket: string; failures: number }>(COUNT, [
      buckets.map(({ name }) => name),
      buckets.map(({ windowEndsAt }) => windowEndsAt),
    ]);
    const counts = new Map(rows.map(({ bucket, failures }) => [bucket, failures]));
    return buckets.filter((bucket) => {
      const failures = counts.get(bucket.name) ?? 0;
      bucket.shared = Math.max(bucket.shared, failures);
      return bucket.local + failures > bucket.limit;
    });
  } catch (error) {
    // The client gets the answer it would have got; what cannot be shared is counted here.
    for (const bucket of buckets) {
      bucket.written -= 1;
      bucket.local += 1;
    }
    log.warn({ reason: error instanceof Error ? error.message : "" }, "a failed client was not counted");
    return [];
  }
}

/** One line a block and process, however many requests it refuses. */
function report({ actor }: Ctx<AnonymousActor, Sql>, over: readonly Bucket[], clientId: string | null): void {
  const isNamed = clientId !== null && mayBeClientId(clientId);
  for (const bucket of over) {
    if (bucket.isReported) continue;
    bucket.isReported = true;
    log.warn(
      {
        event: "token.throttled",
        by: bucket.kind,
        address: actor.address,
        ...(bucket.kind === "client" && isNamed && { clientId }),
        failures: bucket.limit,
        until: bucket.windowEndsAt,
      },
      "client authentication failed too often",
    );
  }
}

/** Forgets the failures of windows that are over. Of several processes that do so at once each takes what the others do not. */
export async function forgetFailures(ctx: Ctx<SystemActor>): Promise<void> {
  const endedBefore = addSeconds(ctx.now, -CLOCKS_DIFFER_SECONDS);
  await ctx.db.$executeRaw`
    DELETE FROM client_failures WHERE (bucket, window_ends_at) IN (
      SELECT bucket, window_ends_at FROM client_failures WHERE window_ends_at < ${endedBefore} FOR UPDATE SKIP LOCKED)`;
}
