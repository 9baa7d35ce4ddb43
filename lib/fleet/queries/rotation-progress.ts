import { ofSeenMachines } from "@/lib/api-clients/gate";
import type { Ctx, SystemActor } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import {
  type RotationEndCode,
  type RotationView,
  WAITING_SHOWN_MAX,
  type WaitingHost,
} from "@/lib/rotations/schema";

/** Where hosts bring keys of their own, those of them that work; the new one where there is one. */
const successors = (now: Date): Prisma.Sql => Prisma.sql`(
  CASE WHEN r.to_credential_id IS NOT NULL THEN ARRAY[r.to_credential_id]
       ELSE ARRAY(SELECT k.id FROM rotation_hosts a JOIN credentials k ON k.tenant_id = a.tenant_id AND k.id = a.credential_id
                   WHERE a.rotation_id = r.id AND a.tenant_id = r.tenant_id AND k.revoked_at IS NULL AND k.disabled_at IS NULL
                     AND (k.expires_at IS NULL OR k.expires_at > ${now})) END)`;

/** Why a rotation to which hosts bring keys is over without one: all that were brought have ended, or none was in time. */
const endedWithoutKey = (now: Date): Prisma.Sql => Prisma.sql`(
  SELECT CASE WHEN count(k.id) = 0 AND r.latest_end <= ${now} THEN 'nobody_moved'
              WHEN count(k.id) > 0 AND bool_and(k.revoked_at IS NOT NULL OR COALESCE(k.expires_at <= ${now}, false)) THEN 'successor_ended' END
    FROM rotation_hosts a JOIN credentials k ON k.tenant_id = a.tenant_id AND k.id = a.credential_id
   WHERE a.rotation_id = r.id AND a.tenant_id = r.tenant_id)`;

/**
 * The hosts of a rotation `r`, each with the newest of its sessions with the old one or the new one: on which of them it is. One that was not seen
 * on the old one for long, or was taken off the list there, is not among them.
 */
const hostsAt = (now: Date): Prisma.Sql => Prisma.sql`(
  SELECT DISTINCT ON (s.host_key) s.host_key, s.host_name, s.address, s.heartbeat_at, s.ended_at, s.credential_id
    FROM sessions s
   WHERE s.tenant_id = r.tenant_id AND s.credential_id = ANY(r.from_credential_id || ${successors(now)})
     AND (s.credential_id <> r.from_credential_id
          OR s.removed_at IS NULL AND s.heartbeat_at >= ${now}::timestamptz - r.seen_days * interval '24 hours')
   ORDER BY s.host_key, s.started_at DESC, s.id DESC)`;

/** When the old one `f` of a rotation `r` ends; where hosts bring keys it gets that end with the first of them. */
const ENDS_AT = Prisma.sql`(CASE WHEN r.to_credential_id IS NULL THEN LEAST(f.expires_at, r.latest_end) ELSE f.expires_at END)`;

/** The condition under which such a host is waited for: it is on the old one, and not connected with a third. */
const IS_WAITING = Prisma.sql`(h.credential_id = r.from_credential_id AND NOT EXISTS (
  SELECT FROM sessions n WHERE n.tenant_id = r.tenant_id AND n.machine_id = r.machine_id AND n.host_key = h.host_key
     AND n.ended_at IS NULL AND n.credential_id <> r.from_credential_id))`;

/** An open rotation, with what is told of it. */
export type OpenRotation = {
  readonly id: string;
  readonly tenantId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly fromCredentialId: string;
  /** Null where each host brings a key of its own. */
  readonly toCredentialId: string | null;
  readonly credentialName: string;
  readonly credentialKind: "Secret" | "Key";
  readonly endsAt: Date | null;
};

const OPEN = Prisma.sql`r.id, r.tenant_id AS "tenantId", r.machine_id AS "machineId", m.name AS "machineName",
           r.from_credential_id AS "fromCredentialId", r.to_credential_id AS "toCredentialId",
           f.name AS "credentialName", f.kind::text AS "credentialKind", ${ENDS_AT} AS "endsAt"`;

const OF_OPEN = Prisma.sql`rotations r
      JOIN machines m ON m.tenant_id = r.tenant_id AND m.id = r.machine_id
      JOIN credentials f ON f.tenant_id = r.tenant_id AND f.id = r.from_credential_id
      LEFT JOIN credentials t ON t.tenant_id = r.tenant_id AND t.id = r.to_credential_id`;

export type DueRotation = OpenRotation & { readonly code: RotationEndCode };

/** So many are ended at once; the others in the next look. */
const DUE_AT_ONCE = 100;
/** Hosts are counted while somebody has moved within so long, and else at every tenth look, for those that are waited for no more. */
const MOVED_LATELY = Prisma.sql`interval '1 minute'`;
const COUNTED_EVERY_SECONDS = 10;

/**
 * The open rotations of all tenants that are over, and why. One whose hosts are waited for is over when at least one has moved and none is
 * left; CASE asks in this order, the cheap questions first.
 * @param rotationId only that one
 */
export async function listDueRotations(ctx: Ctx<SystemActor>, rotationId?: string): Promise<DueRotation[]> {
  const { now } = ctx;
  const which = rotationId === undefined ? Prisma.empty : Prisma.sql`AND r.id = ${rotationId}::uuid`;
  const isCounted = rotationId !== undefined || now.getSeconds() % COUNTED_EVERY_SECONDS === 0;
  return ctx.db.$queryRaw<DueRotation[]>`
    SELECT * FROM (
      SELECT ${OPEN}, CASE
               WHEN f.revoked_at IS NOT NULL THEN 'deleted'
               WHEN f.expires_at <= ${now} THEN 'expired'
               WHEN t.revoked_at IS NOT NULL OR t.expires_at <= ${now} THEN 'successor_ended'
               WHEN r.to_credential_id IS NULL AND ${endedWithoutKey(now)} IS NOT NULL THEN ${endedWithoutKey(now)}
               WHEN NOT r.retires_when_moved OR t.disabled_at IS NOT NULL THEN NULL
               WHEN EXISTS (SELECT FROM sessions s
                             WHERE s.tenant_id = f.tenant_id AND s.credential_id = f.id AND s.ended_at IS NULL
                               AND s.heartbeat_at >= ${now}::timestamptz - r.seen_days * interval '24 hours') THEN NULL
               WHEN NOT EXISTS (SELECT FROM unnest(${successors(now)}) AS n(id) CROSS JOIN LATERAL (
                                  SELECT FROM sessions s WHERE s.tenant_id = r.tenant_id AND s.credential_id = n.id
                                     AND (${isCounted} OR s.started_at > ${now}::timestamptz - ${MOVED_LATELY}) LIMIT 1) AS host) THEN NULL
               WHEN EXISTS (SELECT FROM ${hostsAt(now)} AS h WHERE ${IS_WAITING}) THEN NULL
               ELSE 'moved' END AS code
        FROM ${OF_OPEN} WHERE r.ended_at IS NULL ${which}) AS open
     WHERE code IS NOT NULL ORDER BY "fromCredentialId" LIMIT ${DUE_AT_ONCE}`;
}

/** How long before the end it is said that hosts are missing: a day, or half of the time that there was. */
const IS_NEAR = (now: Date) =>
  Prisma.sql`${ENDS_AT} - LEAST(interval '24 hours', (${ENDS_AT} - r.started_at) / 2) <= ${now}`;

/** @returns the open rotations of all tenants whose end is near while hosts have not moved, and how many those are, with the first names */
export async function listStuckRotations(
  ctx: Ctx<SystemActor>,
  namesMax: number,
): Promise<(OpenRotation & { readonly waiting: number; readonly hostNames: string[] })[]> {
  return ctx.db.$queryRaw`
    SELECT ${OPEN}, host.waiting, host.names[1:${namesMax}::int] AS "hostNames"
      FROM ${OF_OPEN} CROSS JOIN LATERAL (
        SELECT count(*)::int AS waiting, array_agg(h.host_name ORDER BY h.host_key) AS names
          FROM ${hostsAt(ctx.now)} AS h WHERE ${IS_WAITING}) AS host
     WHERE r.ended_at IS NULL AND f.revoked_at IS NULL AND ${ENDS_AT} > ${ctx.now} AND ${IS_NEAR(ctx.now)} AND host.waiting > 0`;
}

type Progress = { readonly moved: number; readonly waiting: number; readonly waitingHosts: WaitingHost[] };
type Row = { readonly moved: number; readonly waiting: number; readonly hosts: readonly HostRow[] };
type HostRow = Omit<WaitingHost, "seenAt"> & { readonly seenAt: string };

/**
 * @param namesMax how many of the hosts that have not moved are named
 * @returns how many hosts of a rotation have moved, and how many and which have not
 */
export async function readProgress(
  { db, now }: Pick<Ctx, "db" | "now">,
  { tenantId, rotationId }: { readonly tenantId: string; readonly rotationId: string },
  namesMax = WAITING_SHOWN_MAX,
): Promise<Progress> {
  const [row] = await db.$queryRaw<Row[]>`
    WITH host AS MATERIALIZED (
      SELECT h.*, h.credential_id <> r.from_credential_id AS has_moved, ${IS_WAITING} AS is_waiting
        FROM rotations r CROSS JOIN LATERAL ${hostsAt(now)} AS h
       WHERE r.id = ${rotationId}::uuid AND r.tenant_id = ${tenantId}::uuid)
    SELECT (SELECT count(*)::int FROM host WHERE has_moved) AS moved,
           (SELECT count(*)::int FROM host WHERE is_waiting) AS waiting,
           (SELECT COALESCE(json_agg(json_build_object('hostName', w.host_name, 'address', w.address, 'seenAt', w.heartbeat_at,
                                                       'isConnected', w.ended_at IS NULL)), '[]')
              FROM (SELECT * FROM host WHERE is_waiting ORDER BY host_key LIMIT ${namesMax}) w) AS hosts`;
  const { moved = 0, waiting = 0, hosts = [] } = row ?? {};
  return { moved, waiting, waitingHosts: hosts.map((host) => ({ ...host, seenAt: new Date(host.seenAt) })) };
}

/** @returns the open rotations of a machine, the first begun first, each with the hosts that have moved and those that have not */
export async function listRotations(
  ctx: Ctx,
  { machineId }: { readonly machineId: string },
): Promise<RotationView[]> {
  const { tenantId } = ctx.actor;
  const rows = await ctx.db.rotation.findMany({
    where: { tenantId, machineId, endedAt: null, ...ofSeenMachines(ctx.actor) },
    orderBy: { id: "asc" },
    select: {
      id: true,
      fromCredentialId: true,
      toCredentialId: true,
      startedAt: true,
      startedBy: { select: { email: true } },
      startedByClient: true,
      retiresWhenMoved: true,
      seenDays: true,
      handsOver: true,
      previousEnd: true,
      latestEnd: true,
      from: { select: { expiresAt: true } },
      hosts: {
        where: { tenantId, credentialId: { not: null } },
        orderBy: { hostKey: "asc" },
        select: { credentialId: true },
      },
    },
  });
  return Promise.all(
    rows.map(async ({ startedBy, startedByClient, from, latestEnd, hosts, ...row }) => ({
      ...row,
      keyIds: hosts.flatMap(({ credentialId }) => credentialId ?? []),
      startedBy: startedBy?.email ?? startedByClient,
      endsAt: row.toCredentialId === null && hosts.length === 0 ? latestEnd : from.expiresAt,
      ...(await readProgress(ctx, { tenantId, rotationId: row.id })),
    })),
  );
}
