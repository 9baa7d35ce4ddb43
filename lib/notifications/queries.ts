import type { Ctx } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import {
  NOTICE_KINDS,
  NOTIFICATIONS_A_PAGE,
  type Notice,
  type NoticeKind,
  type NotificationListQuery,
  type NotificationPage,
  OFF_AT_FIRST,
  UNREAD_MAX,
} from "./schema";

/** The tenant's own, and those of the installation for whoever manages it; each from its index. */
const seenBy = ({ actor }: Ctx, rows: (tenant: Prisma.Sql) => Prisma.Sql) => {
  const own = rows(Prisma.sql`tenant_id = ${actor.tenantId}::uuid`);
  return actor.managesInstallation
    ? Prisma.sql`${own} UNION ALL ${rows(Prisma.sql`tenant_id IS NULL`)}`
    : own;
};

/** @returns how many notifications the person has not seen in this tenant, so far as they are counted, and until when they saw them */
export async function countUnread(ctx: Ctx): Promise<{ unread: number; seenAt: Date }> {
  const { id, tenantId } = ctx.actor;
  const [answer] = await ctx.db.$queryRaw<{ unread: number; seenAt: Date }[]>`
    WITH person AS (SELECT COALESCE(notifications_seen_at, created_at) AS seen_at FROM memberships
                     WHERE admin_id = ${id}::uuid AND tenant_id = ${tenantId}::uuid)
    SELECT seen_at AS "seenAt",
           (SELECT count(*)::int FROM (
              SELECT FROM (${seenBy(
                ctx,
                (tenant) => Prisma.sql`
                (SELECT FROM notifications WHERE ${tenant} AND at > seen_at LIMIT ${UNREAD_MAX + 1})`,
              )}) unseen
               LIMIT ${UNREAD_MAX + 1}) counted) AS unread
      FROM person`;
  return answer ?? { unread: 0, seenAt: ctx.now };
}

type Row = { id: string; tenantId: string | null; at: Date; kind: string; details: object };

const cursorOf = ({ at, id }: Row) => `${at.toISOString()}~${id}`;

function conditionsOf({ kind, older, newer }: NotificationListQuery): Prisma.Sql {
  const [at = "", id = ""] = (newer ?? older ?? "").split("~");
  const place = Prisma.sql`(${new Date(at)}::timestamptz, ${id}::uuid)`;
  return Prisma.join(
    [
      ...(kind ? [Prisma.sql`AND kind = ${kind}`] : []),
      ...(newer ? [Prisma.sql`AND (at, id) > ${place}`] : older ? [Prisma.sql`AND (at, id) < ${place}`] : []),
      Prisma.empty,
    ],
    " ",
  );
}

const isKnown = ({ kind }: Row) => NOTICE_KINDS.some((known) => known === kind);

/**
 * One page of what the tenant was told, the newest first; what a later version tells is left out.
 * @param pageSize how many notifications it has
 */
export async function listNotifications(
  ctx: Ctx,
  query: NotificationListQuery,
  pageSize = NOTIFICATIONS_A_PAGE,
): Promise<NotificationPage> {
  const { older, newer } = query;
  const order = newer ? Prisma.sql`at, id` : Prisma.sql`at DESC, id DESC`;
  const limit = pageSize + 1;
  const found = await ctx.db.$queryRaw<Row[]>`
    SELECT id, tenant_id AS "tenantId", at, kind, details FROM (${seenBy(
      ctx,
      (tenant) => Prisma.sql`
      (SELECT * FROM notifications WHERE ${tenant} ${conditionsOf(query)} ORDER BY ${order} LIMIT ${limit})`,
    )}) seen
     ORDER BY ${order} LIMIT ${limit}`;
  const rows = found.slice(0, pageSize);
  if (newer) rows.reverse();
  const [first, last] = [rows[0], rows.at(-1)];
  const hasMore = found.length > pageSize;
  return {
    rows: rows.filter(isKnown).map(({ id, tenantId, at, kind, details }) => {
      return { id, tenantId, at, notice: { kind, ...details } as Notice };
    }),
    older: last && (newer || hasMore) ? cursorOf(last) : null,
    newer: first && (newer ? hasMore : older) ? cursorOf(first) : null,
  };
}

/** @returns what the actor's tenant is not told */
export async function getKindsOff(ctx: Ctx): Promise<NoticeKind[]> {
  const row = await ctx.db.notificationSettings.findUnique({
    where: { tenantId: ctx.actor.tenantId },
    select: { off: true },
  });
  const off: readonly string[] = row?.off ?? OFF_AT_FIRST;
  return NOTICE_KINDS.filter((kind) => off.includes(kind));
}
