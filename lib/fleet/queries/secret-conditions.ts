import { UNUSED_AFTER_DAYS } from "@/lib/credentials/rules";
import { Prisma } from "@/lib/generated/prisma/client";
import type { SecretFilter } from "@/lib/machines/schema";
import { addSeconds, DAY_SECONDS } from "@/lib/time";

/** @returns the condition under which a row of credentials is live: neither deleted nor expired */
export const isLive = (now: Date): Prisma.Sql =>
  Prisma.sql`revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`;

/** @returns the condition under which a credential was used, but not for long */
export const isUnused = (now: Date): Prisma.Sql =>
  Prisma.sql`last_used_at < ${addSeconds(now, -UNUSED_AFTER_DAYS * DAY_SECONDS)}`;

/** @returns the condition under which a machine `m` is one that the filter means */
export function hasSecrets(filter: SecretFilter, now: Date): Prisma.Sql {
  const ofMachine = Prisma.sql`FROM credentials WHERE tenant_id = m.tenant_id AND machine_id = m.id AND ${isLive(now)}`;
  if (filter === "single") {
    return Prisma.sql`(SELECT count(*) = 1 AND bool_and(kind = 'Secret') ${ofMachine})`;
  }
  const use = filter === "neverUsed" ? Prisma.sql`last_used_at IS NULL` : isUnused(now);
  return Prisma.sql`EXISTS (SELECT ${ofMachine} AND kind = 'Secret' AND ${use})`;
}
