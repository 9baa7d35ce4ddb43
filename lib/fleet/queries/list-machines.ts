import { isLive } from "@/lib/credentials/conditions";
import type { Ctx } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";
import { nameKey } from "@/lib/machines/rules";
import {
  type MachineFilter,
  type MachineListQuery,
  type MachinePage,
  type MachineRow,
  machineListSchema,
} from "@/lib/machines/schema";
import { COUNTED_MAX, type Part, readPage } from "@/lib/pages";
import { readSilentSince } from "@/lib/sessions/queries";
import { type Cursor, cursorText, partOf, readCursor } from "./machine-order";
import { hasOneSecret, IS_OF_ROBOTS, idleSecrets } from "./secret-conditions";

/** In a LIKE pattern `%`, `_` and the escape character itself must be taken literally. */
export const likePattern = (text: string) => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** What of a machine `m` itself is searched; one index has all of it, where the database has pg_trgm. */
function isFoundByItself(search: string): Prisma.Sql {
  const pattern = likePattern(search.toLowerCase());
  const places = [
    Prisma.sql`m.name_key LIKE ${likePattern(nameKey(search))}`,
    Prisma.sql`lower(m.description) LIKE ${pattern}`,
    Prisma.sql`cardinality(m.tags) > 0 AND machine_tags_text(m.tags) LIKE ${pattern}`,
    ...(/^[0-9a-f-]+$/i.test(search) ? [Prisma.sql`m.client_id::text LIKE ${pattern}`] : []),
  ];
  return Prisma.sql`(${Prisma.join(places, " OR ")})`;
}

/** The same and, by an index of their own, the names and notes of its secrets and keys. */
function isFound(search: string): Prisma.Sql {
  const pattern = likePattern(search.toLowerCase());
  return Prisma.sql`
    (${isFoundByItself(search)} OR m.credential_words <> '' AND m.credential_words LIKE ${pattern})`;
}

/** The secret or key that a machine `m` was found by, where it was not found by itself. */
function foundCredential(search: string): Prisma.Sql {
  if (search === "") return Prisma.sql`NULL::jsonb`;
  const pattern = likePattern(search.toLowerCase());
  return Prisma.sql`
    CASE WHEN m.credential_words <> '' AND NOT ${isFoundByItself(search)}
         THEN (SELECT jsonb_build_object('kind', c.kind, 'name', c.name, 'note', c.note, 'id', c.id)
                 FROM credentials c
                WHERE c.tenant_id = m.tenant_id AND c.machine_id = m.id AND c.revoked_at IS NULL
                  AND (lower(c.name) LIKE ${pattern} OR lower(c.note) LIKE ${pattern})
                ORDER BY lower(c.name) LIKE ${pattern} DESC, c.created_at DESC, c.id LIMIT 1) END`;
}

/** What the list is narrowed to but for the use of secrets. */
function conditions(ctx: Ctx, { search, type, state, secrets }: MachineListQuery): Prisma.Sql[] {
  return [
    ...(search ? [isFound(search)] : []),
    ...(type ? [Prisma.sql`m.kind = ${type}::"MachineKind"`] : []),
    ...(state === "enabled" ? [Prisma.sql`m.disabled_at IS NULL`] : []),
    ...(state === "disabled" ? [Prisma.sql`m.disabled_at IS NOT NULL`] : []),
    ...(secrets === "single" ? [hasOneSecret(ctx.now)] : []),
  ];
}

/** @returns where to find the machines of the list, each an `m`; a few with unused secrets are found by those */
function matching(ctx: Ctx, query: MachineListQuery, isRare: boolean): Prisma.Sql {
  const { tenantId } = ctx.actor;
  const { secrets } = query;
  const where = [
    Prisma.sql`m.tenant_id = ${tenantId}::uuid`,
    Prisma.sql`m.deleted_at IS NULL`,
    IS_OF_ROBOTS,
    ...conditions(ctx, query),
  ];
  if (secrets === undefined || secrets === "single")
    return Prisma.sql`machines m WHERE ${Prisma.join(where, " AND ")}`;
  const idle = idleSecrets(tenantId, secrets, ctx.now);
  return isRare
    ? Prisma.sql`
      (SELECT DISTINCT machine_id FROM (${idle}) AS secrets) AS idle
       CROSS JOIN LATERAL (SELECT * FROM machines
                            WHERE tenant_id = ${tenantId}::uuid AND id = idle.machine_id OFFSET 0) AS m
       WHERE ${Prisma.join(where, " AND ")}`
    : Prisma.sql`machines m WHERE ${Prisma.join(where, " AND ")} AND m.id IN (${idle})`;
}

/** @returns ids of the machines that match a filter at this moment, so many at the most */
export async function findMatching(
  ctx: Ctx,
  { kind: type, ...filter }: MachineFilter,
  max: number,
): Promise<string[]> {
  const query = { ...machineListSchema.parse({}), ...filter, type };
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    SELECT m.id FROM ${matching(ctx, query, false)} ORDER BY m.id LIMIT ${max}`;
  return rows.map(({ id }) => id);
}

type Found = MachineRow & { readonly key: string | number | null };

/**
 * How to find the machines of a page: `none` where all are wanted, the `few` that match at first, or those of the `many` that come in the
 * order of the list. Who was used last or has hosts is so seldom one whose secrets are idle that these are found first as well.
 */
type Narrowing = "none" | "few" | "many";

function isFoundFirst({ sort, secrets }: MachineListQuery, narrowing: Narrowing): boolean {
  const isIdle = secrets === "neverUsed" || secrets === "unused";
  return narrowing === "few" || (narrowing === "many" && isIdle && (sort === "lastUsed" || sort === "hosts"));
}

async function readPart(
  ctx: Ctx,
  query: MachineListQuery,
  narrowing: Narrowing,
  part: Part<Cursor> & { readonly take: number },
): Promise<Found[]> {
  const { tenantId } = ctx.actor;
  const silent = await readSilentSince(ctx);
  const live = isLive(ctx.now);
  const wanted = partOf(query, part);
  const rows = await ctx.db.$queryRaw<Found[]>`
    WITH connected AS MATERIALIZED (
           SELECT machine_id, count(*)::int AS hosts FROM sessions
            WHERE tenant_id = ${tenantId}::uuid AND ended_at IS NULL AND heartbeat_at > ${silent} GROUP BY machine_id),
         matching AS ${isFoundFirst(query, narrowing) ? Prisma.sql`MATERIALIZED` : Prisma.sql`NOT MATERIALIZED`} (
           SELECT id, tenant_id, kind, name_key, description, created_at, live_secrets, live_keys, is_used
             FROM ${matching(ctx, query, narrowing === "few")}),
         part AS MATERIALIZED (${wanted.part})
    SELECT m.id, m.kind::text AS kind, m.name, m.description, m.client_id AS "clientId", m.tags,
           s.secrets AS "liveSecrets", s.keys AS "liveKeys", h.connected AS "connectedHosts", s.last_used_at AS "lastUsedAt",
           m.created_at AS "createdAt", m.disabled_at IS NULL AS "isEnabled", to_jsonb(part.key) AS key,
           ${foundCredential(query.search)} AS "foundBy"
      FROM part JOIN machines m ON m.tenant_id = ${tenantId}::uuid AND m.id = part.id
      LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE kind = 'Secret' AND ${live})::int AS secrets,
                                count(*) FILTER (WHERE kind = 'Key' AND ${live})::int AS keys,
                                max(last_used_at) AS last_used_at
                           FROM credentials WHERE tenant_id = m.tenant_id AND machine_id = m.id) s ON true
      LEFT JOIN LATERAL (SELECT count(*)::int AS connected
                           FROM sessions WHERE tenant_id = m.tenant_id AND machine_id = m.id
                            AND ended_at IS NULL AND heartbeat_at > ${silent}) h ON true
     ORDER BY ${wanted.sorted}`;
  return part.isBackwards ? rows.reverse() : rows;
}

type Counts = { readonly matching: number; readonly isEmpty: boolean };

async function count(ctx: Ctx, query: MachineListQuery, countedMax: number): Promise<Counts> {
  const { tenantId } = ctx.actor;
  const { secrets } = query;
  // A deleted machine has no live secret.
  const isOfIdle = secrets !== undefined && secrets !== "single" && conditions(ctx, query).length === 0;
  const found = isOfIdle
    ? Prisma.sql`SELECT DISTINCT machine_id FROM (${idleSecrets(tenantId, secrets, ctx.now)}) AS idle`
    : Prisma.sql`SELECT FROM ${matching(ctx, query, false)}`;
  const [counts] = await ctx.db.$queryRaw<Counts[]>`
    SELECT (SELECT count(*)::int FROM (${found} LIMIT ${countedMax + 1}) AS counted) AS matching,
           NOT EXISTS (SELECT FROM machines m
                        WHERE m.tenant_id = ${tenantId}::uuid AND m.deleted_at IS NULL AND ${IS_OF_ROBOTS}) AS "isEmpty"`;
  return counts ?? { matching: 0, isEmpty: true };
}

/**
 * One page of the tenant's machines with what hangs on each: three questions whatever the number of machines.
 * @param countedMax so far they are counted; more are `countedMax + 1`, and on pages that nobody counts
 */
export async function listMachines(
  ctx: Ctx,
  query: MachineListQuery,
  countedMax = COUNTED_MAX,
): Promise<MachinePage> {
  const { matching, isEmpty } = await count(ctx, query, countedMax);
  const take = query.pageSize;
  const pageCount = matching > countedMax ? null : Math.max(1, Math.ceil(matching / take));
  const isNarrowed = query.secrets !== undefined || conditions(ctx, query).length > 0;
  const narrowing = isNarrowed ? (pageCount === null ? "many" : "few") : "none";
  const asked = {
    ...query,
    after: readCursor(query.sort, query.after),
    before: readCursor(query.sort, query.before),
  };
  const { rows, ...number } = await readPage(asked, pageCount, take, (part: Part<Cursor>) =>
    readPart(ctx, query, narrowing, { ...part, take }),
  );
  const [first, end] = [rows.at(0), rows.at(-1)];
  return {
    rows: rows.map(({ key: _key, ...row }) => row),
    matching,
    isEmpty,
    ...number,
    pageCount,
    before: first ? cursorText(first) : null,
    after: end ? cursorText(end) : null,
  };
}
