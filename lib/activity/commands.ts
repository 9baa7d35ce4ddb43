import type { Ctx, SystemActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

/** So many rows at once keep no lock for long; the clock comes back in ten seconds. */
const FORGOTTEN_AT_ONCE = 5_000;

/**
 * Deletes the activity that was kept for as long as it should be, the oldest first. Of several processes that do so at once each takes
 * what the others do not. An address from which a credential was not used for that long is forgotten too; how often it was, and since
 * when the credential is in use, stays, under an empty address.
 */
export async function forgetActivity({ db, now }: Ctx<SystemActor>): Promise<void> {
  const before = addSeconds(now, -env().signInActivityDays * DAY_SECONDS);
  await db.$executeRaw`
    DELETE FROM token_requests WHERE id IN (
      SELECT id FROM token_requests WHERE at < ${before} ORDER BY at LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
  await db.$executeRaw`
    DELETE FROM token_request_hours WHERE (tenant_id, subject_id, hour) IN (
      SELECT tenant_id, subject_id, hour FROM token_request_hours WHERE hour < ${before}
       ORDER BY hour LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`;
  await db.$executeRaw`
    WITH gone AS (
      DELETE FROM credential_uses WHERE (tenant_id, credential_id, address) IN (
        SELECT tenant_id, credential_id, address FROM credential_uses WHERE last_at < ${before} AND address <> ''
         ORDER BY last_at LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)
      RETURNING *)
    INSERT INTO credential_uses AS known (tenant_id, credential_id, address, first_at, last_at, count)
    SELECT tenant_id, credential_id, '', min(first_at), max(last_at), sum(count) FROM gone
     GROUP BY tenant_id, credential_id ORDER BY tenant_id, credential_id
        ON CONFLICT (tenant_id, credential_id, address) DO UPDATE SET
          first_at = LEAST(known.first_at, EXCLUDED.first_at), last_at = GREATEST(known.last_at, EXCLUDED.last_at),
          count = known.count + EXCLUDED.count`;
}
