import type { Ctx } from "@/lib/ctx";
import type { AttentionList, CredentialInNeed, MachineInNeed, OverviewAttention } from "@/lib/fleet/schema";
import { Prisma } from "@/lib/generated/prisma/client";
import { COUNTED_MAX } from "@/lib/pages";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { NOT_RETIRED } from "./ending-credentials";
import { IS_OF_ROBOTS } from "./secret-conditions";

/** So many of each are named; the others are counted. */
const NAMED = 4;
/** How long before its end a credential needs somebody, and how long after it. */
const BEFORE_SECONDS = 14 * DAY_SECONDS;
const AFTER_SECONDS = DAY_SECONDS;
/** A rotation that still waits for hosts so short before the old one's end. */
const ROTATION_SECONDS = 3 * DAY_SECONDS;

const NAMES = Prisma.sql`
  m.id AS "machineId", m.name AS "machineName", c.id AS "credentialId", c.name AS "credentialName", c.kind AS "credentialKind"`;

/** @returns the first of what was found, and how many there are, so far as they are counted */
async function listed<Row>(ctx: Ctx, found: Prisma.Sql, order: Prisma.Sql): Promise<AttentionList<Row>> {
  const rows = await ctx.db.$queryRaw<(Row & { count: number })[]>`
    WITH found AS MATERIALIZED (${found} LIMIT ${COUNTED_MAX + 1})
    SELECT *, (SELECT count(*)::int FROM found) AS count FROM found ORDER BY ${order} LIMIT ${NAMED}`;
  return {
    count: rows[0]?.count ?? 0,
    first: rows.map(({ count: _count, ...row }) => row as unknown as Row),
  };
}

/** Those with an end in a stretch of time. */
const ending = (ctx: Ctx, from: Date, to: Date) => Prisma.sql`
  SELECT ${NAMES}, c.expires_at AS at FROM credentials c JOIN machines m ON m.tenant_id = c.tenant_id AND m.id = c.machine_id
   WHERE c.tenant_id = ${ctx.actor.tenantId}::uuid AND c.revoked_at IS NULL AND c.expires_at > ${from} AND c.expires_at <= ${to}
     AND ${NOT_RETIRED} AND ${IS_OF_ROBOTS}
   ORDER BY c.expires_at`;

const withoutCredential = (ctx: Ctx) => Prisma.sql`
  SELECT m.id AS "machineId", m.name AS "machineName" FROM machines m
   WHERE m.tenant_id = ${ctx.actor.tenantId}::uuid AND m.deleted_at IS NULL AND m.live_secrets = 0 AND m.live_keys = 0
     AND m.disabled_at IS NULL AND ${IS_OF_ROBOTS}
   ORDER BY m.id DESC`;

const rehearsedAndUsed = (ctx: Ctx) => Prisma.sql`
  SELECT ${NAMES}, r.ends_at AS at FROM rehearsals r
    JOIN credentials c ON c.tenant_id = r.tenant_id AND c.id = r.credential_id AND c.last_used_at > r.started_at
    JOIN machines m ON m.tenant_id = r.tenant_id AND m.id = r.machine_id
   WHERE r.tenant_id = ${ctx.actor.tenantId}::uuid AND r.ended_at IS NULL AND r.ends_at > ${ctx.now} AND ${IS_OF_ROBOTS}
   ORDER BY r.ends_at`;

const stuckRotations = (ctx: Ctx) => Prisma.sql`
  SELECT ${NAMES}, r.latest_end AS at FROM rotations r
    JOIN credentials c ON c.tenant_id = r.tenant_id AND c.id = r.from_credential_id
    JOIN machines m ON m.tenant_id = r.tenant_id AND m.id = r.machine_id
   WHERE r.tenant_id = ${ctx.actor.tenantId}::uuid AND r.ended_at IS NULL
     AND r.latest_end <= ${addSeconds(ctx.now, ROTATION_SECONDS)} AND ${IS_OF_ROBOTS}
     AND EXISTS (SELECT FROM sessions s WHERE s.tenant_id = r.tenant_id AND s.credential_id = r.from_credential_id
                                          AND s.ended_at IS NULL)
   ORDER BY r.latest_end`;

/** @returns what somebody should look at now; it follows from what there is, not from what people were told once */
export async function readAttention(ctx: Ctx): Promise<OverviewAttention> {
  const { now } = ctx;
  const byTime = Prisma.sql`at, "credentialId"`;
  const credentials = (found: Prisma.Sql) => listed<CredentialInNeed>(ctx, found, byTime);
  const [ended, soon, without, rehearsed, rotations, webhooksOff] = await Promise.all([
    credentials(ending(ctx, addSeconds(now, -AFTER_SECONDS), now)),
    credentials(ending(ctx, now, addSeconds(now, BEFORE_SECONDS))),
    listed<MachineInNeed>(ctx, withoutCredential(ctx), Prisma.sql`"machineId" DESC`),
    credentials(rehearsedAndUsed(ctx)),
    credentials(stuckRotations(ctx)),
    ctx.db.webhook.count({
      where: { tenantId: ctx.actor.tenantId, isGivenUp: true, offSince: { not: null } },
    }),
  ]);
  return { ended, ending: soon, withoutCredential: without, rehearsed, rotations, webhooksOff };
}
