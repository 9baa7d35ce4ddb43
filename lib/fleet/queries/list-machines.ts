import type { Ctx } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import { nameKey } from "@/lib/machines/rules";
import type { MachineListQuery, MachinePage, MachineRow, MachineSort } from "@/lib/machines/schema";
import { readSilentSince } from "@/lib/sessions/queries";
import { hasSecrets, isLive } from "./secret-conditions";

// Whole fragments, never text from the address. The id last makes the order of equal rows the same on every page.
const ORDER = {
  name: Prisma.sql`m.name_key`,
  type: Prisma.sql`m.kind`,
  description: Prisma.sql`lower(m.description)`,
  secrets: Prisma.sql`s.secrets + s.keys`,
  hosts: Prisma.sql`h.connected`,
  lastUsed: Prisma.sql`s.last_used_at`,
  created: Prisma.sql`m.created_at`,
} as const satisfies Record<MachineSort, Prisma.Sql>;

const DIRECTION = { asc: Prisma.sql`ASC NULLS FIRST`, desc: Prisma.sql`DESC NULLS LAST` } as const;

/** In a LIKE pattern `%`, `_` and the escape character itself must be taken literally. */
const likePattern = (text: string) => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

function matching(ctx: Ctx, query: MachineListQuery): Prisma.Sql {
  const conditions = [
    Prisma.sql`m.tenant_id = ${ctx.actor.tenantId}::uuid`,
    Prisma.sql`m.deleted_at IS NULL`,
  ];
  if (query.search) {
    const name = likePattern(nameKey(query.search));
    const pattern = likePattern(query.search.toLowerCase());
    conditions.push(
      Prisma.sql`(m.name_key LIKE ${name} OR lower(m.description) LIKE ${pattern}
                  OR m.client_id::text LIKE ${pattern} OR lower(array_to_string(m.tags, ' ')) LIKE ${pattern})`,
    );
  }
  if (query.type) conditions.push(Prisma.sql`m.kind = ${query.type}::"MachineKind"`);
  if (query.state === "enabled") conditions.push(Prisma.sql`m.disabled_at IS NULL`);
  if (query.state === "disabled") conditions.push(Prisma.sql`m.disabled_at IS NOT NULL`);
  if (query.secrets) conditions.push(hasSecrets(query.secrets, ctx.now));
  return Prisma.join(conditions, " AND ");
}

/**
 * One page of the tenant's machines with what hangs on each: three questions whatever the number of machines.
 * A page behind the last one answers the last one.
 */
export async function listMachines(ctx: Ctx, query: MachineListQuery): Promise<MachinePage> {
  const where = matching(ctx, query);
  const [counts] = await ctx.db.$queryRaw<{ matching: number; all: number }[]>`
    SELECT count(*) FILTER (WHERE ${where})::int AS matching, count(*)::int AS all
      FROM machines m WHERE m.tenant_id = ${ctx.actor.tenantId}::uuid AND m.deleted_at IS NULL`;
  const { matching: found, all } = counts ?? { matching: 0, all: 0 };
  const pageCount = Math.max(1, Math.ceil(found / query.pageSize));
  const page = Math.min(query.page, pageCount);
  const silent = await readSilentSince(ctx);
  const live = isLive(ctx.now);
  const rows = await ctx.db.$queryRaw<MachineRow[]>`
    SELECT m.id, m.kind::text AS kind, m.name, m.description, m.client_id AS "clientId", m.tags,
           s.secrets AS "liveSecrets", s.keys AS "liveKeys", h.connected AS "connectedHosts", s.last_used_at AS "lastUsedAt",
           m.created_at AS "createdAt", m.disabled_at IS NULL AS "isEnabled"
      FROM machines m
      LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE kind = 'Secret' AND ${live})::int AS secrets,
                                count(*) FILTER (WHERE kind = 'Key' AND ${live})::int AS keys,
                                max(last_used_at) AS last_used_at
                           FROM credentials WHERE tenant_id = m.tenant_id AND machine_id = m.id) s ON true
      LEFT JOIN LATERAL (SELECT count(*)::int AS connected
                           FROM sessions WHERE tenant_id = m.tenant_id AND machine_id = m.id
                            AND ended_at IS NULL AND heartbeat_at > ${silent}) h ON true
     WHERE ${where}
     ORDER BY ${ORDER[query.sort]} ${DIRECTION[query.direction]}, m.id
     LIMIT ${query.pageSize} OFFSET ${(page - 1) * query.pageSize}`;
  return { rows, matching: found, all, page, pageCount };
}
