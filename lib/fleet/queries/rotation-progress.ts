import type { Ctx, SystemActor } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import { seenSince } from "@/lib/rotations/rules";
import {
  type RotationEndCode,
  type RotationView,
  WAITING_SHOWN_MAX,
  type WaitingHost,
} from "@/lib/rotations/schema";

/** The condition under which a session `s` is the newest of its host: the host is on the credential that it was opened with. */
const IS_NEWEST = Prisma.sql`NOT EXISTS (
  SELECT FROM sessions n WHERE n.tenant_id = s.tenant_id AND n.machine_id = s.machine_id AND n.host_key = s.host_key
     AND (n.started_at, n.id) > (s.started_at, s.id))`;

/** The condition under which a session `s` keeps a credential `f` in use since an instant: its host is still on it. */
const isOn = (since: Date | Prisma.Sql): Prisma.Sql => Prisma.sql`
  s.tenant_id = f.tenant_id AND s.credential_id = f.id AND s.heartbeat_at >= ${since} AND s.removed_at IS NULL`;

const SINCE = (now: Date) => Prisma.sql`${now}::timestamptz - r.seen_days * interval '24 hours'`;

/** An open rotation, with what is told of it. */
export type OpenRotation = {
  readonly id: string;
  readonly tenantId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly fromCredentialId: string;
  readonly toCredentialId: string;
  readonly credentialName: string;
  readonly credentialKind: "Secret" | "Key";
  readonly endsAt: Date | null;
};

const OPEN = Prisma.sql`r.id, r.tenant_id AS "tenantId", r.machine_id AS "machineId", m.name AS "machineName",
           r.from_credential_id AS "fromCredentialId", r.to_credential_id AS "toCredentialId",
           f.name AS "credentialName", f.kind::text AS "credentialKind", f.expires_at AS "endsAt"`;

const OF_OPEN = Prisma.sql`rotations r
      JOIN machines m ON m.tenant_id = r.tenant_id AND m.id = r.machine_id
      JOIN credentials f ON f.tenant_id = r.tenant_id AND f.id = r.from_credential_id
      JOIN credentials t ON t.tenant_id = r.tenant_id AND t.id = r.to_credential_id`;

export type DueRotation = OpenRotation & { readonly code: RotationEndCode };

/**
 * The open rotations of all tenants that are over, and why. One whose hosts are waited for is over when at least one has moved and none is
 * left; CASE asks in this order, the cheap questions first.
 * @param rotationId only that one
 */
export async function listDueRotations(ctx: Ctx<SystemActor>, rotationId?: string): Promise<DueRotation[]> {
  const { now } = ctx;
  const which = rotationId === undefined ? Prisma.empty : Prisma.sql`AND r.id = ${rotationId}::uuid`;
  const since = SINCE(now);
  return ctx.db.$queryRaw<DueRotation[]>`
    SELECT * FROM (
      SELECT ${OPEN}, CASE
               WHEN f.revoked_at IS NOT NULL THEN 'deleted'
               WHEN f.expires_at <= ${now} THEN 'expired'
               WHEN t.revoked_at IS NOT NULL OR t.expires_at <= ${now} THEN 'successor_ended'
               WHEN NOT r.retires_when_moved OR t.disabled_at IS NOT NULL THEN NULL
               WHEN EXISTS (SELECT FROM sessions s WHERE ${isOn(since)} AND s.ended_at IS NULL) THEN NULL
               WHEN NOT EXISTS (SELECT FROM sessions s WHERE s.tenant_id = t.tenant_id AND s.credential_id = t.id) THEN NULL
               WHEN EXISTS (SELECT FROM sessions s WHERE ${isOn(since)} AND ${IS_NEWEST}) THEN NULL
               ELSE 'moved' END AS code
        FROM ${OF_OPEN} WHERE r.ended_at IS NULL ${which}) AS open
     WHERE code IS NOT NULL ORDER BY "fromCredentialId"`;
}

/** How long before the end it is said that hosts are missing: a day, or half of the time that there was. */
const IS_NEAR = (now: Date) =>
  Prisma.sql`f.expires_at - LEAST(interval '24 hours', (f.expires_at - r.started_at) / 2) <= ${now}`;

/** @returns the open rotations of all tenants whose end is near while hosts have not moved, and how many those are, with the first names */
export async function listStuckRotations(
  ctx: Ctx<SystemActor>,
  namesMax: number,
): Promise<(OpenRotation & { readonly waiting: number; readonly hostNames: string[] })[]> {
  return ctx.db.$queryRaw`
    SELECT ${OPEN}, host.waiting, host.names[1:${namesMax}::int] AS "hostNames"
      FROM ${OF_OPEN} CROSS JOIN LATERAL (
        SELECT count(*)::int AS waiting, array_agg(s.host_name ORDER BY s.host_key) AS names
          FROM sessions s WHERE ${isOn(SINCE(ctx.now))} AND ${IS_NEWEST}) AS host
     WHERE r.ended_at IS NULL AND f.revoked_at IS NULL AND f.expires_at > ${ctx.now} AND ${IS_NEAR(ctx.now)} AND host.waiting > 0`;
}

/** @returns how many hosts are on a credential: the newest session of each was opened with it */
export async function countMoved(
  db: Ctx["db"],
  { tenantId, credentialId }: { readonly tenantId: string; readonly credentialId: string },
): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM sessions s
     WHERE s.tenant_id = ${tenantId}::uuid AND s.credential_id = ${credentialId} AND ${IS_NEWEST}`;
  return row?.count ?? 0;
}

type Waiting = { readonly waiting: number; readonly hosts: WaitingHost[] };

/** @returns the open rotations of a machine, the first begun first, each with the hosts that have moved and those that have not */
export async function listRotations(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<RotationView[]> {
  const { tenantId } = ctx.actor;
  const rows = await ctx.db.rotation.findMany({
    where: { tenantId, machineId, endedAt: null },
    orderBy: { id: "asc" },
    select: {
      id: true,
      fromCredentialId: true,
      toCredentialId: true,
      startedAt: true,
      startedBy: { select: { email: true } },
      retiresWhenMoved: true,
      seenDays: true,
      handsOver: true,
      previousEnd: true,
      from: { select: { expiresAt: true } },
    },
  });
  return Promise.all(
    rows.map(async ({ startedBy, from, ...row }) => {
      const [moved, { waiting, hosts }] = await Promise.all([
        countMoved(ctx.db, { tenantId, credentialId: row.toCredentialId }),
        hostsOn(ctx, row.fromCredentialId, seenSince(row.seenDays, ctx.now)),
      ]);
      return {
        ...row,
        startedBy: startedBy?.email ?? null,
        endsAt: from.expiresAt,
        moved,
        waiting,
        waitingHosts: hosts,
      };
    }),
  );
}

async function hostsOn(ctx: Ctx, credentialId: string, since: Date): Promise<Waiting> {
  const rows = await ctx.db.$queryRaw<(WaitingHost & { readonly waiting: number })[]>`
    SELECT s.host_name AS "hostName", s.address, s.heartbeat_at AS "seenAt", s.ended_at IS NULL AS "isConnected",
           count(*) OVER ()::int AS waiting
      FROM credentials f JOIN sessions s ON ${isOn(since)}
     WHERE f.tenant_id = ${ctx.actor.tenantId}::uuid AND f.id = ${credentialId} AND ${IS_NEWEST}
     ORDER BY s.host_key LIMIT ${WAITING_SHOWN_MAX}`;
  const hosts = rows.map(({ waiting: _waiting, ...host }) => host);
  return { waiting: rows[0]?.waiting ?? 0, hosts };
}
