import { SHARED_TYPES } from "@/lib/audit/events";
import { typeToday, writtenAs } from "@/lib/audit/rules";
import type { AuditFilters, AuditRow, Person } from "@/lib/audit/schema";
import type { Ctx } from "@/lib/ctx";
import { Prisma } from "@/lib/generated/prisma/client";

/** What is looked for, in the record's own words. */
export type EventFilters = Omit<AuditFilters, "machine"> & {
  readonly machineIds?: readonly string[] | undefined;
};

/** Which rows of what is looked for: how many, from where, and in which direction of time. */
export type Slice = {
  readonly order: "newest first" | "oldest first";
  readonly beyond?: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
};

const ORDERS = {
  "newest first": { by: Prisma.sql`at DESC, id DESC`, beyond: Prisma.sql`<` },
  "oldest first": { by: Prisma.sql`at, id`, beyond: Prisma.sql`>` },
} as const;

/** @returns the types of events that the list can show; one look into the index a type, whatever the number of rows */
export async function listKinds(ctx: Ctx): Promise<string[]> {
  const { tenantId } = ctx.actor;
  const rows = await ctx.db.$queryRaw<{ type: string }[]>`
    WITH RECURSIVE known AS (
      (SELECT type FROM audit_events WHERE tenant_id = ${tenantId}::uuid ORDER BY type LIMIT 1)
      UNION ALL
      SELECT (SELECT e.type FROM audit_events e WHERE e.tenant_id = ${tenantId}::uuid AND e.type > known.type
               ORDER BY e.type LIMIT 1)
        FROM known WHERE known.type IS NOT NULL)
    SELECT type FROM known WHERE type IS NOT NULL
    UNION
    SELECT type FROM unnest(${[...SHARED_TYPES]}::text[]) AS shared(type)
     WHERE EXISTS (SELECT FROM audit_events e WHERE e.tenant_id IS NULL AND e.type = shared.type)
    ORDER BY type`;
  return rows.map(({ type }) => type);
}

/** Those of one kind, each looked up from the one before in the index. */
function actorsOf(ctx: Ctx, actorKind: "admin" | "apiClient"): Promise<Person[]> {
  const { tenantId } = ctx.actor;
  return ctx.db.$queryRaw<Person[]>`
    WITH RECURSIVE known AS (
      (SELECT actor_id FROM audit_events WHERE tenant_id = ${tenantId}::uuid AND actor_kind = ${actorKind}
        ORDER BY actor_id LIMIT 1)
      UNION ALL
      SELECT (SELECT e.actor_id FROM audit_events e
               WHERE e.tenant_id = ${tenantId}::uuid AND e.actor_kind = ${actorKind} AND e.actor_id > known.actor_id
               ORDER BY e.actor_id LIMIT 1)
        FROM known WHERE known.actor_id IS NOT NULL)
    SELECT known.actor_id AS id, last.actor_name AS name
      FROM known CROSS JOIN LATERAL (
        SELECT actor_name FROM audit_events
         WHERE tenant_id = ${tenantId}::uuid AND actor_kind = ${actorKind} AND actor_id = known.actor_id
         ORDER BY at DESC, id DESC LIMIT 1) last`;
}

/** @returns the people and API clients that did something in the tenant, also those that are gone, by the name they had last */
export async function listPersons(ctx: Ctx): Promise<Person[]> {
  const [people, clients] = await Promise.all([actorsOf(ctx, "admin"), actorsOf(ctx, "apiClient")]);
  return [...people, ...clients].sort((a, b) => a.name.localeCompare(b.name));
}

/** The types that a kind stands for: itself, or all that begin with it, under their former names too. */
async function typesOf(ctx: Ctx, kind: string): Promise<readonly string[]> {
  if (kind.includes(".")) return writtenAs(kind);
  return (await listKinds(ctx)).filter((type) => typeToday(type).startsWith(`${kind}.`));
}

/** What both halves of the list are filtered by. */
function conditions({ person, from, to }: EventFilters, { order, beyond }: Slice): Prisma.Sql[] {
  return [
    ...(person ? [Prisma.sql`actor_kind IN ('admin', 'apiClient') AND actor_id = ${person}`] : []),
    ...(from ? [Prisma.sql`at >= ${new Date(from)}`] : []),
    ...(to ? [Prisma.sql`at <= ${new Date(to)}`] : []),
    ...(beyond
      ? [Prisma.sql`(at, id) ${ORDERS[order].beyond} (${beyond.at}::timestamptz, ${beyond.id}::uuid)`]
      : []),
  ];
}

const found = (where: readonly Prisma.Sql[], { order, limit }: Slice) => Prisma.sql`
  (SELECT * FROM audit_events WHERE ${Prisma.join([...where], " AND ")} ORDER BY ${ORDERS[order].by} LIMIT ${limit}) found`;

/** The tenant's own events: each type and machine of several is looked up by itself, in the order of its index. */
function ownEvents(tenantId: string, filters: EventFilters, types: readonly string[] | null, slice: Slice) {
  const { credential, machineIds } = filters;
  const where = [
    Prisma.sql`tenant_id = ${tenantId}::uuid`,
    ...(types ? [Prisma.sql`type = one.type`] : []),
    ...(machineIds ? [Prisma.sql`machine_id = one.machine_id`] : []),
    ...(credential ? [Prisma.sql`credential_id = ${credential}`] : []),
    ...conditions(filters, slice),
  ];
  return Prisma.sql`
    SELECT found.* FROM unnest(${types ? [...types] : [null]}::text[]) AS t(type)
     CROSS JOIN unnest(${machineIds ? [...machineIds] : [null]}::uuid[]) AS m(machine_id)
     CROSS JOIN LATERAL (SELECT t.type, m.machine_id) one CROSS JOIN LATERAL ${found(where, slice)}`;
}

/** Those of the installation that concern every tenant; they are about no machine and no credential. */
function sharedEvents(filters: EventFilters, types: readonly string[] | null, slice: Slice) {
  const isAboutOne = filters.machineIds !== undefined || filters.credential !== undefined;
  const wanted = SHARED_TYPES.filter((type) => !isAboutOne && (types?.includes(type) ?? true));
  const where = [Prisma.sql`tenant_id IS NULL AND type = one.type`, ...conditions(filters, slice)];
  return Prisma.sql`
    SELECT found.* FROM unnest(${wanted}::text[]) AS one(type) CROSS JOIN LATERAL ${found(where, slice)}`;
}

/**
 * A slice of what the tenant sees: its own events, and the installation's that concern it. It costs the rows it returns, wherever in
 * the record they are, because the place to go on from is a row and not a number.
 */
export async function listEvents(ctx: Ctx, filters: EventFilters, slice: Slice): Promise<AuditRow[]> {
  const types = filters.kind ? await typesOf(ctx, filters.kind) : null;
  const { by } = ORDERS[slice.order];
  return ctx.db.$queryRaw<AuditRow[]>`
    SELECT e.id, e.at, e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.actor_name AS "actorName", e.address, e.type,
           e.machine_id AS "machineId", e.credential_id AS "credentialId", e.details, e.tenant_id IS NULL AS "isShared",
           (SELECT l.sequence FROM audit_links l WHERE l.event_id = e.id) AS sequence
      FROM (SELECT * FROM (${ownEvents(ctx.actor.tenantId, filters, types, slice)}
                           UNION ALL ${sharedEvents(filters, types, slice)}) seen
             ORDER BY ${by} LIMIT ${slice.limit}) e
     ORDER BY ${by}`;
}
