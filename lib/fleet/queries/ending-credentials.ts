import type { Ctx, SystemActor } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import { EXPIRY_MARKS_DAYS } from "@/lib/notifications/rules";
import { NAMED_MAX, type NamedCredential, type NamedMachine } from "@/lib/notifications/schema";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";
import { IS_OF_ROBOTS } from "./secret-conditions";

/** After one instant and not after the other. */
export type Stretch = { readonly from: Date; readonly to: Date };

/** Some of a tenant that are told of together: how many they are, and the first of them. */
export type Group<Named> = {
  readonly tenantId: string;
  readonly count: number;
  readonly named: readonly [Named, ...Named[]];
};

type Ending = NamedCredential & { readonly expiresAt: Date };
export type Counted<Named> = Named & {
  readonly tenantId: string;
  readonly count: number;
  /** Its place in its group. */
  readonly place: bigint;
};

const ENDING = Prisma.sql`
  c.tenant_id AS "tenantId", c.id AS "credentialId", c.name AS "credentialName", c.kind AS "credentialKind",
  c.machine_id AS "machineId", m.name AS "machineName", c.expires_at AS "expiresAt"`;

/** What a rotation retires ends as somebody meant it to, and is told of with the rotation. */
export const NOT_RETIRED = Prisma.sql`
  NOT EXISTS (SELECT FROM rotations r WHERE r.tenant_id = c.tenant_id AND r.from_credential_id = c.id
                 AND (r.ended_at IS NULL OR r.end_code IN ('moved', 'expired', 'ended_now')))`;

/** @returns the rows in groups; those of one group stand together */
export function grouped<Named>(
  rows: readonly Counted<Named>[],
  isSame: (one: Counted<Named>, other: Counted<Named>) => boolean,
): Group<Named>[] {
  const groups: { tenantId: string; count: number; named: [Named, ...Named[]] }[] = [];
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    const { tenantId, count, place: _place, ...named } = row;
    if (before && isSame(before, row)) groups.at(-1)?.named.push(named as Named);
    else groups.push({ tenantId, count, named: [named as Named] });
  }
  return groups;
}

const sameTenant = (one: { tenantId: string }, other: { tenantId: string }) =>
  one.tenantId === other.tenantId;
const dayOf = (at: Date) => at.toISOString().slice(0, "2026-11-28".length);

/**
 * The credentials that came to a mark before their end in this stretch of time, with all of their tenant that end on the same day in UTC; those
 * days are left out that the tenant was told of at this mark. One that was made to last no longer than that is not told of.
 */
export async function listEnding(
  { db }: Ctx<SystemActor>,
  days: (typeof EXPIRY_MARKS_DAYS)[number],
  { from, to }: Stretch,
): Promise<Group<Ending>[]> {
  const mark = days * DAY_SECONDS;
  // Whoever comes to two marks at once, after a long silence, is told of at the later one.
  const next = EXPIRY_MARKS_DAYS.find((other) => other < days) ?? 0;
  const after = new Date(
    Math.max(addSeconds(from, mark).getTime(), addSeconds(to, next * DAY_SECONDS).getTime()),
  );
  const rows = await db.$queryRaw<Counted<Ending>[]>`
    WITH came AS (
      SELECT DISTINCT tenant_id, date_trunc('day', expires_at, 'UTC') AS day FROM credentials c
       WHERE expires_at > ${after} AND expires_at <= ${addSeconds(to, mark)} AND revoked_at IS NULL AND expiry_cut_at IS NULL
         AND created_at < expires_at - make_interval(secs => ${mark + HOUR_SECONDS}) AND ${NOT_RETIRED})
    SELECT * FROM (
      SELECT ${ENDING}, (count(*) OVER day)::int AS count,
             row_number() OVER (PARTITION BY came.tenant_id, came.day ORDER BY c.expires_at, c.id) AS place
        FROM came
        JOIN credentials c ON c.tenant_id = came.tenant_id AND c.expires_at >= came.day
         AND c.expires_at < came.day + interval '24 hours' AND c.expires_at > ${to} AND c.revoked_at IS NULL AND ${NOT_RETIRED}
        JOIN machines m ON m.tenant_id = c.tenant_id AND m.id = c.machine_id
       WHERE NOT EXISTS (SELECT FROM notifications n
                          WHERE n.tenant_id = came.tenant_id AND n.kind = 'credential.expiring'
                            AND n.key = ${`${days}:`} || to_char(came.day AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
      WINDOW day AS (PARTITION BY came.tenant_id, came.day)) ending
     WHERE place <= ${NAMED_MAX} ORDER BY "tenantId", "expiresAt", "credentialId"`;
  return grouped(
    rows,
    (one, other) => sameTenant(one, other) && dayOf(one.expiresAt) === dayOf(other.expiresAt),
  );
}

/** The credentials whose time ended in this stretch of time. */
export async function listEnded({ db }: Ctx<SystemActor>, { from, to }: Stretch): Promise<Group<Ending>[]> {
  const rows = await db.$queryRaw<Counted<Ending>[]>`
    SELECT * FROM (
      SELECT ${ENDING}, (count(*) OVER (PARTITION BY c.tenant_id))::int AS count,
             row_number() OVER (PARTITION BY c.tenant_id ORDER BY c.expires_at, c.id) AS place
        FROM credentials c JOIN machines m ON m.tenant_id = c.tenant_id AND m.id = c.machine_id
       WHERE c.expires_at > ${from} AND c.expires_at <= ${to} AND c.revoked_at IS NULL AND ${NOT_RETIRED}) ended
     WHERE place <= ${NAMED_MAX} ORDER BY "tenantId", "expiresAt", "credentialId"`;
  return grouped(rows, sameTenant);
}

/** The machines that have no live credential, and lost the last one in this stretch of time: deleted, expired or disabled. */
export async function listWithoutCredential(
  { db }: Ctx<SystemActor>,
  { from, to }: Stretch,
): Promise<Group<NamedMachine>[]> {
  const rows = await db.$queryRaw<Counted<NamedMachine>[]>`
    SELECT * FROM (
      SELECT m.tenant_id AS "tenantId", m.id AS "machineId", m.name AS "machineName",
             (count(*) OVER (PARTITION BY m.tenant_id))::int AS count,
             row_number() OVER (PARTITION BY m.tenant_id ORDER BY m.name_key, m.id) AS place
        FROM machines m
       CROSS JOIN LATERAL (SELECT max(LEAST(revoked_at, expiry_cut_at, disabled_at)) AS at FROM credentials
                            WHERE tenant_id = m.tenant_id AND machine_id = m.id) lost
       WHERE m.deleted_at IS NULL AND ${IS_OF_ROBOTS} AND m.live_secrets = 0 AND m.live_keys = 0 AND lost.at > ${from} AND lost.at <= ${to}) without
     WHERE place <= ${NAMED_MAX} ORDER BY "tenantId", place`;
  return grouped(rows, sameTenant);
}
