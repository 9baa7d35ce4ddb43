import { isLive } from "@/lib/credentials/conditions";
import { UNUSED_AFTER_DAYS } from "@/lib/credentials/rules";
import { Prisma } from "@/lib/generated/prisma/client";
import type { SecretFilter } from "@/lib/machines/schema";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

/** A machine `m` is one that robots run from; the indexes of lists have no other. */
export const IS_OF_ROBOTS = Prisma.sql`m.kind <> 'ApiClient'`;

/** How long a secret was not used: not at all yet, or not for long. */
export type Idleness = Exclude<SecretFilter, "single">;

/** @returns the live secrets of machines of a tenant that are not used, one row each; from one index alone */
export function idleSecrets(tenantId: string, idleness: Idleness, now: Date): Prisma.Sql {
  const since = addSeconds(now, -UNUSED_AFTER_DAYS * DAY_SECONDS);
  const use = idleness === "neverUsed" ? Prisma.sql`IS NULL` : Prisma.sql`< ${since}`;
  return Prisma.sql`
    SELECT machine_id FROM credentials
     WHERE tenant_id = ${tenantId}::uuid AND kind = 'Secret' AND ${isLive(now)} AND last_used_at ${use}
       AND machine_id NOT IN (SELECT machine_id FROM api_clients WHERE tenant_id = ${tenantId}::uuid)`;
}

/** @returns the condition under which one live secret is all that a machine `m` has */
export const hasOneSecret = (now: Date): Prisma.Sql => Prisma.sql`
  m.live_secrets = 1 AND m.live_keys = 0
  AND EXISTS (SELECT FROM credentials WHERE tenant_id = m.tenant_id AND machine_id = m.id AND ${isLive(now)})`;
